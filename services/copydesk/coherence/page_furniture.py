"""Blocks of an HTML page that stand outside its article: they have a unit like any other block, but are not weighed."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from copydesk.contracts.articles import ExtractedArticle, Segment, Unit

OUTSIDE = "navigation"
"""Reason of the cleaner for a block of a page that stands outside the article. Hundreds of menu entries would outweigh
the article itself."""


def find_weighed(article: ExtractedArticle) -> list[int]:
    """Numbers of the blocks that are weighed: all blocks of a text, those of the article of a page."""
    is_page = article.source.kind == "html"
    return [number for number, block in enumerate(article.blocks) if not (is_page and block.reason == OUTSIDE)]


def take_blocks(article: ExtractedArticle, numbers: Sequence[int]) -> ExtractedArticle:
    """The article with these blocks alone."""
    if len(numbers) == len(article.blocks):
        return article
    return msgspec.structs.replace(article, blocks=tuple(article.blocks[number] for number in numbers))


def spread_units(units: Sequence[Unit], numbers: Sequence[int], blocks: int) -> tuple[Unit, ...]:
    """One unit per block; a block that was not weighed is furniture, without relevance.

    Args:
        units: Units of the weighed blocks.
        numbers: Numbers of these blocks.
        blocks: Number of all blocks.
    """
    if len(numbers) == blocks:
        return tuple(units)
    weighed = {number: msgspec.structs.replace(unit, block=number) for number, unit in zip(numbers, units, strict=True)}
    return tuple(
        weighed.get(number) or Unit(block=number, relevance=0.0, off_topic_probability=0.0, furniture_probability=1.0)
        for number in range(blocks)
    )


def spread_segments(segments: Sequence[Segment], numbers: Sequence[int]) -> tuple[Segment, ...]:
    """The segments, with the numbers of their blocks among all blocks."""
    return tuple(
        msgspec.structs.replace(segment, first_unit=numbers[segment.first_unit], last_unit=numbers[segment.last_unit])
        for segment in segments
    )
