"""Surnames that the recogniser overlooked or took for places are corrected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.syntax import Name, Parse


def test_a_surname_that_was_overlooked_is_found_again(lexicon: Lexicon) -> None:
    words = ["Anna", "Berg", "left", ".", "Berg", "won", "."]
    starts = [0, 5, 10, 14, 16, 21, 24]
    deps = ["compound", "nsubj", "ROOT", "punct", "nsubj", "ROOT", "punct"]
    parse = Parse(
        words, starts, [1, 2, 2, 2, 5, 5, 5], deps, [True, *[False] * 3, True, False, False], [Name(0, 2, "PERSON")]
    )
    result = extract_text("Anna Berg left. Berg won.", "", "en", Fixed(parse), lexicon, max_chars=1_000)
    assert [[m.start for m in entity.mentions] for entity in result.entities] == [[0, 16]]


class Fixed:
    """A parser that knows one paragraph."""

    name = "fixed"
    version = "0"
    engine: Literal["numpy", "spacy"] = "spacy"

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        return [self._parse for _ in paragraphs]

    find_names = parse


def test_a_surname_of_places_stays_a_place_where_things_happen(extract: Callable[..., ExtractedArticle]) -> None:
    document = extract("Michael Berlin met the press in Berlin. Officials in Berlin were silent.")
    assert "location" in {entity.type for entity in document.entities if entity.name == "Berlin"}
