"""Choice of the body among the text blocks of a page, and the region of the page in which the article stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.page.block_facts import Facts
from copydesk.cleaner.page.places import Place
from copydesk.cleaner.page.text_blocks import TextBlock
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.rules.duplicates import find_repeated_runs

MIN_WORDS = 25
"""Words of the body below which another reading of the page is looked at."""

MOSTLY = 0.5
"""Share of a block that trafilatura must have kept, where the page model finds nothing."""

MIN_UNIQUE_WORDS = 8
"""Words of a sentence that nobody writes twice in one article."""

TITLE_REACH = 60
"""Blocks above the first paragraph among which the headline is sought."""

STANDFIRST_REACH = 12
"""Blocks behind the headline among which a standfirst is sought."""

MIN_STANDFIRST_WORDS = 4
"""Words of the shortest standfirst. A shorter line is a label."""

MAX_STANDFIRST_WORDS = 90
"""Words of the longest one."""

NO_STANDFIRST = ("says photo", "says related", "in figure", "in nav", "copyright", "at sign")
"""Facts that a standfirst does not have."""

BODY_WORDS = 20
"""Words of a paragraph behind which no standfirst stands."""


MIN_ALIKE = 2
"""Paragraphs of the body in elements of the same names that make these the names of the body."""

PARTED_NOISE = 0.97
"""Probability of noise up to which a paragraph among them belongs to the body."""

PARTED_LINKS = 0.3
"""Share of links of such a paragraph."""

LIST_TAGS = ("li", "td", "th", "dd", "dt")
"""Elements of a list or a table of data."""

NO_LIST = ("link share", "says photo", "says related", "says promo", "says byline", "says embedded", "is hidden")
"""Facts that a list or a table of the article does not have."""

LIST_NOISE = 0.95
"""Probability of noise up to which it belongs to the body."""

MAX_DOUBT = 0.16
"""Characters in doubt for each character of the body from which the article is uncertain. Of 737 pages, out of fold, 73
are past it; their mean F1 is .81, and 9 of the 11 pages below .5 are among them."""

MIN_CARDS = 3
"""Headlines with a paragraph each on the front page of a section."""

CARD_SHARE = 0.5
"""Least share of the body's paragraphs that stand below a headline of their own which is a link."""

CARD_WORDS = 8
"""Words of the shortest paragraph that is counted."""


class Selection(NamedTuple):
    """The body of a page.

    Attributes:
        kept: True for the blocks of the body.
        first: Number of the first block of the article's region.
        last: Number of the last one; `first - 1` if there is no region.
        standfirst: Numbers of the blocks that introduce the article.
        copies: Numbers of the blocks that repeat others.
        warnings: Warnings for the article. With any of them the result is uncertain.
    """

    kept: list[bool]
    first: int
    last: int
    standfirst: tuple[int, ...]
    copies: frozenset[int]
    warnings: tuple[str, ...]


def select_body(
    blocks: Sequence[TextBlock], facts: Facts, noise: NDArray[np.float64], titles: Collection[int], threshold: float
) -> Selection:
    """The body of a page.

    Args:
        blocks: The text blocks that were judged.
        facts: Facts about them.
        noise: Probability of noise of each.
        titles: Numbers of the blocks that are the title.
        threshold: Probability from which a block is removed.
    """
    warnings: list[str] = []
    kept = (noise < threshold) & (facts.own["says embedded"] == 0)
    kept[list(titles)] = False
    words = _count_words(facts)
    if words[kept].sum() < MIN_WORDS:
        kept, warning = _fall_back(facts, words, kept, titles)
        if warning:
            warnings.append(warning)
    kept |= _find_parted(facts, words, noise, kept)
    kept[_find_lists(blocks, facts, words, noise, kept)] = True
    copies = _find_copies(blocks, facts, kept)
    kept[list(copies)] = False
    if _measure_doubt(facts, noise, kept) > MAX_DOUBT:
        warnings.append("much of the page may be body or not")
    if _is_front(facts, words, kept):
        warnings.append("several headlines with a paragraph each: the page may be no article")
    standfirst: tuple[int, ...] = ()
    body = np.flatnonzero(kept)
    first, last = 0, len(blocks) - 1
    if len(body):
        headline = _find_headline(facts, titles, int(body[0]))
        standfirst = _find_standfirst(blocks, facts, words, kept, headline, int(body[0]))
        kept[list(standfirst)] = True
        body = np.flatnonzero(kept)
        first, last = int(body[0]), int(body[-1])
        first = min(first, headline) if headline is not None else first
    return Selection(kept.tolist(), first, last, standfirst, frozenset(copies), tuple(warnings))


