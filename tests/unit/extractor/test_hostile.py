"""Articles that are no articles: nothing raises, the time is bounded, offsets stay true."""

from __future__ import annotations

import time

import pytest

from copydesk.extractor.extraction import MAX_PARAGRAPHS, MAX_QUOTED, MAX_QUOTES, read
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
def test_any_text_is_read_in_seconds(parser: SpacyParser, text: str) -> None:
    start = time.process_time()
    title = text[:9_000]
    reading = read(text, title, "en", parser, MAX_CHARS)
    assert time.process_time() - start < 15  # seen: 6 at most; a quadratic step takes minutes
    for quote in reading.quotes:
        assert quote.text == text[quote.start : quote.end]
    for entity in reading.entities:
        assert all(m.text == (text, title)[m.section == "title"][m.start : m.end] for m in entity.mentions)


def test_what_is_not_parsed_is_told(parser: SpacyParser) -> None:
    many = "a\n" * (MAX_PARAGRAPHS + 1)
    assert read(many, "", "en", parser, 10**6).warnings == (
        f"longer than 1000000 characters or {MAX_PARAGRAPHS} paragraphs: the rest is not parsed",
    )
    assert read("x" * 400, "", "en", parser, 10**6).warnings == (
        "1 paragraphs with words of 300 characters: not parsed",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("“No,” she said.\n" * 7_000, MAX_QUOTES),
        (f"“{'No ' * 3_000}”\n" * 60, MAX_QUOTED // 9_002),
        ("“Yes.”\n" * 20, 20),
    ],
    ids=["many", "long", "few"],
)
@pytest.mark.no_cover
def test_more_quotations_than_a_message_holds_are_left_out_and_told(parser: SpacyParser, text: str, told: int) -> None:
    reading = read(text, "", "en", parser, 0)
    assert len(reading.quotes) == told
    left_out = [line for line in reading.warnings if f"quotations: only the first {told} are told" in line]
    assert len(left_out) == (told != 20)
