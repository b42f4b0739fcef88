"""Quotation marks: which stretches of a text stand inside them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec


class Segment(msgspec.Struct, frozen=True):
    """A stretch in quotation marks within one paragraph.

    Args:
        start: Of the opening mark.
        end: After the closing mark, or where the paragraph ends when there is none.
        inner_start: After the opening mark.
        inner_end: Of the closing mark.
        closed: Whether it has a closing mark.
        single: Marked by single marks.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    closed: bool = True
    single: bool = False


OPENERS, CLOSERS, STRAIGHT = "“„‟«〝", "”»〞", '"＂'
MIN_SINGLE_WORDS = 4
"""Words that single marks must hold to be a quotation: below stand nicknames ('Toff'), titles and scare quotes; but a
paragraph that begins with 'No,' begins with what somebody said."""

_DOUBLE = re.compile(f"''|``|[{OPENERS}{CLOSERS}{STRAIGHT}]")
_SINGLE = re.compile("['‘’‛]")
# bounded, so that a thousand "<" cost a thousand steps each and not a thousand squared
_MARKUP = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_ELIDED = re.compile(r"['‘’](?:em|til|tis|twas|cause|n|round|bout|\d0s|\d\d)\b", re.IGNORECASE)
_OPENS_AFTER = frozenset("([{<-–—―/:,;.…?!|*•>=_~")
_FEET = re.compile(r"\d\s?['’′]\s?\d{1,2}$")


def find_segments(text: str, start: int = 0, end: int | None = None) -> list[Segment]:
    r"""The quoted stretches of one paragraph, in order, none inside another.

    Straight, curly, doubled (``''``) marks and guillemets; single marks where no double ones stand around them. Inches,
    feet, apostrophes and marks inside markup open nothing. Linear in the length.

    Args:
        text: The text that the offsets count in.
        start: Of the paragraph, in code points.
        end: Of the paragraph; default: the text's.

    >>> [text[s.start : s.end] for text in ['"No", she said.'] for s in find_segments(text)]
    ['"No"']
    >>> find_segments("the 6'2\" guard of '98")
    []
    """
    end = len(text) if end is None else end
    doubles = _pair_doubles(text, start, end)
    found: list[Segment] = []
    position = start
    for segment in doubles:
        found += _pair_singles(text, position, segment.start)
        found.append(segment)
        position = segment.end
    return found + _pair_singles(text, position, end)


def opens_with_mark(text: str, start: int, end: int) -> int | None:
    """Where the first mark of a paragraph ends that opens with one; None for any other paragraph."""
    while start < end and not text[start].isalnum():
        if match := _DOUBLE.match(text, start, end):
            return match.end()
        start += 1
    return None


class _Mark(msgspec.Struct):
    start: int
    end: int
    kind: str


def _pair_doubles(text: str, start: int, end: int) -> list[Segment]:
    marks = _marks(text, start, end)
    straight_left = sum(mark.kind == "straight" for mark in marks)
    inner = _nested(marks)
    segments: list[Segment] = []
    opened: _Mark | None = None
    for index, mark in enumerate(marks):
        straight_left -= mark.kind == "straight"
        before = text[mark.start - 1] if mark.start > start else " "
        after = text[mark.end] if mark.end < end else " "
        if index in inner:
            continue
        if opened is None:
            if _may_open(mark.kind, before, after):
                opened = mark
        elif _reopens(mark, opened, before, after, straight_left):
            segments.append(_segment(text, opened, None, mark.start))
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
            segments.append(_segment(text, opened, mark, mark.end))
            opened = None
    if opened is not None:
        segments.append(_segment(text, opened, None, end))
    return [segment for segment in segments if any(map(str.isalnum, text[segment.inner_start : segment.inner_end]))]


