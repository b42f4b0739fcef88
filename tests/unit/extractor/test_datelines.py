"""Datelines before the first sentence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


@pytest.mark.parametrize(
    "dateline",
    [
        "GRONINGEN, Netherlands, 2 June - ",
        "PORT LOUIS, June 2, 2025 /PRNewswire/ -- ",
        "TURIN (AP) — ",
        "Turin (Reuters) – ",
        "Turin, 2 June 2025: ",
    ],
)
def test_the_firm_after_a_dateline_speaks_and_its_place_is_a_place(extract: Extract, dateline: str) -> None:
    document = extract(dateline + "Novak Cables announced that Clara Novak would lead the firm.")
    assert [quote.speaker.name for quote in document.quotes] == ["Novak Cables"]
    types = {entity.name: entity.type for entity in document.entities}
    assert types[dateline.split(",", maxsplit=1)[0].split(" (", maxsplit=1)[0]] == "location"


def test_a_quotation_after_a_dateline_does_not_hold_it(extract: Extract) -> None:
    document = extract('TURIN, Italy (AP) — "We are ready," Clara Novak said.')
    assert [quote.text for quote in document.quotes] == ['"We are ready,"']


@pytest.mark.parametrize(
    "text", ["Clara Novak - the owner - said that she was happy.", "BREAKING - Police said that two had died."]
)
def test_other_words_before_a_dash_are_no_dateline(extract: Extract, text: str) -> None:
    assert all(entity.type != "location" for entity in extract(text).entities)
