"""Quotation marks: the stretches of a text that stand inside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from copydesk.extractor.lexicon import QuotationWords


class Segment(msgspec.Struct, frozen=True):
    """A stretch in quotation marks within one paragraph; offsets in code points.

    Args:
        start: Start of the opening mark.
        end: End of the closing mark; end of the paragraph where the mark is not closed.
        inner_start: End of the opening mark.
        inner_end: Start of the closing mark; `end` where the mark is not closed.
        closed: Whether it has a closing mark.
        single: Whether its marks are single marks.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    closed: bool = True
    single: bool = False


OPENERS, CLOSERS, STRAIGHT = "“„‟«〝‹", "”»〞›", '"＂″'

PRIME = "″"

MIN_SINGLE_WORDS = 4
"""Minimum words between single marks. Shorter ones are nicknames ('Toff'), titles and scare quotes. The exception is a
paragraph that begins with 'No,': it begins with speech."""

_DOUBLE = re.compile(f"''|``|[{OPENERS}{CLOSERS}{STRAIGHT}]")
_SINGLE = re.compile("['‘’‛]")
# bounded: a thousand "<" cost a thousand steps each, not a thousand squared
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_OPENS_AFTER = frozenset("([{<-–—―/:,;.…?!|*•>=_~")
_FEET = re.compile(r"\d\s?['’′]\s?\d{1,2}$")


class _Mark(msgspec.Struct):
    """A double mark; kind is `open`, `close` or `straight`."""

    start: int
    end: int
    kind: str


def find_segments(text: str, words: QuotationWords, start: int = 0, end: int | None = None) -> list[Segment]:
    r"""Quoted stretches of one paragraph, in order, none inside another.

    Known are straight, curly and doubled (``''``) marks and guillemets; single marks count where no double ones stand
    around them. Inches, feet, apostrophes and marks inside markup open nothing. Linear in the length.

    Args:
        text: Text that the offsets count in.
        words: Words that begin or end with an apostrophe.
        start: Start of the paragraph, in code points.
        end: End of the paragraph; the text's by default.

    >>> from copydesk.extractor.english import load_lexicon
    >>> words = load_lexicon().quotations
    >>> [text[s.start : s.end] for text in ['"No", she said.'] for s in find_segments(text, words)]
    ['"No"']
    >>> find_segments("the 6'2\" guard of '98", words)
    []
    """
    end = len(text) if end is None else end
    segments: list[Segment] = []
    position = start
    for segment in _pair_doubles(text, start, end):
        segments += _pair_singles(text, words, position, segment.start)
        segments.append(segment)
        position = segment.end
    return segments + _pair_singles(text, words, position, end)


def _pair_doubles(text: str, start: int, end: int) -> list[Segment]:
    marks = _find_doubles(text, start, end)
    straight_left = sum(mark.kind == "straight" for mark in marks)
    nested = _find_nested(marks)
    segments: list[Segment] = []
    opened: _Mark | None = None
    for index, mark in enumerate(marks):
        straight_left -= mark.kind == "straight"
        before = text[mark.start - 1] if mark.start > start else " "
        after = text[mark.end] if mark.end < end else " "
        if index in nested:
            continue
        if opened is None:
            if _may_open(mark.kind, before, after):
                opened = mark
        elif _reopens(mark, opened, before, after, straight_left):
            segments.append(_make_segment(text, opened, None, mark.start))
            opened = mark
        elif (
            mark.kind == "straight"
            and before.isdigit()
            and after.isspace()
            and straight_left % 2
            and text[mark.end + 1 : mark.end + 2].islower()
        ):
            continue  # a 40" screen inside a quotation that is closed later
        else:
            segments.append(_make_segment(text, opened, mark, mark.end))
            opened = None
    if opened is not None:
        segments.append(_make_segment(text, opened, None, end))
    return [segment for segment in segments if any(map(str.isalnum, text[segment.inner_start : segment.inner_end]))]


def _find_doubles(text: str, start: int, end: int) -> list[_Mark]:
    """All double marks of a paragraph, without those in markup and those that stand for feet and inches."""
    markup = [match.span() for match in _MARKUP.finditer(text, start, end)]
    marks: list[_Mark] = []
    tag = 0
    for match in _DOUBLE.finditer(text, start, end):
        while tag < len(markup) and markup[tag][1] <= match.start():
            tag += 1
        if tag < len(markup) and markup[tag][0] < match.start():
            continue
        mark = match.group()
        if mark == PRIME and match.start() > start and text[match.start() - 1].isdigit():
            continue  # 40″: inches
        kind = "open" if mark in OPENERS or mark == "``" else "close" if mark in CLOSERS else "straight"
        if kind != "open" and _FEET.search(text, max(start, match.start() - 6), match.start()):
            continue
        marks.append(_Mark(match.start(), match.end(), kind))
    return marks