def _nested(marks: Sequence[_Mark]) -> set[int]:
    """Which marks stand inside a pair of their own kind: “He wore a “Vote” shirt,” she said."""
    depth: list[int] = []
    inside: set[int] = set()
    for index, mark in enumerate(marks):
        if mark.kind == "open":
            depth.append(index)
        elif mark.kind == "close" and depth:
            opener = depth.pop()
            if depth:
                inside.update((opener, index))
    # an opener that never closes has nothing nested in it: the next paragraph goes on, or the writer forgot the mark
    return {index for index in inside if not depth or index < depth[0]}


def _marks(text: str, start: int, end: int) -> list[_Mark]:
    markup = [match.span() for match in _MARKUP.finditer(text, start, end)]
    marks: list[_Mark] = []
    tag = 0
    for match in _DOUBLE.finditer(text, start, end):
        while tag < len(markup) and markup[tag][1] <= match.start():
            tag += 1
        if tag < len(markup) and markup[tag][0] < match.start():
            continue
        mark = match.group()
        kind = "open" if mark in OPENERS else "close" if mark in CLOSERS else "straight"
        if mark == "``":
            kind = "open"
        if kind != "open" and _FEET.search(text, max(start, match.start() - 6), match.start()):
            continue
        marks.append(_Mark(match.start(), match.end(), kind))
    return marks


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
    """Whether a mark opens anew although one is open: the first was never closed."""
    looks_like_opener = (before.isspace() or before in "([—–") and not after.isspace()
    if mark.kind == "open":
        return looks_like_opener and opened.kind == "open"
    # an even count of marks to come: this one closes, however it looks
    return mark.kind == "straight" and opened.kind == "straight" and looks_like_opener and straight_left % 2 == 1


def _segment(text: str, opened: _Mark, closed: _Mark | None, end: int) -> Segment:
    if closed is None:
        while end > opened.end and text[end - 1].isspace():
            end -= 1
        return Segment(opened.start, end, opened.end, end, closed=False)
    return Segment(opened.start, closed.end, opened.end, closed.start)


def _pair_singles(text: str, start: int, end: int) -> list[Segment]:
    segments: list[Segment] = []
    opened: int | None = None
    for match in _SINGLE.finditer(text, start, end):
        at = match.start()
        before = text[at - 1] if at > start else " "
        after = text[at + 1] if at + 1 < end else " "
        opens = not before.isalnum() and not after.isspace() and (after.isalnum() or after in "$£€[.…#@")
        if opens and match.group() != "’" and not _ELIDED.match(text, at):
            if opened is None or before.isspace():
                opened = at  # a second opener: the first was an apostrophe
        elif opened is not None and not after.isalnum() and not before.isspace() and before not in "sS":
            inner = text[opened + 1 : at]
            # a plain word's apostrophe (rock 'n' roll) holds too little
            spoken = opened == start and before in ",?!"  # 'Rubbish,' replied the minister
            if spoken or len(inner.split(maxsplit=MIN_SINGLE_WORDS)) >= MIN_SINGLE_WORDS:
                segments.append(Segment(opened, at + 1, opened + 1, at, single=True))
            opened = None
    return segments


def join_continued(
    text: str, paragraphs: Sequence[tuple[int, int]], segments: Sequence[Sequence[Segment]]
) -> list[list[int]]:
    """Runs of paragraphs that one quotation goes on through, as lists of paragraph indices.

    An unclosed mark whose next paragraph opens with a mark again: the typographer's way to carry a quotation on.
    Neighbours that are closed stay apart, however alike.

    Args:
        text: The text that the offsets count in.
        paragraphs: Their starts and ends.
        segments: The quoted stretches of each paragraph.
    """
    runs: list[list[int]] = []
    run: list[int] = []
    for index, found in enumerate(segments):
        if run:
            mark_end = opens_with_mark(text, *paragraphs[index])
            if found and mark_end is not None and found[0].inner_start == mark_end:
                run.append(index)
                if len(found) == 1 and not found[0].closed:
                    continue
            if len(run) > 1:
                runs.append(run)
            run = []
        if found and not found[-1].closed:
            run = [index]
    if len(run) > 1:
        runs.append(run)
    return runs
