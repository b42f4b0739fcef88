"""Pieces of the source: blocks, cut where boilerplate hangs on a sentence, and published as text and blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from copydesk.cleaner.blocks import BlockSpan
from copydesk.cleaner.removal import Removal
from copydesk.cleaner.rules.inline_boilerplate import INLINE_NOISE, InlineBoilerplate, find_inline_boilerplate
from copydesk.contracts.articles import Block, Reason

_WORD = re.compile(r"\S+")

NOISE_DECIMALS = 4
"""Places that a published probability is rounded to."""


class Piece(NamedTuple):
    """A block, or a part of one, with its verdict.

    Attributes:
        span: Place in the source.
        text: Text as published.
        noise: Probability of noise.
        reason: Reason for its removal; None if it stays.
        number: Number of the block; None for boilerplate that was cut off a block.
    """

    span: BlockSpan
    text: str
    noise: float
    reason: Reason | None
    number: int | None


def lay_out_pieces(spans: Sequence[BlockSpan], texts: Sequence[str], removal: Removal) -> list[Piece]:
    """One piece per block.

    Args:
        spans: Places of the blocks in the source.
        texts: Texts of the blocks.
        removal: Verdict on the blocks.
    """
    blocks = zip(spans, texts, removal.noise, removal.reasons, strict=True)
    return [
        Piece(span, text, round(noise, NOISE_DECIMALS), reason, number)
        for number, (span, text, noise, reason) in enumerate(blocks)
    ]


def cut_inline_boilerplate(source: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces, with boilerplate that hangs on a sentence cut off the blocks that stay."""
    result: list[Piece] = []
    for piece in pieces:
        boilerplate = [] if piece.reason else find_inline_boilerplate(piece.text)
        result.extend(_split(source, piece, boilerplate) if boilerplate else [piece])
    return result


def _split(source: str, piece: Piece, boilerplate: Sequence[InlineBoilerplate]) -> list[Piece]:
    """Parts of a block, cut at the edges of its boilerplate; the whole block if its source has other characters."""
    begin, end, line = piece.span
    raw = source[begin:end]
    if _count_visible(raw) != _count_visible(piece.text):
        return [piece]
    reasons = {start: reason for start, _, reason in boilerplate}
    edges = sorted({0, len(piece.text), *(edge for start, stop, _ in boilerplate for edge in (start, stop))})
    parts = []
    for start, stop in pairwise(edges):
        text = piece.text[start:stop].strip()
        if not text:
            continue
        first = _count_visible(piece.text[:start])
        last = first + _count_visible(text) - 1
        span = BlockSpan(begin + _find_visible(raw, first), begin + _find_visible(raw, last) + 1, line)
        if start in reasons:
            parts.append(Piece(span, text, max(piece.noise, INLINE_NOISE), reasons[start], None))
        else:
            parts.append(Piece(span, text, piece.noise, None, piece.number))
    return parts


def _count_visible(text: str) -> int:
    """Number of characters that are no white space."""
    return sum(map(len, text.split()))


def _find_visible(text: str, number: int) -> int:
    """Offset of a character, given by its number among the characters that are no white space.

    >>> _find_visible("a bc", 2)
    3
    """
    for word in _WORD.finditer(text):
        if number < len(word[0]):
            return word.start() + number
        number -= len(word[0])
    raise IndexError(number)


def publish(
    source: str, pieces: Sequence[Piece], stories: Mapping[int, int] | None = None
) -> tuple[str, tuple[Block, ...]]:
    """The text of the pieces that stay, and a block of the contract for each piece.

    Args:
        source: The source text.
        pieces: All pieces of the source, in order.
        stories: Number of the site's stories that showed a block, for the blocks that it repeats, by number.
    """
    stories = stories or {}
    parts: list[str] = []
    blocks: list[Block] = []
    length, last = 0, None
    for piece in pieces:
        if piece.reason is not None:
            seen = stories.get(piece.number) if piece.reason == "repeated" and piece.number is not None else None
            blocks.append(_publish_removed(source, piece, piece.reason, seen))
            continue
        if last is not None:
            separator = _find_separator(source, last, piece.span)
            parts.append(separator)
            length += len(separator)
        block = Block(
            source_start=piece.span.start,
            source_end=piece.span.end,
            kept=True,
            noise_probability=piece.noise,
            start=length,
            end=length + len(piece.text),
        )
        blocks.append(block)
        parts.append(piece.text)
        length += len(piece.text)
        last = piece.span
    return "".join(parts), tuple(blocks)


def _publish_removed(source: str, piece: Piece, reason: Reason, seen: int | None) -> Block:
    start, end, _ = piece.span
    return Block(
        source_start=start,
        source_end=end,
        kept=False,
        reason=reason,
        noise_probability=piece.noise,
        # a piece without visible characters carries its source text, so that nothing is lost
        text=piece.text or source[start:end],
        seen=seen,
    )


def _find_separator(source: str, last: BlockSpan, following: BlockSpan) -> str:
    """Text between two kept pieces: a blank line between source lines, at most one blank within a line."""
    if following.line != last.line:
        return "\n\n"
    between = source[last.end : following.start]
    return " " if between and (between[0].isspace() or between[-1].isspace()) else ""
