"""Texts that are no articles: nothing raises, the time is bounded, offsets stay true."""

from __future__ import annotations

import time

import pytest

from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser

MAX_CHARS = 25_000  # an eighth of the default: so much parsing these tests may cost


CASES = {
    "ten thousand marks": '"' * 10_000,
    "ten thousand marks, spaced": '" ' * 10_000,
    "ten thousand unclosed marks": "“a, " * 10_000,
    "ten thousand quoted words": '"a b" ' * 8_000,
    "a megabyte on one line": "Anna Berg said that the bridge was old. " * 25_000,
    "a megabyte without a space": "x" * 1_000_000,
    "absurd nesting": "(" * 5_000 + "a" + ")" * 5_000 + " “" * 5_000 + "a" + "” " * 5_000,
    "nested quotations": "“‘" * 3_000 + "yes" + "’”" * 3_000,
    "bidi marks": "\u202e\u2066“No,” said Anna Berg.\u2069\u202c " * 1_000,
    "NUL and replacement characters": "\x00“No,\ufffd” said\x00 Anna Berg. " * 1_000,
    "one endless combining run": "a" + "\u0301" * 100_000 + " said “no.”",
    "many combining runs": ("a" + "\u0301" * 50 + " ") * 1_000,
    "5,000 paragraphs": "“No,” she said.\n" * 5_000,
    "5,000 paragraphs that nobody closes": "“No\n" * 5_000,
    "100,000 lines": "a\n" * 100_000,
    "thousands of names": " ".join(
        f"Ann{chr(97 + n % 26)} Berg{chr(97 + n // 26 % 26)}x{n} left." for n in range(2_000)
    ),
    "cues without an end": "He said that " * 4_000,
    "signatures without an end": "” ― A " * 5_000,
    "emoji": "😀“👩‍👩‍👧 said” " * 2_000,
}


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
@pytest.mark.no_cover  # tracing every branch would be measured as well
def test_any_text_is_read_in_seconds(parser: SpacyParser, lexicon: Lexicon, text: str) -> None:
    start = time.process_time()
    title = text[:9_000]
    result = extract_text(text, title, "en", parser, lexicon, max_chars=MAX_CHARS)
    assert time.process_time() - start < 15  # seen: 6 at most; a quadratic step takes minutes
    for quote in result.quotes:
        assert quote.text == text[quote.start : quote.end]
    for entity in result.entities:
        assert all(m.text == (text, title)[m.section == "title"][m.start : m.end] for m in entity.mentions)
