"""Text blocks of a page in the order in which they stand in it, each with the element that holds it."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml import etree

from copydesk.cleaner.page.bounds import Bounds
from copydesk.cleaner.page.places import Place

INVISIBLE_TAGS = frozenset(
    "head script style noscript template svg iframe select option textarea video audio canvas object embed math"  # noqa: SIM905 - words read best as words
    " map progress meter datalist".split(" ")
)
"""Elements whose text no reader sees, or sees only where the browser fails."""

LINE_TAGS = frozenset(
    "p div article section h1 h2 h3 h4 h5 h6 li ul ol dl dt dd table caption thead tbody tfoot tr td th"  # noqa: SIM905 - words read best as words
    " blockquote figure figcaption main header footer nav aside pre hr form fieldset legend address details summary"
    " hgroup body html button center menu dialog search frameset noframes".split(" ")
)
"""Elements that begin and end a line."""

APART_TAGS = frozenset("a button label time td th li option input amp-img img".split(" "))  # noqa: SIM905 - ditto
"""Elements beside which a word ends, even if nothing stands between them and their neighbour."""

MAX_CELL_CHARACTERS = 60
"""Characters of the longest cell of a table of data, whose rows are one block each. Layout tables have longer cells."""

GAP = "\0"
"""Stands in the raw text where one element ends and the next begins without a blank; no page has it."""

BREAK = "\n"
"""Stands in the raw text for a line break element; all other white space of a page is blanks."""

_BLANK_LINE = re.compile(r"\n[ \t\r]*\n\s*")
_SPACE = re.compile(r"\s")
_SENTENCE_END = re.compile('[.!?…:。！？](?:["”’»)\\]」』]{0,3})$')
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_GAP = re.compile(GAP)


class TextBlock(NamedTuple):
    """A stretch of text that a reader sees as a paragraph or a line of its own.

    Attributes:
        text: The text, white space collapsed; never empty.
        place: The innermost element that makes lines and holds the text.
        inner: An inline element within it that holds all of the text; None if there is none.
        link_characters: Characters of the text that are links.
        breaks: Line break elements beside the block: bit 0 before it, bit 1 behind it.
    """

    text: str
    place: Place
    inner: Any
    link_characters: int
    breaks: int


class TooLargeError(Exception):
    """A tree has more elements, or deeper ones, than its bounds allow."""


class _Line:
    """The line that is being read: its parts, and what is needed to tell links from text."""

    __slots__ = ("has_text", "inner", "inner_parts", "links", "parts")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.links: list[bool] = []
        self.has_text = False
        self.inner: Any = None
        self.inner_parts = -1

    def add(self, text: str, *, is_link: bool) -> None:
        self.parts.append(text)
        self.links.append(is_link)
        if not self.has_text and not text.isspace():
            self.has_text = text not in {GAP, BREAK}


def cut_blocks(root: Any, bounds: Bounds | None = None) -> list[TextBlock]:  # noqa: PLR0912, PLR0915 - two events for each element of a page: calls would cost as much as the rest
    """The text blocks of a page, in order, read in one walk over its tree.

    Args:
        root: Root element of the page's tree.
        bounds: Bounds of the tree, which the same walk checks.

    Raises:
        TooLargeError: The tree is beyond the bounds.
    """
    blocks: list[TextBlock] = []
    place = Place(root, None)
    line = _Line()
    walker = etree.iterwalk(root, events=("start", "end"))
    links = depth = count = depths = invisible = preserved = 0
    closed: str | None = None  # element that ended just now, with nothing behind it
    for event, element in walker:
        tag = element.tag
        if event == "start":
            depth += 1
            count += 1
            depths += depth
            if bounds and (count > bounds.elements or depth > bounds.depth or depths > bounds.depths):
                raise TooLargeError
            if invisible or tag in INVISIBLE_TAGS or not isinstance(tag, str):
                invisible += 1
                continue
            if tag in LINE_TAGS:
                if line.parts:
                    blocks.extend(_finish(line, place))
                    line = _Line()
                if element is not root:
                    place = Place(element, place)
                preserved += tag == "pre"
                closed = None
            elif tag == "br":
                line.add(BREAK, is_link=False)
                closed = None
            else:
                if closed is not None:
                    line.add(" " if tag in APART_TAGS or closed in APART_TAGS else GAP, is_link=False)
                    closed = None
                links += tag == "a" and element.get("href") is not None
                if not line.has_text and line.inner_parts < 0:
                    line.inner = element
            text = element.text
            if text:
                line.add(_flatten(text, is_preserved=preserved > 0), is_link=links > 0)
                closed = None
            continue
        depth -= 1
        if invisible:
            invisible -= 1
        elif tag in LINE_TAGS:
            if line.parts:
                blocks.extend(_finish(line, place))
                line = _Line()
            if place.above is not None:
                place = place.above
            preserved -= tag == "pre"
            closed = None
        elif tag != "br":
            links -= tag == "a" and element.get("href") is not None
            if element is line.inner:
                line.inner_parts = len(line.parts)
            closed = tag if line.has_text else None
        tail = element.tail
        if tail and not invisible:
            line.add(_flatten(tail, is_preserved=preserved > 0), is_link=links > 0)
            closed = None
    if line.parts:
        blocks.extend(_finish(line, place))
    return _join_cells(blocks)


def _flatten(text: str, *, is_preserved: bool) -> str:
    """The text without line breaks; preformatted text keeps the blank lines between its paragraphs.

    Entities that were escaped twice (`&amp;quot;`) are read.
    """
    if "&" in text and _ENTITY.search(text):
        text = entities.unescape(text)
    if is_preserved:
        text = _BLANK_LINE.sub("\x01", text)
        return _SPACE.sub(" ", text).replace("\x01", BREAK * 2)
    return text.replace("\n", " ")


def _finish(line: _Line, place: Place) -> Iterator[TextBlock]:
    """The blocks of a line: one, or several where line breaks or unmarked paragraphs part it."""
    if not line.has_text:
        return
    raw = "".join(line.parts)
    if GAP in raw:
        raw = _GAP.sub(lambda gap: _fill_gap(raw, gap.start()), raw)
    if BREAK not in raw:
        text = " ".join(raw.split())
        if text:
            linked = sum(
                len("".join(part.split())) for part, is_link in zip(line.parts, line.links, strict=True) if is_link
            )
            inner = line.inner if line.inner_parts >= 0 and not _has_text(line.parts[line.inner_parts :]) else None
            yield TextBlock(text, place, inner, linked, 0)
        return
    yield from _part(line, place)


def _has_text(parts: list[str]) -> bool:
    return any(part.strip(" \0\n\t\r\f\xa0") for part in parts)


def _fill_gap(raw: str, at: int) -> str:
    """Text for a gap: a line break after a sentence, a blank between words, nothing within a word (an initial)."""
    before = raw[max(0, at - 400) : at].rpartition(BREAK)[2]
    behind = raw[at + 1 : at + 40].lstrip(GAP)
    if not before or not behind or before[-1].isspace() or behind[0].isspace():
        return ""
    if (
        _SENTENCE_END.search(before)
        and not behind[0].islower()
        and (behind[0].isalnum() or behind[0] in "\"“‘'«„「『¿¡")
    ):
        return BREAK
    if not before[-1].isalnum() or not behind[0].isalnum():
        return ""
    last, first = before.rpartition(" ")[2], behind.partition(" ")[0]
    # "T" and "he", "iPh" and "one": a capital after a small letter begins a word, a small letter goes on with one
    return " " if len(last) > 1 and len(first) > 1 and behind[0].isupper() and not before[-1].isupper() else ""


def _part(line: _Line, place: Place) -> Iterator[TextBlock]:
    """The blocks of a line with line breaks in it. A line that goes on in lower case is one paragraph with it."""
    rows = _find_rows(line)
    last = len(rows) - 1
    for number, row in enumerate(rows):
        yield TextBlock(" ".join(row.texts), place, None, row.links, (number > 0) + 2 * (number < last))


class _Row(NamedTuple):
    """A paragraph between line breaks.

    Attributes:
        texts: Its lines.
        links: Characters of it that are links.
    """

    texts: list[str]
    links: int


def _find_rows(line: _Line) -> list[_Row]:
    rows: list[_Row] = []
    raw = "".join(line.parts)
    at = linked = 0
    is_apart = True  # a blank line stands before this one
    pieces: list[str] = []

    def end_row() -> None:
        nonlocal is_apart
        text = " ".join("".join(pieces).split())
        if not text:
            is_apart = True
            return
        if rows and not is_apart and text[0].islower() and not _SENTENCE_END.search(rows[-1].texts[-1]):
            rows[-1].texts.append(text)
            rows[-1] = _Row(rows[-1].texts, rows[-1].links + linked)
        else:
            rows.append(_Row([text], linked))
        is_apart = False

    for part, is_link in zip(line.parts, line.links, strict=True):
        filled = _fill_gap(raw, at) if part == GAP else part
        at += len(part)
        for number, piece in enumerate(filled.split(BREAK)):
            if number:
                end_row()
                pieces, linked = [], 0
            pieces.append(piece)
            linked += len("".join(piece.split())) if is_link else 0
    end_row()
    return rows


def _join_cells(blocks: list[TextBlock]) -> list[TextBlock]:
    """The blocks, with the short cells of a row of a table as one."""
    if not any(block.place.tag in {"td", "th"} for block in blocks):
        return blocks
    joined: list[TextBlock] = []
    for block in blocks:
        if (
            joined
            and block.place.tag in {"td", "th"}
            and joined[-1].place.tag in {"td", "th"}
            and block.place is not joined[-1].place
            and block.place.above is joined[-1].place.above
            and len(block.text) <= MAX_CELL_CHARACTERS
            and len(joined[-1].text) <= 4 * MAX_CELL_CHARACTERS
        ):
            last = joined[-1]
            joined[-1] = last._replace(
                text=f"{last.text} {block.text}",
                place=block.place,
                inner=None,
                link_characters=last.link_characters + block.link_characters,
            )
        else:
            joined.append(block)
    return joined
