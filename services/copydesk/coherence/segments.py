"""Segments: the best cut of an article into stretches of units about one thing."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import numpy as np

from copydesk.coherence.coefficients import Segments
from copydesk.coherence.relevance import TINY, Floats, Integers
from copydesk.coherence.similarity import join


class Segmentation(msgspec.Struct, frozen=True):
    """The stretches of an article.

    Args:
        stretches: First and last unit of each, both included, in order and without gaps, and its cosine with the
            other units, -1..1 (1 where there are none).
        number: For every unit in which stretch it lies.
    """

    stretches: tuple[tuple[int, int, float], ...]
    number: Integers


def find_segments(lengths: Integers, words: Floats, meaning: Floats | None, numbers: Segments) -> Segmentation:
    """The cut that is worth most.

    A segment is worth the length of the sum of its units' vectors (in one direction they add up, in several they
    cancel out), less a price; the best cut is found exactly, by dynamic programming. In an article of more than 400
    units the cuts lie between joined neighbours.

    Args:
        lengths: Words of each unit: a long one says more.
        words: The units' similarities by words.
        meaning: Ditto by vectors, or None.
        numbers: Price of a segment, and how much words count beside vectors.
    """
    both = words if meaning is None else meaning + numbers.words * words
    price = numbers.price_words if meaning is None else numbers.price
    row = join(len(lengths))
    weight = np.log1p(np.bincount(row, lengths, len(both)))
    weight /= max(float(weight.mean()), TINY)
    both = both * np.outer(weight, weight)
    sums = np.zeros((len(both) + 1, len(both) + 1))
    sums[1:, 1:] = both.cumsum(axis=0).cumsum(axis=1)
    cuts = _cut(sums, price)
    number = np.searchsorted(np.array(cuts[1:-1], np.int64), row, side="right")
    first = np.searchsorted(row, cuts[:-1])
    last = np.r_[first[1:] - 1, len(lengths) - 1]
    relevance = [_compare_with_rest(sums, start, end) for start, end in pairwise(cuts)]
    return Segmentation(tuple(zip(first.tolist(), last.tolist(), relevance, strict=True)), number)


def _cut(sums: Floats, price: float) -> list[int]:
    """Where the segments begin, and the end."""
    squares = np.diag(sums)
    best = np.zeros(len(sums))
    came_from = np.zeros(len(sums), np.int64)
    for end in range(1, len(sums)):
        # squared length of the sum of rows start..end, for every start
        square = squares[end] - 2 * sums[:end, end] + squares[:end]
        worth = np.round(np.sqrt(np.maximum(square, 0)) + best[:end] - price, 9)  # ties must fall alike everywhere
        start = int(np.argmax(worth))
        best[end], came_from[end] = worth[start], start
    cuts = [len(sums) - 1]
    while cuts[-1] > 0:
        cuts.append(int(came_from[cuts[-1]]))
    return cuts[::-1]


def _compare_with_rest(sums: Floats, start: int, end: int) -> float:
    """Cosine of the sum of these rows with the sum of all others."""
    if start == 0 and end == len(sums) - 1:
        return 1.0
    within = sums[end, end] - 2 * sums[start, end] + sums[start, start]
    with_all = sums[end, -1] - sums[start, -1]
    across = with_all - within
    rest = sums[-1, -1] - 2 * with_all + within
    return float(np.clip(across / np.sqrt(max(within * rest, TINY)), -1, 1))
