"""Without a parse, marks and plain attributions make quotations."""

from __future__ import annotations

from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.parsing import Parser


def test_without_a_parse_marks_and_plain_attributions_remain(no_parser: Parser, lexicon: Lexicon) -> None:
    text = 'The bridge is old. "We will open it in May," Anna Berg said.'
    result = extract_text(text, "", "en", no_parser, lexicon, max_chars=100_000)
    (quote,) = result.quotes
    assert quote.speaker.mention is not None
    assert (quote.speaker.mention.text, quote.speaker.name) == ("Anna Berg", None)
    assert result.warnings == ("the parser failed on 1 of 1 paragraphs",)
