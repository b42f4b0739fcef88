"""Quotes and entities that lie wholly in off-topic units."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate

from copydesk.contracts.articles import Block, ExtractedArticle, Unit


def find_off_topic(article: ExtractedArticle, units: Sequence[Unit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the quotes, and ids of the entities, that lie wholly in off-topic units."""
    lies_off_topic = _index_blocks(article.blocks, units)
    quotes = tuple(
        quote.id for quote in article.quotes if quote.section == "body" and lies_off_topic(quote.start, quote.end)
    )
    entities = []
    for entity in article.entities:
        body = [mention for mention in entity.mentions if mention.section == "body"]
        # a name in the title belongs to this story, wherever else it is
        if body and len(body) == len(entity.mentions) and all(lies_off_topic(m.start, m.end) for m in body):
            entities.append(entity.id)
    return quotes, tuple(entities)


def _index_blocks(blocks: Sequence[Block], units: Sequence[Unit]) -> Callable[[int, int], bool]:
    """Function that returns True if a span of the text lies wholly in off-topic units."""
    spans = sorted(
        (block.start, block.end, unit.flag == "off_topic")
        for block, unit in zip(blocks, units, strict=True)
        if block.start is not None and block.end is not None
    )
    starts = [start for start, _, _ in spans]
    ends = list(accumulate((end for _, end, _ in spans), max))  # in rising order, since blocks do not overlap
    on_topic = [0, *accumulate(not is_off_topic for _, _, is_off_topic in spans)]

    def lies_off_topic(start: int, end: int) -> bool:
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        return last > first and on_topic[last] == on_topic[first]

    return lies_off_topic
