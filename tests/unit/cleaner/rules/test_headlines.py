"""Headlines of other stories between paragraphs."""

from __future__ import annotations

from unit.cleaner.articles import BODY, TITLE, Clean, article, reasons


def test_headline_of_another_story_between_paragraphs_goes(clean: Clean) -> None:
    head = "Anna Berg Visiting Norway, Sweden To Discuss Trade Ties, Ferry Routes"
    result = clean(article("\n\n".join([TITLE, *BODY[:2], head, *BODY[2:]])))
    assert result.text == "\n\n".join(BODY)
    assert reasons(result)[head] == "related"
