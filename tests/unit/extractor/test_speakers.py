"""Mentions of speakers become names, or nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_nobody_in_particular_is_anonymous_and_never_resolved(extract: Extract) -> None:
    text = (
        "Anna Berg opened the bridge.\n\n"
        '"It took them far too long to do it", said another. Officials said the works cost too much.'
    )
    first, second = extract(text).quotes
    for quote in (first, second):
        assert quote.speaker.anonymous
        assert quote.speaker.name is None
        assert quote.speaker.entity_id is None


def test_no_attribution_no_speaker(extract: Extract) -> None:
    (quote,) = extract('President Berg opens the bridge\n\n"It is a good day for all of us."').quotes
    assert quote.speaker.mention is None
    assert quote.speaker.name is None
    assert quote.speaker.basis == "none"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Giving evidence at Leeds Crown Court, Susan Wright, 44, said: "It was red."', "Susan Wright"),
        ('Foreign Minister Jean-Luc Moreau said: "We will not accept this."', "Jean-Luc Moreau"),
        ('Prosecutor James Hartley KC asked her: "Did you sign it?"', "James Hartley"),
        ('Dr Anita Rao OBE told reporters: "We are at breaking point."', "Anita Rao"),
        ("'Rubbish,' replied Lord Ashcombe.", "Ashcombe"),
        ('Ursula von der Leyen came on Monday. "It is a good day," von der Leyen said.', "Ursula von der Leyen"),
        ('Miriam Adeyemi has written eight novels. "Every morning," Adeyemi said, laughing.', "Miriam Adeyemi"),
    ],
)
def test_neither_ages_nor_titles_nor_hyphens_hide_who_speaks(extract: Extract, text: str, name: str) -> None:
    assert [quote.speaker.name for quote in extract(text).quotes] == [name]
