"""Copies: blocks that repeat another block, and the copy that is redundant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from copydesk.cleaner.model.shared_features import Overlap

CONTAINED = 0.9
"""Share of a block's word pairs in another block from which it is a copy. With a lower share paraphrases count too."""

CONTAINS = 0.4 * CONTAINED
"""Share of a block's word pairs in its part from which the block counts as the part's longer copy."""

MIN_PAIRS = 3
"""Word pairs of a copy. Shorter blocks repeat by chance ("Read more", "he said")."""

REDUNDANT_NOISE = 0.9
"""Probability of noise of the second copy of a paragraph: its removal loses nothing, whatever the labels say."""

MIN_NOISE = 0.1
"""Minimum noise probability before a copy is redundant; intentional refrains score lower, for the model sees copies."""

CLEARLY = 0.2
"""Difference in noise probability by which the first copy must exceed the later one to be the redundant one: writers
quote what came before."""


MIN_REPEATED_PARAGRAPHS = 2
"""Full paragraphs of a part of the text that is redundant when it comes again."""


class Copy(NamedTuple):
    """Relation of a block to the block that it has most in common with.

    Attributes:
        other: Number of the other block.
        equal: True if they say the same; else one is part of the other.
        part: True if this block is the part, or the two are equal.
    """

    other: int
    equal: bool
    part: bool


def find_copies(overlap: Overlap) -> dict[int, Copy]:
    """Blocks that repeat, contain or are part of another block, by number."""
    copies: dict[int, Copy] = {}
    for number in ((overlap.share >= CONTAINED) & (overlap.pairs >= MIN_PAIRS)).nonzero()[0].tolist():
        other, back = int(overlap.other[number]), float(overlap.back[number])
        equal = back >= CONTAINED
        copies[number] = Copy(other, equal, part=True)
        if not equal and back >= CONTAINS:
            copies.setdefault(other, Copy(number, equal=False, part=False))
    return copies


def find_redundant(copies: Mapping[int, Copy], noise: Sequence[float], is_unique: Callable[[int], bool]) -> list[int]:
    """Numbers of redundant paragraphs: of two equal ones the second, or the one that is clearly more likely noise.

    Args:
        copies: Copies among the blocks.
        noise: Probability of noise of each block; the copy inside the article's core has the lowest.
        is_unique: True for a block that nobody writes twice in one article.

    >>> equal = {0: Copy(1, equal=True, part=True), 1: Copy(0, equal=True, part=True)}
    >>> find_redundant(equal, [0.2, 0.2], lambda number: True)
    [1]
    """
    return [
        number
        for number, copy in copies.items()
        if copy.equal
        and noise[number] >= MIN_NOISE
        and is_unique(number)
        and noise[number] - noise[copy.other] >= (-CLEARLY if number > copy.other else CLEARLY)
        # the best matches of three or more equal lines are hardly mutual: a line under each of several recipes is a
        # refrain
        and (back := copies.get(copy.other)) is not None
        and back.other == number
    ]


def find_repeated_runs(
    words: Sequence[tuple[str, ...]], is_unique: Callable[[int], bool], is_paragraph: Callable[[int], bool]
) -> dict[int, int]:
    """Blocks that repeat a part of the text, or the block right before them, by number: the first such block.

    A refrain has other text around it; a text that came several times has not, however often it came. A part is several
    paragraphs: plans and recipes repeat a line or two.

    Args:
        words: Words of each block.
        is_unique: True for a block that nobody writes twice in one article.
        is_paragraph: True for a full paragraph.

    >>> lines = [("a",), ("b",), ("a",), ("b",), ("c",), ("c",), ("a",)]
    >>> find_repeated_runs(lines, lambda number: True, lambda number: True)
    {5: 4, 2: 0, 3: 1}
    """
    first: dict[tuple[str, ...], int] = {}
    originals = [first.setdefault(line, number) if line else number for number, line in enumerate(words)]
    repeats = [number for number, original in enumerate(originals) if original < number]
    redundant = {
        number: originals[number]
        for number in repeats
        if originals[number - 1] == originals[number] and is_unique(number)
    }
    run: list[int] = []
    for number in [*repeats, -1]:  # the last ends the last run
        if run and (number != run[-1] + 1 or originals[number] != originals[run[-1]] + 1):
            if sum(map(is_paragraph, run)) >= MIN_REPEATED_PARAGRAPHS:
                redundant.update((member, originals[member]) for member in run)
            run = []
        run.append(number)
    return redundant
