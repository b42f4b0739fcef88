"""The words of a language stand in its package, and the rules read them from the lexicon."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from copydesk import extractor
from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.parsing import Parser

FOLDER = Path(extractor.__file__).parent


@pytest.mark.parametrize(
    ("tag", "covered"),
    [("en", True), ("en-GB", True), ("EN-us", True), (None, True), ("de", False), ("eng", False), ("fr-en", False)],
)
def test_a_lexicon_covers_the_tags_of_its_language(lexicon: Lexicon, tag: str | None, *, covered: bool) -> None:
    assert lexicon.covers(tag) == covered


def test_english_words_stand_in_their_package_only() -> None:
    modules = [module for module in FOLDER.rglob("*.py") if FOLDER / "english" not in module.parents]
    assert len(modules) > 20
    words = re.compile(r'"(said|says|mr|told|officials|spokes)')
    assert [module.name for module in modules if words.search(module.read_text(encoding="utf-8"))] == []


def test_another_lexicon_is_another_language(no_parser: Parser, lexicon: Lexicon) -> None:
    quotations = msgspec.structs.replace(
        lexicon.quotations, plain_after=re.compile(r", (?P<cue>sagte) (?P<speaker>[A-Z]\w+ [A-Z]\w+)")
    )
    german = msgspec.structs.replace(lexicon, language_tag=re.compile("de"), quotations=quotations)
    text = "„Wir öffnen die Brücke im Mai“, sagte Anna Berg."
    for words, speaker in ((german, "Anna Berg"), (lexicon, None)):
        (quote,) = extract_text(text, "", "de", no_parser, words, max_chars=0).quotes
        assert (quote.speaker.mention and quote.speaker.mention.text) == speaker
