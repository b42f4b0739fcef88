"""The operator's own phrases."""

from __future__ import annotations

from pathlib import Path

import pytest

from copydesk.cleaner import CleanerSettings, load
from unit.cleaner.articles import BODY, article


def test_given_phrases_go_with_a_warning_and_hold_for_their_site_only(tmp_path: Path) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text(
        "example.org:\n- The harbour desk\n- 'More on the harbour: *'\n'*':\n- Our yearly appeal to readers\n"
    )
    given = load(CleanerSettings(phrases=str(path)))
    odd = ["The harbour desk", "More on the harbour: it was closed for a year, and nobody knew why it was, he said."]
    text = "\n".join([*BODY[:2], *odd, "Our yearly appeal to readers", *BODY[2:]])
    here = given(article(text, site="www.example.org"))
    assert here.text == "\n\n".join(BODY)
    assert "removed by a given phrase: More on the harbour: *" in here.cleaning.warnings
    elsewhere = given(article(text, site="example.net"))
    assert odd[1] in elsewhere.text
    assert "Our yearly appeal to readers" not in elsewhere.text


@pytest.mark.parametrize(
    "content", ["- a list", "example.org: one line", "example.org: [5]", "example.org: ['***']", "a: [b"]
)
def test_a_file_of_phrases_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "phrases.yaml"
    path.write_text(content)
    with pytest.raises(ValueError, match=r"phrases|phrase|expected"):
        load(CleanerSettings(phrases=str(path)))
