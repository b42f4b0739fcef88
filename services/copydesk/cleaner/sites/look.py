"""Furniture of an article by its site's record, and what the cleaner tells of the article in turn."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from copydesk.cleaner.sites.keys import TextKeys, make_keys
from copydesk.contracts.sites import PINNED, SAMPLE_CHARACTERS, SeenBlock, SeenPage, SiteKey, SiteRecord

MIN_WORDS = 3
"""Words from which a block may be taken. Shorter ones are sub-heads, speakers and answers, which recur in stories; they
go only if many stories showed them and the model took them for noise in most."""

SHORT_STORIES, SHORT_NOISE = 5, 0.45
"""Number of stories, and mean probability of noise, from which a shorter block may go, too."""

FLOOR = 0.05
"""Probability of noise by the model itself from which a block may be taken. It bounds what a poisoned memory can do,
and what background paragraphs and quotes of follow-up stories lose."""

EDGE_NOISE = 0.45
"""Mean probability of noise over its stories from which the first or last words of a text are furniture."""

MAX_EDGE_WORDS = 80
"""Words up to which a block is taken by its first or last words: a longer one has words of its own."""

SPARED_LONG = 2
"""Number of long kept blocks at the top that are spared: an article's own standfirst stands in others' teasers."""

SPARED_WORDS, SPARED_STORIES = 8, 5
"""Such a block has this many words, and is known from fewer stories than this."""

LONG_WORDS = 12
"""Words of a block that counts as a paragraph."""

MAX_TAKEN_SHARE = 0.5
"""Largest share of an article's kept words that memory may take. More than this is no furniture but the article."""

MAX_BLOCKS = 400
"""Number of blocks of a page that are told, from the top. A page of more is a list."""

FIRST_DAY = date(1990, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
"""First plausible day of publication, in days since 1970."""


class Known(NamedTuple):
    """A block that stands in other stories of the site."""

    stories: int
    """Number of stories that showed it."""

    key: str


def look(
    keys: Sequence[TextKeys], noise: Sequence[float], kept: Sequence[bool], site: SiteTable
) -> Mapping[int, Known]:
    """Furniture among the kept blocks, by number.

    Args:
        keys: Keys of all blocks of the article, in order.
        noise: The model's probability of noise of each.
        kept: True for blocks that the cleaner has kept.
        site: What is known of the site.
    """
    if not site.blocks and not site.edges:
        return {}
    found: dict[int, Known] = {}
    paragraphs = kept_words = taken = 0
    for number, (block, probability, is_kept) in enumerate(zip(keys, noise, kept, strict=True)):
        if not is_kept:
            continue
        kept_words += block.words
        known = _find(block, probability, site)
        is_near_top = block.words >= SPARED_WORDS and paragraphs < SPARED_LONG
        if known is not None and is_near_top and known.stories < SPARED_STORIES:
            known = None
        if known is not None:
            found[number] = known
            taken += block.words
        elif block.words >= LONG_WORDS:
            paragraphs += 1
    return found if taken <= MAX_TAKEN_SHARE * kept_words else {}


class SiteTable(NamedTuple):
    """A site's record, ready to be looked up."""

    record: SiteRecord
    blocks: Mapping[str, int]
    edges: Mapping[str, int]
    short: Collection[str]
    """Keys of blocks that may go however short they are."""

    never: Collection[str]


def index(record: SiteRecord) -> SiteTable:
    """Table of a site's record."""
    never = frozenset(record.never)
    whole = [key for key in record.keys if key.kind == "block" and key.key not in never]
    blocks = {key.key: key.stories for key in whole}
    short = {key.key for key in whole if key.stories >= SHORT_STORIES and key.noise >= SHORT_NOISE}
    # a text without words is no key: all lines of marks would have it
    blocks |= {key: PINNED for text in record.pinned if (key := make_keys(text).whole)}
    edges = {key.key: key.stories for key in record.keys if _is_edge_of_furniture(key) and key.key not in never}
    return SiteTable(record, blocks, edges, short, never)


def _is_edge_of_furniture(key: SiteKey) -> bool:
    """True for first or last words that the model takes for noise in most stories."""
    return key.kind != "block" and key.noise >= EDGE_NOISE


def _find(block: TextKeys, probability: float, table: SiteTable) -> Known | None:
    stories = table.blocks.get(block.whole, 0)
    if stories >= PINNED:
        return Known(stories, block.whole)
    if probability < FLOOR or block.whole in table.never:
        return None
    if block.words < MIN_WORDS and block.whole not in table.short:
        return None
    if stories:
        return Known(stories, block.whole)
    if block.words <= MAX_EDGE_WORDS:
        for edge in (block.start, block.end):
            if edge and (stories := table.edges.get(edge, 0)):
                return Known(stories, edge)
    return None


def describe_page(
    *, id_: str, site: str, published_on: date | None, texts: Sequence[str], keys: Sequence[TextKeys],
    noise: Sequence[float],
) -> SeenPage:  # fmt: skip
    """An article as the learner is told of it: its blocks as the model judged them, before memory did."""
    blocks = [
        SeenBlock(
            key=block.whole,
            words=block.words,
            noise=round(255 * probability),
            start=block.start,
            end=block.end,
            text=text[:SAMPLE_CHARACTERS] if probability >= FLOOR and block.words >= MIN_WORDS else "",
        )
        for text, block, probability in zip(texts, keys, noise, strict=True)
        if block.words
    ]
    return SeenPage(id=id_, site=site, day=find_day(published_on), blocks=tuple(blocks[:MAX_BLOCKS]))


def find_day(published_on: date | None) -> int | None:
    """Day of publication in days since 1970, or None if it is unknown or older than the web.

    >>> find_day(date(1970, 1, 11)), find_day(date(2026, 11, 1))
    (None, 20758)
    """
    if published_on is None:
        return None
    day = published_on.toordinal() - date(1970, 1, 1).toordinal()
    return day if day >= FIRST_DAY else None


__all__ = ["Known", "SiteTable", "describe_page", "find_day", "index", "look"]
