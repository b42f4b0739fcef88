"""The recogniser's stretches become names."""

from __future__ import annotations

import pytest

from copydesk.extractor.entities.names import RawName, clean_name, correct_headline_names
from copydesk.extractor.lexicon import Lexicon


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("the Islamic State's", "ORG", "Islamic State"),
        ("Donald Trump‘s", "PERSON", "Donald Trump"),
        ("another Ronald Reagan", "PERSON", "Ronald Reagan"),
        ("Grant McCool.", "PERSON", "Grant McCool"),
        ("James Comey Jr.", "PERSON", "James Comey Jr."),
        ("Ludwig van Beethoven", "PERSON", "Ludwig van Beethoven"),
        ("Governor(s", "PERSON", None),
        ("Jeff [Drake", "PERSON", "Jeff"),
        ("@iainlee", "PERSON", None),
        ("Jr.", "PERSON", None),
        ("Monday", "DATE", None),
    ],
)
def test_a_name_is_cleaned(text: str, label: str, expected: str | None, lexicon: Lexicon) -> None:
    span = clean_name(text, 0, len(text), label, lexicon.names)
    assert (span and text[slice(*span)]) == expected


def test_a_headline_lends_no_invented_persons(lexicon: Lexicon) -> None:
    def name(text: str, *, running: bool) -> RawName:
        return RawName(0, len(text), text, "PERSON", "body", running=running, title_case=not running)

    headline = [
        name(text, running=False) for text in ("Ben Carson Slams", "Daughter Makes Strong Statement", "Anna Lee")
    ]
    corrected = correct_headline_names([*headline, name("Ben Carson", running=True)], lexicon.names)
    assert [(person.text, person.running) for person in corrected] == [
        ("Ben Carson", False),
        ("Anna Lee", False),
        ("Ben Carson", True),
    ]
