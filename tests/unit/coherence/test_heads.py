"""What the learned part does: trees as trained, fallbacks, the sentence model."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

from copydesk.coherence import CoherenceSettings, scoring, stage
from copydesk.coherence.heads import MINILM_FILE, read_heads
from copydesk.coherence.trees import ROWS_AT_ONCE, Forest, Trees
from copydesk.contracts.articles import Coherence, ExtractedArticle
from copydesk.vectors import load as load_vectors

PARAGRAPHS = [
    "The city council of Port Allen voted to reopen the harbour bridge, closed since a storm damaged two piers.",
    "Mayor Anna Berg told the council that repairs to the bridge had cost three million euros, twice the estimate.",
    "The bridge carries about nine thousand cars a day between the harbour and the north bank of Port Allen.",
    "Traders on the north bank had complained to Berg that their shops stood empty while the bridge was closed.",
    "Celebrity baker Luca Ferri was sent home from Sugar Rush after his chocolate mousse collapsed in the semi-final.",
    "Engineers who inspected the piers said the storm had washed gravel from under the foundations of the bridge.",
]


def made(paragraphs: Sequence[str] = PARAGRAPHS) -> ExtractedArticle:
    from copydesk.coherence.train import wrap  # LightGBM: only where the tests need it

    return wrap("test/1", "Harbour bridge to reopen in May", paragraphs)


def flags(found: Coherence) -> list[str]:
    return [unit.flag for unit in found.units]


def test_trees_give_each_row_its_leaf_however_many_there_are() -> None:
    stumps = Forest(
        roots=[0, 3],
        depth=1,
        feature=[0, 0, 0, 1, 0, 0],
        threshold=[0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
        left=[1, 1, 2, 4, 4, 5],
        right=[2, 1, 2, 5, 4, 5],
        value=[0.0, -1.0, 2.0, 0.0, 10.0, 20.0],
    )
    rows = np.array([[0.5, 0.0], [0.6, 0.1]] * ROWS_AT_ONCE)
    assert Trees(stumps).sum(rows).tolist() == [9.0, 22.0] * ROWS_AT_ONCE


@pytest.mark.parametrize("trouble", [FileNotFoundError("not installed"), ValueError("another table")])
def test_without_the_table_the_words_must_do(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def fail() -> None:
        raise trouble

    monkeypatch.setattr(scoring, "load_vectors", fail)
    found = stage.load(CoherenceSettings())(made()).coherence
    assert found.status == "degraded"
    assert found.model.name == "minilm-static-trees-words"
    assert flags(found) == ["none"] * 4 + ["off_topic"] + ["none"]
    assert found.score is not None
    assert found.score < 0.5


def test_another_threshold_flags_less() -> None:
    found = stage.load(CoherenceSettings(off_topic_from=1.0))(made()).coherence
    assert flags(found) == ["none"] * 6
    assert found.model.thresholds["off_topic"] == 1.0


class Uniform:
    """A sentence model to which all texts are the same; it counts the articles that it was asked about."""

    def __init__(self) -> None:
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += 1
        return np.ones((len(texts), 384), np.float32) / np.float32(384**0.5)


@pytest.mark.parametrize(("lowest", "highest", "asked"), [(0.0, 1.0, 1), (0.0, 0.0001, 0), (0.9999, 1.0, 0)])
def test_the_sentence_model_is_asked_in_doubt_only(lowest: float, highest: float, asked: int) -> None:
    settings = CoherenceSettings(minilm=True, minilm_from=lowest, minilm_to=highest)
    model, sentences = read_heads(minilm=True), Uniform()
    scorer = scoring.Scorer("0", settings, model, load_vectors(), sentences)
    plain = stage.load(CoherenceSettings())(made()).coherence
    found = scorer.assess(made())
    assert sentences.asked == asked
    assert (found.score != plain.score) == bool(asked)
    assert found.model.name == "minilm-static-trees+minilm"
    assert found.model.sha256 != plain.model.sha256


def test_the_sentence_model_tells_the_foreign_paragraph() -> None:
    sentences = scoring.load_sentences()
    rows = sentences.encode([*PARAGRAPHS, "", "?!"])
    near = rows @ rows[0]
    assert np.allclose(np.linalg.norm(rows[:6], axis=1), 1, atol=1e-5)
    assert near[4] < min(near[1], near[2], near[3])
    settings = CoherenceSettings(minilm=True, minilm_from=0.0, minilm_to=1.0)
    found = stage.load(settings)(made()).coherence
    assert flags(found) == ["none"] * 4 + ["off_topic"] + ["none"]


def test_both_files_were_trained_with_the_same_table_and_coefficients() -> None:
    one, other = read_heads().file, read_heads(minilm=True)
    assert set(other.heads) == {"vectors", "words", "minilm"}
    assert other.file.table == one.table
    data = (files("copydesk.coherence") / MINILM_FILE).read_text("utf-8")
    assert one.coefficients in data
    assert one.table in data
