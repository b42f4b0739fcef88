"""Which blocks say again what another block says, and which copy is the article's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from copydesk.cleaner.model.features import Overlap

CONTAINED = 0.9
"""Share of a block's word pairs that stand in another one: from here it is a copy. Lower, paraphrases count as well."""

MIN_PAIRS = 3
"""Shorter blocks repeat by chance ("Read more", "he said"); they are compared as wholes only."""

SPARE_NOISE = 0.9
"""Probability of noise of the second copy of a paragraph: nothing is lost with it, whatever the labels say."""


MIN_NOISE = 0.1
"""...if the model has any doubt: it knows of copies, too, and refrains say a sentence twice on purpose."""


CLEARLY = 0.2
"""By how much less likely to be noise the later copy must be for the first to go: writers quote what came before."""


class Copy(NamedTuple):
    """What a block has in common with one other.

    Attributes:
        other: Number of the other block.
        equal: Whether they say the same; else one is part of the other.
        part: Whether this is the part (or the two are equal).
    """

    other: int
    equal: bool
    part: bool


def find_copies(overlap: Overlap) -> dict[int, Copy]:
    """By block the one that it repeats, contains or is part of."""
    found: dict[int, Copy] = {}
    for number in ((overlap.share >= CONTAINED) & (overlap.pairs >= MIN_PAIRS)).nonzero()[0].tolist():
        other, back = int(overlap.other[number]), float(overlap.back[number])
        equal = back >= CONTAINED
        found[number] = Copy(other, equal, part=True)
        if not equal and back >= 0.4 * CONTAINED:
            found.setdefault(other, Copy(number, equal=False, part=False))
    return found


def find_spare(copies: dict[int, Copy], noise: Sequence[float], is_sentence: Callable[[int], bool]) -> list[int]:
    """Numbers of the paragraphs that another says too: all copies but the first, or the likeliest body.

    Args:
        copies: Which block repeats which.
        noise: Probability of noise of each: the copy inside the article's core has the lowest.
        is_sentence: Whether a block is a sentence that nobody writes twice in one article.
    """
    return [
        number
        for number, copy in copies.items()
        if copy.equal
        and noise[number] >= MIN_NOISE
        and is_sentence(number)
        and noise[number] - noise[copy.other] >= (-CLEARLY if number > copy.other else CLEARLY)
        # of three and more the best matches are hardly mutual: a line under each of several recipes is a refrain
        and (back := copies.get(copy.other)) is not None
        and back.other == number
    ]
