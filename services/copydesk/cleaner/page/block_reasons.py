"""Reason for the removal of each block of a page."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from copydesk.cleaner.model.columns import Floats
from copydesk.cleaner.page.block_facts import OWN, Facts
from copydesk.cleaner.page.selection import Selection
from copydesk.cleaner.page.text_blocks import TextBlock
from copydesk.cleaner.rules import reasons
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.rules.furniture_lines import find_furniture
from copydesk.cleaner.rules.phrases import find_whole
from copydesk.contracts.articles import Reason

MAX_BYLINE_WORDS = 30
"""Words of the longest line below the headline that says who wrote the article, and when."""

MOSTLY_LINKS = 0.6
"""Share of a block's characters that are links from which it points to other articles."""


def find_reasons(
    blocks: Sequence[TextBlock], facts: Facts, selection: Selection, titles: Collection[int], kept: Sequence[bool]
) -> list[Reason | None]:
    """Reason for the removal of each block; None for blocks that stay.

    Args:
        blocks: The text blocks that were judged.
        facts: Facts about them.
        selection: The body and its region.
        titles: Numbers of the blocks that are the title.
        kept: True for the blocks that stay.
    """
    own = facts.own
    body = {blocks[number].text for number, is_kept in enumerate(kept) if is_kept}
    found: list[Reason | None] = []
    for number, block in enumerate(blocks):
        if kept[number]:
            found.append(None)
        elif number in titles:
            found.append("title")
        elif number in selection.copies:
            found.append("duplicate")
        elif not selection.first <= number <= selection.last:
            found.append("navigation")
        elif block.text in body and len(block.text.split()) >= reasons.MIN_TEASER_WORDS:
            found.append("duplicate")
        else:
            found.append(_find_reason(block, own.values[number]))
    return found


def _find_reason(block: TextBlock, facts: Floats) -> Reason:  # noqa: PLR0911 - one sign after the other
    """Reason for the removal of a block within the article's region, the surest sign first."""

    def has(column: str) -> bool:
        return bool(facts[OWN.index(column)] > 0)

    shape = BlockShape(block.text)
    kind = find_whole(shape.words)
    if kind is not None:
        return reasons.REASONS[kind]
    if has("in figure") or has("in figcaption") or has("says photo"):
        return "photo"
    if shape.size <= MAX_BYLINE_WORDS and has("says byline"):
        return "byline"
    if has("says promo"):
        return "promo"
    if has("says related"):
        return "related"
    if has("credit sign"):
        return "photo"
    if kind := shape.first or shape.last:
        return reasons.REASONS[kind]
    if furniture := find_furniture(block.text):
        return furniture
    if facts[OWN.index("link share")] >= MOSTLY_LINKS and shape.size > reasons.MAX_NAVIGATION_WORDS:
        return "related"
    return reasons.guess(shape, has_date=has("date sign"), is_behind=False)
