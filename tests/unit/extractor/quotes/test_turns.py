"""Turns of an interview on one line: a name, a role and a colon before the words."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_a_name_with_a_role_before_a_colon_speaks(extract: Extract) -> None:
    article = extract('Karen Fields, harbour pilot: "The fog came in an hour."')
    assert [quote.speaker.name for quote in article.quotes] == ["Karen Fields"]


def test_a_verb_of_saying_in_the_role_has_a_subject_of_its_own(extract: Extract) -> None:
    article = extract('Karen Fields, the board was told: "The fog came in an hour."')
    assert [quote.speaker.name for quote in article.quotes] != ["Karen Fields"]
