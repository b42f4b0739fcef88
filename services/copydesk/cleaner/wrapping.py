r"""Lines that a mail program or a terminal has cut at a fixed width, and the paragraphs that they were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

MIN_WIDTH, MAX_WIDTH = 45, 100
"""Characters of the longest line of a text in which lines count as wrapped: mail and terminals use 60 to 80. A longer
line was wrapped by nobody, a narrower text is verse or a list."""

FULL_SHARE = 0.8
"""Least share of full lines among those that go on in the next one. In verse and lists lines end where they like."""

MIN_HYPHENATED = 20
"""Characters of the shortest line that may end in a cut word."""

SENTENCE_END = re.compile("[.!?:…][\"”’')\\]]*$")

_CUT_WORD = re.compile(r"(?<=[^\W\d_]{2})[-\u00ad\u2010][ \t]*(?:\r\n|[\n\r])\s*(?=[^\W\d_])")
_LETTERS_BEFORE = re.compile(r"[^\W\d_]+$")

_COMPOUNDS = frozenset(
    "well long short high low self non ex mid half full part all ever much so so-called post pre anti pro vice cross"  # noqa: SIM905 - words read best as words
    " two three four five six seven eight nine ten first second third one right left north south east west hard"
    " soft".split()
)
"""Words that are joined to the next by a hyphen which is written in the middle of a line, too."""


class Line(NamedTuple):
    """Place of a line in the source, without white space at its ends."""

    start: int
    end: int


def join_wrapped(source: str, lines: Sequence[Line]) -> list[Line]:
    r"""The lines, with those that only wrapping has cut joined to one.

    >>> source = "The council of the harbour town voted on Tuesday night to\nreopen the bridge.\nIt was closed."
    >>> [source[start:end] for start, end in join_wrapped(source, [Line(0, 57), Line(58, 76), Line(77, 91)])]
    ['The council of the harbour town voted on Tuesday night to\nreopen the bridge.', 'It was closed.']
    """
    if len(lines) < 2:
        return list(lines)
    width = _find_width(source, lines)
    has_blank_lines = any(_is_blank_between(source, first, second) for first, second in pairwise(lines))
    joined = [lines[0]]
    for previous, line in pairwise(lines):
        if _is_cut(source, previous, line, width, has_blank_lines=has_blank_lines):
            joined[-1] = Line(joined[-1].start, line.end)
        else:
            joined.append(line)
    return joined


def unwrap(block: str) -> str:
    r"""A block without the hyphens at which wrapping has cut words; that of a compound stays.

    >>> unwrap("the old fer-\nry pier"), unwrap("a well-\nknown pier")
    ('the old ferry pier', 'a well-known pier')
    """
    if "\n" not in block and "\r" not in block:
        return block
    return _CUT_WORD.sub(lambda match: "-" if _is_compound(block, match.start()) else "", block)


def _is_compound(block: str, hyphen: int) -> bool:
    before = _LETTERS_BEFORE.search(block, max(0, hyphen - MAX_WIDTH), hyphen)
    return before is not None and (before[0].lower() in _COMPOUNDS or before[0][0].isupper())


def _find_width(source: str, lines: Sequence[Line]) -> int | None:
    """Width at which the text was wrapped; None if it was not."""
    width = max(end - start for start, end in lines)
    if not MIN_WIDTH <= width <= MAX_WIDTH:
        return None
    going_on = [
        _is_full(source, previous, line, width)
        for previous, line in pairwise(lines)
        if not _is_blank_between(source, previous, line)
        and source[line.start].islower()
        and not _ends_sentence(source, previous)
    ]
    return width if going_on and sum(going_on) >= FULL_SHARE * len(going_on) else None


def _is_cut(source: str, previous: Line, line: Line, width: int | None, *, has_blank_lines: bool) -> bool:
    """True if a line goes on in the next one."""
    if _is_blank_between(source, previous, line):
        return False
    if (
        source[line.start].islower()
        and previous.end - previous.start >= MIN_HYPHENATED
        and _CUT_WORD.match(source, previous.end - 1) is not None
    ):
        return True
    if width is None or not _is_full(source, previous, line, width):
        return False
    # between paragraphs that no blank line parts, a full line may be the last of one
    return has_blank_lines or not _ends_sentence(source, previous)


def _is_full(source: str, previous: Line, line: Line, width: int) -> bool:
    """True if the next line's first word had no room in the line."""
    first_word = source[line.start : line.end].split(None, 1)[0]
    return previous.end - previous.start + 1 + len(first_word) > width


def _ends_sentence(source: str, line: Line) -> bool:
    return SENTENCE_END.search(source, max(line.start, line.end - MIN_HYPHENATED), line.end) is not None


def _is_blank_between(source: str, previous: Line, line: Line) -> bool:
    """True if more than one line break parts two lines."""
    between = source[previous.end : line.start].replace("\r\n", "\n")
    return len(between.splitlines()) > 1
