"""Paragraphs of an article: its lines, with their quotation marks and parses."""

from __future__ import annotations

import re

import msgspec

from copydesk.extractor.lexicon import QuotationWords
from copydesk.extractor.marks import Segment, find_segments
from copydesk.extractor.syntax import Parse

MAX_PARAGRAPH = 10_000
"""Maximum code points of a paragraph; a longer line is cut at a space. The recogniser needs a gigabyte for a million,
and no newsroom writes a paragraph of 1,700 words."""

MAX_HEADING = 25  # words; a longer line without a full stop is a sentence that lost it

_LINE = re.compile(r"[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_SENTENCE_END = re.compile(r"[.?!:;,…\"”’'»)]$")


class Paragraph(msgspec.Struct):
    """A line of the article.

    Args:
        start: Start in the article's text, in code points.
        end: End in the article's text.
        segments: Stretches in quotation marks.
        parse: Grammar and names; None where there is no parse.
        heading: Whether it is a heading, not a sentence.
    """

    start: int
    end: int
    segments: list[Segment]
    parse: Parse | None = None
    heading: bool = False


def split_paragraphs(text: str, words: QuotationWords) -> list[Paragraph]:
    r"""Lines of a text that are not blank, with their quotation marks. Lines above `MAX_PARAGRAPH` come in pieces.

    Args:
        text: The article's text.
        words: Words that begin or end with an apostrophe.

    >>> from copydesk.extractor.english import load_lexicon
    >>> [(p.start, p.end) for p in split_paragraphs("One.\n\nTwo.", load_lexicon().quotations)]
    [(0, 4), (6, 10)]
    """
    paragraphs = []
    for match in _LINE.finditer(text):
        start, stop = match.span()
        while start < stop:
            end = _cut(text, start, stop)
            if text[start:end].strip():
                segments = find_segments(text, words, start, end)
                paragraphs.append(Paragraph(start, end, segments, heading=is_heading(text, start, end)))
            start = end
    return paragraphs


def _cut(text: str, start: int, stop: int) -> int:
    """End of the piece that begins at ``start``: after a sentence, else before a space, else anywhere."""
    end = min(stop, start + MAX_PARAGRAPH)
    if end == stop:
        return end
    cut = max(text.rfind(". ", start, end) + 1, 0) or text.rfind(" ", start, end)
    return cut if cut > start else end


def is_heading(text: str, start: int, end: int) -> bool:
    """Return whether a line is a heading: it is short and has no final punctuation.

    >>> is_heading("Latest News", 0, 11), is_heading("He left.", 0, 8)
    (True, False)
    """
    line = text[start:end].rstrip()
    return not _SENTENCE_END.search(line) and len(line[:1000].split()) <= MAX_HEADING
