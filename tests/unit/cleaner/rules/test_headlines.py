"""Headlines of other stories between paragraphs."""

from __future__ import annotations

import pytest

from unit.cleaner.articles import BODY, TITLE, Clean, article, reasons


def test_headline_of_another_story_between_paragraphs_goes(clean: Clean) -> None:
    head = "Anna Berg Visiting Norway, Sweden To Discuss Trade Ties, Ferry Routes"
    result = clean(article("\n\n".join([TITLE, *BODY[:2], head, *BODY[2:]])))
    assert result.text == "\n\n".join(BODY)
    assert reasons(result)[head] == "related"


def test_headline_below_the_last_paragraph_goes(clean: Clean) -> None:
    head = "Farmer finds coins of a Roman emperor"
    result = clean(article("\n\n".join([*BODY, head]), title=TITLE))
    assert result.text == "\n\n".join(BODY)
    assert reasons(result)[head] == "related"


@pytest.mark.parametrize("line", ["And so the bridge is open to us all.", "North Bank Rovers 2, Castle Town 0"])
def test_the_last_line_of_a_speech_and_a_result_stay(clean: Clean, line: str) -> None:
    source = "\n\n".join([*BODY, line])
    assert clean(article(source, title=TITLE)).text == source
