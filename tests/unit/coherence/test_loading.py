"""Loading of the stage without its table of vectors."""

from __future__ import annotations

import pytest

from copydesk.coherence import CoherenceSettings, loading, stage
from unit.coherence.articles import bridge_with_intrusion, find_flags


@pytest.mark.parametrize("error", [FileNotFoundError("not installed"), ValueError("another table")])
def test_without_the_table_articles_are_scored_by_their_words(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(loading, "load_vectors", fail)
    result = stage.load(CoherenceSettings())(bridge_with_intrusion()).coherence
    assert result.status == "degraded"
    assert result.model.name == "minilm-static-trees-words"
    assert find_flags(result) == ["none"] * 4 + ["off_topic"] + ["none"]
    assert result.score is not None
    assert result.score < 0.5