def _find_nested(marks: Sequence[_Mark]) -> set[int]:
    """Indices of the marks inside a pair of their own kind: “He wore a “Vote” shirt,” she said."""
    open_marks: list[int] = []
    nested: set[int] = set()
    for index, mark in enumerate(marks):
        if mark.kind == "open":
            open_marks.append(index)
        elif mark.kind == "close" and open_marks:
            opener = open_marks.pop()
            if open_marks:
                nested.update((opener, index))
    # an opener that never closes has nothing nested in it: the next paragraph goes on, or the writer forgot the mark
    return {index for index in nested if not open_marks or index < open_marks[0]}


def _may_open(kind: str, before: str, after: str) -> bool:
    if after.isspace() and kind != "open":
        return False
    if kind == "close":  # ”Hello” typed with the wrong key
        return before.isspace()
    if kind == "straight":
        # a letter or digit before it: an inch sign, or the closing mark of something that never opened
        return not before.isalnum() and (before.isspace() or before in _OPENS_AFTER or not after.isspace())
    return True


def _reopens(mark: _Mark, opened: _Mark, before: str, after: str, straight_left: int) -> bool:
    """Return whether a mark opens a quotation although one is open, because the first was never closed."""
    looks_like_opener = (before.isspace() or before in "([—–") and not after.isspace()
    if mark.kind == "open":
        return looks_like_opener and opened.kind == "open"
    # an even count of marks to come: this one closes, however it looks
    return mark.kind == "straight" and opened.kind == "straight" and looks_like_opener and straight_left % 2 == 1


def _make_segment(text: str, opened: _Mark, closed: _Mark | None, end: int) -> Segment:
    if closed is None:
        while end > opened.end and text[end - 1].isspace():
            end -= 1
        return Segment(opened.start, end, opened.end, end, closed=False)
    return Segment(opened.start, closed.end, opened.end, closed.start)


def _pair_singles(text: str, words: QuotationWords, start: int, end: int) -> list[Segment]:
    segments: list[Segment] = []
    opened: int | None = None
    for match in _SINGLE.finditer(text, start, end):
        position = match.start()
        before = text[position - 1] if position > start else " "
        after = text[position + 1] if position + 1 < end else " "
        opens = not before.isalnum() and not after.isspace() and (after.isalnum() or after in "$£€[.…#@")
        if opens and match.group() != "’" and not words.elision.match(text, position):
            if opened is None or before.isspace():
                opened = position  # a second opener: the first was an apostrophe
        elif (
            opened is not None
            and not after.isalnum()
            and not before.isspace()
            and before not in words.possessive_letters
        ):
            inner = text[opened + 1 : position]
            # a plain word's apostrophe (rock 'n' roll) holds too little
            is_speech = opened == start and before in ",?!"  # 'Rubbish,' replied the minister
            if is_speech or len(inner.split(maxsplit=MIN_SINGLE_WORDS)) >= MIN_SINGLE_WORDS:
                segments.append(Segment(opened, position + 1, opened + 1, position, single=True))
            opened = None
    return segments


def find_continued(
    text: str, paragraphs: Sequence[tuple[int, int]], segments: Sequence[Sequence[Segment]]
) -> list[list[int]]:
    """Runs of paragraphs that one quotation runs over, as lists of paragraph indices.

    A quotation goes on where its mark is not closed and the next paragraph opens with a mark again, as typographers
    do it. Closed neighbours stay apart, however alike they are.

    Args:
        text: Text that the offsets count in.
        paragraphs: Start and end of each paragraph.
        segments: Quoted stretches of each paragraph.
    """
    runs: list[list[int]] = []
    run: list[int] = []
    for index, own in enumerate(segments):
        if run:
            mark_end = _find_opening_mark_end(text, *paragraphs[index])
            if own and mark_end is not None and own[0].inner_start == mark_end:
                run.append(index)
                if len(own) == 1 and not own[0].closed:
                    continue
            if len(run) > 1:
                runs.append(run)
            run = []
        if own and not own[-1].closed:
            run = [index]
    if len(run) > 1:
        runs.append(run)
    return runs


def _find_opening_mark_end(text: str, start: int, end: int) -> int | None:
    """End of the mark that a paragraph opens with, or None."""
    while start < end and not text[start].isalnum():
        if match := _DOUBLE.match(text, start, end):
            return match.end()
        start += 1
    return None
