"""Blocks of a source text: its lines, or the sentences of a text that is one long line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.cleaner.wrapping import Line, join_wrapped

MIN_LONG_LINE_WORDS = 60
"""Words above which a line is split into sentences; a shorter line is one paragraph."""

LONG_LINE_SHARE = 0.9
"""Least share of all characters in a line that is split: a text with several paragraphs is split at its lines only."""

_LINE = re.compile("[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")

_SENTENCE_END = re.compile("[.!?…][\"”’')\\]]{0,3}\\s+|[。！？][」』”’）]{0,3}\\s*")

MAX_ABBREVIATION = 8
"""Characters before a full stop in which an abbreviation is sought."""

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt st jr sr vs no inc ltd co corp jan feb mar apr jun jul aug sep"  # noqa: SIM905 - words read best as words
    " sept oct nov dec mt fr rev hon u.s u.k u.n e.g i.e a.m p.m".split(" ")
)


class BlockSpan(NamedTuple):
    """Place of a block in the source, without white space at its ends.

    Attributes:
        start: Offset in the source, in code points.
        end: Offset of the first code point behind it.
        line: Number of its line; blocks of one line are its sentences.
    """

    start: int
    end: int
    line: int


def split_blocks(source: str) -> tuple[BlockSpan, ...]:
    r"""Places of all blocks, in order. Every character that is no white space lies in exactly one block.

    >>> [(start, end) for start, end, _ in split_blocks("One.\n\n Two. ")]
    [(0, 4), (7, 11)]
    """
    lines = join_wrapped(source, _find_lines(source))
    total = sum(end - start for start, end in lines)
    spans: list[BlockSpan] = []
    for number, (start, end) in enumerate(lines):
        if end - start >= LONG_LINE_SHARE * total and _is_long(source[start:end]):
            spans.extend(BlockSpan(a, b, number) for a, b in _split_sentences(source, start, end))
        else:
            spans.append(BlockSpan(start, end, number))
    return tuple(spans)


def _find_lines(source: str) -> list[Line]:
    lines: list[Line] = []
    for match in _LINE.finditer(source):
        start, end = _trim(source, match.start(), match.end())
        if start < end:
            lines.append(Line(start, end))
    return lines


def _is_long(line: str) -> bool:
    # in scripts without blanks two characters count as a word
    return len(line.split(None, MIN_LONG_LINE_WORDS)) > MIN_LONG_LINE_WORDS or (
        len(line) >= 2 * MIN_LONG_LINE_WORDS and "。" in line
    )


def _trim(source: str, start: int, end: int) -> tuple[int, int]:
    """The two offsets, moved inwards past white space."""
    line = source[start:end]
    return start + len(line) - len(line.lstrip()), end - len(line) + len(line.rstrip())


def _split_sentences(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence between two offsets of the source."""
    begin = start
    for match in _SENTENCE_END.finditer(source, start, end):
        following = match.end()
        if following >= end or not _begins_sentence(source[following]) or _is_abbreviated(source, begin, match.start()):
            continue
        first, last = _trim(source, begin, following)
        if first < last:
            yield first, last
        begin = following
    first, last = _trim(source, begin, end)
    if first < last:
        yield first, last


def _begins_sentence(char: str) -> bool:
    return not char.islower() and (char.isalnum() or char in "\"“‘'([«「『—–-@#$£€")


def _is_abbreviated(source: str, begin: int, stop: int) -> bool:
    """True if the full stop at `stop` ends an abbreviation or an initial."""
    if source[stop] != ".":
        return False
    word = source[max(begin, stop - MAX_ABBREVIATION) : stop].rpartition(" ")[2].lstrip("\"“‘'(")
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper())
