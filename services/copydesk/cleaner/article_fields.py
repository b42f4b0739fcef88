"""Captions, credits and bylines among the removed blocks, and the dateline of the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from copydesk.cleaner.pieces import Piece
from copydesk.cleaner.rules.captions import MIN_CAPTION_WORDS, split_caption
from copydesk.cleaner.rules.datelines import find_dateline
from copydesk.cleaner.rules.duplicates import Copy

DATELINE_PARAGRAPHS = 2
"""Paragraphs at the start of a text in which a dateline is sought."""


class ArticleFields(NamedTuple):
    """Fields of an article besides its text; each value once, in order.

    Attributes:
        captions: Captions of photographs.
        credits: Credits of photographs.
        bylines: Lines that name the author.
        dateline: Place, date and agency, or None.
    """

    captions: tuple[str, ...]
    credits: tuple[str, ...]
    bylines: tuple[str, ...]
    dateline: str | None


def find_article_fields(
    texts: Sequence[str], copies: Mapping[int, Copy], pieces: Sequence[Piece], text: str
) -> ArticleFields:
    """Fields of an article.

    Args:
        texts: Texts of the blocks.
        copies: Copies among the blocks, by number.
        pieces: The pieces of the source with their verdicts.
        text: The published text.
    """
    captions: dict[str, None] = {}
    credits_: dict[str, None] = {}
    removed = {piece.number for piece in pieces if piece.reason is not None}
    for piece in pieces:
        if piece.reason != "photo":
            continue
        caption, credit = _split_photo(texts, copies, removed, piece)
        if caption and len(caption.split()) >= MIN_CAPTION_WORDS:
            captions[caption] = None
        if credit:
            credits_[credit] = None
    bylines = dict.fromkeys(piece.text for piece in pieces if piece.reason == "byline")
    datelines = map(find_dateline, text.split("\n\n")[:DATELINE_PARAGRAPHS])
    return ArticleFields(tuple(captions), tuple(credits_), tuple(bylines), next(filter(None, datelines), None))


def _split_photo(
    texts: Sequence[str], copies: Mapping[int, Copy], removed: set[int | None], piece: Piece
) -> tuple[str | None, str | None]:
    """Caption and credit of a removed piece; either may be None."""
    if piece.number is None:  # cut off a block: "(Photo: Jo Park/Reuters)"
        return None, piece.text
    copy = copies.get(piece.number)
    if copy is not None and not copy.part and copy.other in removed:
        # the caption stands alone in another block: the rest of this one is the credit
        caption = texts[copy.other]
        if piece.text.startswith(caption):
            return caption, piece.text[len(caption) :].strip() or None
    return split_caption(piece.text)
