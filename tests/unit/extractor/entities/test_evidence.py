"""Types of names by their sentences, and names that the recogniser overlooks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("A mill outside Hartsel burned down. It was built in Velbert.", "Hartsel", "location"),
        ("He lives in Ballynore and works at night.", "Ballynore", "location"),
        ("The owner of the Novak Brewery, Ann Berg, sold it.", "Novak Brewery", "organization"),
        ("Skelby Rovers lost again.", "Skelby Rovers", "organization"),
        ("Tom Garner, of the Dockers' Union, came.", "Dockers' Union", "organization"),
        ('"I will go," Harriet May told the paper.', "Harriet May", "person"),
        ('Sir Graham May resigned. "I am old," May said.', "Graham May", "person"),
        ("Jean Couture, 29, of Lille, was hurt.", "Jean Couture", "person"),
    ],
)
def test_what_the_sentence_says_decides_the_type(extract: Extract, text: str, name: str, kind: str) -> None:
    assert {entity.name: entity.type for entity in extract(text).entities}.get(name) == kind


@pytest.mark.parametrize(
    "text",
    [
        "So I wrote My Golden Book in April.",
        "The Soviet Union fell, and nobody in Congress wept.",
        "The Lord Mayor of Brisbane spoke.",
    ],
)
def test_words_with_a_capital_are_no_people_by_themselves(extract: Extract, text: str) -> None:
    assert all(entity.type != "person" for entity in extract(text).entities)
    assert {entity.name: entity.type for entity in extract(text).entities}.get("Congress") != "location"


@pytest.mark.parametrize(("title", "is_name"), [("Farmer finds Roman coins", False), ("Novak finds Roman coins", True)])
def test_the_first_word_of_a_headline_is_a_name_where_the_text_has_it(
    extract: Extract, title: str, *, is_name: bool
) -> None:
    document = extract("Clara Novak found coins in a field near York.", title=title)
    words = {mention.text for entity in document.entities for mention in entity.mentions if mention.section == "title"}
    assert bool(words & {"Farmer", "Novak"}) == is_name