def _count_words(facts: Facts) -> NDArray[np.float64]:
    """Words of each block; two characters of a script without blanks are one."""
    own = facts.own
    tokens = np.expm1(own["words"].astype(np.float64)).round()
    return tokens * (1 - own["wide share"] / 2)


def _fall_back(
    facts: Facts, words: NDArray[np.float64], kept: NDArray[np.bool_], titles: Collection[int]
) -> tuple[NDArray[np.bool_], str | None]:
    """Another body for a page on which the model found next to none, and a warning if it is not to be trusted."""
    own = facts.own
    by_fast = own["fast"] >= MOSTLY
    by_fast[list(titles)] = False
    found = words[kept].sum()
    # of a page without an article trafilatura returns all of the text: only its paragraphs say that there is one
    paragraphs = words[by_fast & (words >= BODY_WORDS) & (own["link share"] < MOSTLY)].sum()
    if paragraphs >= max(MIN_WORDS, 2 * found):
        return by_fast, "the page model found no article: trafilatura's text taken"
    if found:
        return kept, None
    everything = np.ones(len(kept), bool)
    everything[list(titles)] = False
    return everything, "no article found in the HTML: all of its text taken"


def _find_parted(
    facts: Facts, words: NDArray[np.float64], noise: NDArray[np.float64], kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Paragraphs between those of the body, in elements of the same names as most of it: one body, of many boxes."""
    own = facts.own
    body = np.flatnonzero(kept & (words >= BODY_WORDS))
    if len(body) < MIN_ALIKE:
        return np.zeros(len(kept), bool)
    sizes = facts.sizes * (words >= CARD_WORDS)
    total = np.maximum(1, np.bincount(facts.alike, sizes))
    share = (np.bincount(facts.alike, sizes * kept) / total)[facts.alike]
    members = np.bincount(facts.alike, kept & (words >= BODY_WORDS))[facts.alike]
    places = np.arange(len(kept))
    return np.asarray(
        ~kept
        & (noise < PARTED_NOISE)
        & (places >= body[0] - 1)  # the first paragraph of an article often stands beside a byline
        & (places < body[-1])
        & (words >= CARD_WORDS)
        & (own["ends sentence"] > 0)
        & (own["link share"] < PARTED_LINKS)
        & (own["says embedded"] == 0)
        & (own["is title"] == 0)
        & (members >= MIN_ALIKE)
        & (share >= MOSTLY)
    )


def _find_lists(
    blocks: Sequence[TextBlock],
    facts: Facts,
    words: NDArray[np.float64],
    noise: NDArray[np.float64],
    kept: NDArray[np.bool_],
) -> list[int]:
    """Items and rows without links between two paragraphs of the body, in the element that holds the paragraphs."""
    own = facts.own
    is_foreign = np.any([own[column] > 0 for column in NO_LIST], axis=0)
    is_item = ~is_foreign & (noise < LIST_NOISE) & np.isin([block.place.tag for block in blocks], LIST_TAGS)
    found: list[int] = []
    body = np.flatnonzero(kept & (words >= CARD_WORDS)).tolist()
    for before, behind in pairwise(body):
        between = range(before + 1, behind)
        holder = blocks[before].place.above
        if (
            between
            and holder is not None
            and blocks[behind].place.above is holder
            and all(is_item[number] or kept[number] for number in between)
            and all(_is_within(blocks[number], holder) for number in between)
        ):
            found.extend(between)
    return found


def _is_within(block: TextBlock, holder: Place) -> bool:
    """True if a block stands in an element that makes lines."""
    place: Place | None = block.place
    while place is not None and place is not holder:
        place = place.above
    return place is holder


def _measure_doubt(facts: Facts, noise: NDArray[np.float64], kept: NDArray[np.bool_]) -> float:
    """Characters that the model is not sure of, for each character of the body."""
    body = float(facts.sizes[kept].sum())
    return float((facts.sizes * np.minimum(noise, 1 - noise)).sum()) / max(1.0, body)


def _find_copies(blocks: Sequence[TextBlock], facts: Facts, kept: NDArray[np.bool_]) -> set[int]:
    """Blocks of the body that repeat a part of it; of two copies the one stays that readers see."""
    numbers = np.flatnonzero(kept).tolist()
    shapes = [BlockShape(blocks[number].text) for number in numbers]

    def is_unique(place: int) -> bool:
        shape = shapes[place]
        return shape.size >= MIN_UNIQUE_WORDS and shape.end != "?"

    words = [shape.words or (shape.text,) for shape in shapes]
    if len(set(words)) == len(words):
        return set()
    repeats = find_repeated_runs(words, is_unique, lambda place: shapes[place].is_paragraph)
    hidden = facts.own["is hidden"] > 0
    copies = set()
    for place, original in repeats.items():
        number, other = numbers[place], numbers[original]
        copies.add(other if hidden[other] and not hidden[number] else number)
    return copies


def _is_front(facts: Facts, words: NDArray[np.float64], kept: NDArray[np.bool_]) -> bool:
    """True if the body is a list of other articles: paragraphs that each stand below a headline which is a link."""
    own = facts.own
    is_paragraph = kept & (words >= CARD_WORDS) & (own["link share"] < MOSTLY)
    is_headline = (own["link share"] > 0.9) & (own["is heading"] > 0) & (words >= 2)
    cards = int((is_headline[:-1] & is_paragraph[1:]).sum())
    return cards >= MIN_CARDS and cards >= CARD_SHARE * is_paragraph.sum()


def _find_headline(facts: Facts, titles: Collection[int], first: int) -> int | None:
    """Number of the last headline above the first block of the body, or None."""
    headings = np.flatnonzero(facts.own["is heading"][:first] > 0)
    near = [number for number in titles if first - TITLE_REACH <= number < first]
    marked = [number for number in near if number in headings]
    return max(marked or near, default=None)


def _find_standfirst(  # noqa: PLR0917 - all that is known of the page's head
    blocks: Sequence[TextBlock],
    facts: Facts,
    words: NDArray[np.float64],
    kept: NDArray[np.bool_],
    headline: int | None,
    first: int,
) -> tuple[int, ...]:
    """Numbers of the blocks between the headline and the first paragraph that introduce the article."""
    own = facts.own
    start = max(0, first - STANDFIRST_REACH // 2) if headline is None else headline + 1
    found: list[int] = []
    for number in range(start, min(len(blocks), start + STANDFIRST_REACH)):
        if not MIN_STANDFIRST_WORDS <= words[number] <= MAX_STANDFIRST_WORDS or own["link share"][number] > MOSTLY:
            continue
        is_apart = number + 1 >= len(blocks) or facts.alike[number] != facts.alike[min(number + 1, len(blocks) - 1)]
        has_sign = own["says standfirst"][number] > 0 or (own["is description"][number] > 0 and is_apart)
        is_other = any(own[column][number] > 0 for column in NO_STANDFIRST)
        if has_sign and not is_other:
            found.append(number)
        elif kept[number] and words[number] >= BODY_WORDS:
            break
    return tuple(found)
