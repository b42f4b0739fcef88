"""Where the blocks of a source text stand: its lines, or the sentences of a text that is one long line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

MIN_LONG_LINE_WORDS = 60
"""Words from which a line is cut into sentences; shorter, it is one paragraph."""

LONG_LINE_SHARE = 0.9
"""...and only where it holds this share of all characters: a text with paragraphs is cut at its paragraphs."""

_LINE = re.compile("[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")

_SENTENCE_END = re.compile("[.!?…][\"”’')\\]]{0,3}\\s+|[。！？][」』”’）]{0,3}\\s*")

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sen rep gov gen col lt sgt capt st jr sr vs no inc ltd co corp jan feb mar apr jun jul aug sep"  # noqa: SIM905 - words read best as words
    " sept oct nov dec mt fr rev hon u.s u.k u.n e.g i.e a.m p.m".split(" ")
)


class Cut(NamedTuple):
    """A stretch of the source, without white space at its ends.

    Attributes:
        start: Code point of the source where it begins.
        end: Code point of the source behind its last.
        line: Number of the line that it stands in; blocks of one line are sentences of it.
    """

    start: int
    end: int
    line: int


def cut(source: str) -> tuple[Cut, ...]:
    r"""All blocks of the source, in order; every character that is no white space lies in exactly one.

    >>> [(start, end) for start, end, _ in cut("One.\n\n Two. ")]
    [(0, 4), (7, 11)]
    """
    lines: list[tuple[int, int]] = []
    for match in _LINE.finditer(source):
        start, end = _trim(source, match.start(), match.end())
        if start < end:
            lines.append((start, end))
    total = sum(end - start for start, end in lines)
    cuts: list[Cut] = []
    for number, (start, end) in enumerate(lines):
        if end - start >= LONG_LINE_SHARE * total and _is_long(source[start:end]):
            cuts.extend(Cut(a, b, number) for a, b in _sentences(source, start, end))
        else:
            cuts.append(Cut(start, end, number))
    return tuple(cuts)


def _is_long(line: str) -> bool:
    # scripts without blanks: two characters stand for a word
    return len(line.split(None, MIN_LONG_LINE_WORDS)) > MIN_LONG_LINE_WORDS or (
        len(line) >= 2 * MIN_LONG_LINE_WORDS and "。" in line
    )


def _trim(source: str, start: int, end: int) -> tuple[int, int]:
    line = source[start:end]
    return start + len(line) - len(line.lstrip()), end - len(line) + len(line.rstrip())


def _sentences(source: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence between two places of the source."""
    begin = start
    for match in _SENTENCE_END.finditer(source, start, end):
        here = match.end()
        if here >= end or not _begins_sentence(source[here]) or _is_abbreviated(source, begin, match.start()):
            continue
        first, last = _trim(source, begin, here)
        if first < last:
            yield first, last
        begin = here
    first, last = _trim(source, begin, end)
    if first < last:
        yield first, last


def _begins_sentence(char: str) -> bool:
    return not char.islower() and (char.isalnum() or char in "\"“‘'([«「『—–-@#$£€")


def _is_abbreviated(source: str, begin: int, stop: int) -> bool:
    """Whether the full stop at `stop` ends a short form or an initial."""
    if source[stop] != ".":
        return False
    word = source[max(begin, stop - 8) : stop].rpartition(" ")[2].lstrip("\"“‘'(")
    return word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isupper())
