"""Which blocks say again what another block says, and which copy is the article's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.cleaner.shapes import Shape

CONTAINED = 0.9
"""Share of a block's word pairs that stand in another one: from here it is a copy. Lower, paraphrases count as well."""

MIN_PAIRS = 3
"""Shorter blocks repeat by chance ("Read more", "he said"); they are compared as wholes only."""

MAX_HOLDERS = 6
"""Blocks remembered for each word pair: enough for captions and credits, and ten thousand equal lines stay linear."""

MIN_SPARE_WORDS = 8
"""Words of a sentence that nobody writes twice in one article. Shorter ones and headlines the weights judge."""

SPARE_NOISE = 0.9
"""Probability of noise of the second copy of a paragraph: nothing is lost with it, whatever the labels say."""


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


def find_copies(shapes: Sequence[Shape]) -> list[Copy | None]:
    """For every block the one that it repeats, contains or is part of, or None.

    >>> lines = ["Assad meets Putin at the base", "Assad meets Putin at the base Getty Images", "Other words"]
    >>> [copy and copy.part for copy in find_copies([Shape(line) for line in lines])]
    [True, False, None]
    """
    found: list[Copy | None] = [None] * len(shapes)
    pairs = [shape.pairs for shape in shapes]
    first: dict[tuple[str, str], int] = {}
    holders: dict[tuple[str, str], list[int]] = {}
    for number, own in enumerate(pairs):
        for pair in own:
            if (earlier := first.setdefault(pair, number)) != number:
                kept = holders.setdefault(pair, [earlier])
                if len(kept) < MAX_HOLDERS:
                    kept.append(number)
    for number, own in enumerate(pairs):
        repeated = own & holders.keys()
        if len(own) < MIN_PAIRS or len(repeated) < CONTAINED * len(own):
            continue
        shared = Counter(other for pair in repeated for other in holders[pair] if other != number)
        if not shared:
            continue
        # the most shared pairs, then the longest, then the first
        other = max(shared, key=lambda k: (shared[k], len(pairs[k]), -k))
        if shared[other] < CONTAINED * len(own):
            continue
        equal = len(pairs[other]) * CONTAINED <= shared[other]
        found[number] = Copy(other, equal, part=True)
        if not equal and found[other] is None and len(own) >= 0.4 * len(pairs[other]):
            found[other] = Copy(number, equal=False, part=False)
    return found


def find_spare(shapes: Sequence[Shape], copies: Sequence[Copy | None], noise: Sequence[float]) -> dict[int, float]:
    """Probability of noise of the paragraphs that another says too: all copies but the likeliest body, or the first.

    Args:
        shapes: The blocks in order.
        copies: What each repeats.
        noise: Probability of noise of each by its cues.
    """
    return {
        number: SPARE_NOISE
        for number, (shape, copy) in enumerate(zip(shapes, copies, strict=True))
        if copy is not None
        and copy.equal
        and shape.size >= MIN_SPARE_WORDS
        and shape.ends_sentence
        and (noise[number], number) > (noise[copy.other], copy.other)
    }


def among(copies: Sequence[Copy | None], kept: Sequence[int]) -> list[Copy | None]:
    """The same for some of the blocks alone, counted anew; a copy of a block that is not among them is none."""
    place = {number: k for k, number in enumerate(kept)}
    found: list[Copy | None] = []
    for number in kept:
        copy = copies[number]
        found.append(copy._replace(other=place[copy.other]) if copy is not None and copy.other in place else None)
    return found


def find_repeated_lines(shapes: Sequence[Shape]) -> list[int]:
    """How often the same few words stand alone in a block, for every block; 1 for blocks of eight words and more."""
    # only short lines are asked about; hashing whole paragraphs would cost more than all else here
    keys = [shape.words[:8] if shape.size < 8 else None for shape in shapes]
    times = Counter(keys)
    return [1 if key is None else times[key] for key in keys]
