"""Segments: the best division of an article into runs of units about one topic."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np

from copydesk.coherence.arrays import TINY, Floats, Integers
from copydesk.coherence.coefficients import SegmentCoefficients
from copydesk.coherence.similarity import join_neighbours


class UnitRun(NamedTuple):
    """A segment: a run of units about one topic.

    Args:
        first: Index of its first unit.
        last: Index of its last unit.
        relevance: Cosine with the other units, -1..1; 1 if there are none.
    """

    first: int
    last: int
    relevance: float


class Segmentation(msgspec.Struct, frozen=True):
    """The segments of an article.

    Args:
        runs: The segments, in order and without gaps.
        segment_of: Index of the segment of each unit, shape (units,).
    """

    runs: tuple[UnitRun, ...]
    segment_of: Integers


def find_segments(
    lengths: Integers, word_similarity: Floats, vector_similarity: Floats | None, coefficients: SegmentCoefficients
) -> Segmentation:
    """The division with the highest value.

    The value of a segment is the length of the sum of its units' vectors, minus a price. Vectors of one direction add
    up, those of several cancel out. Dynamic programming finds the best division exactly. In an article of more than
    400 units, the cuts lie between joined neighbours.

    Args:
        lengths: Words of each unit. A long unit says more.
        word_similarity: Similarity of all pairs of units by words.
        vector_similarity: The same by vectors, or None.
        coefficients: Price of a segment, and the weight of words beside vectors.
    """
    if vector_similarity is None:
        similarity, price = word_similarity, coefficients.price_words
    else:
        similarity, price = vector_similarity + coefficients.words * word_similarity, coefficients.price
    row = join_neighbours(len(lengths))
    weight = np.log1p(np.bincount(row, lengths, len(similarity)))
    weight /= max(float(weight.mean()), TINY)
    similarity = similarity * np.outer(weight, weight)
    sums = np.zeros((len(similarity) + 1, len(similarity) + 1))
    sums[1:, 1:] = similarity.cumsum(axis=0).cumsum(axis=1)
    cuts = _find_cuts(sums, price)
    segment_of = np.searchsorted(np.array(cuts[1:-1], np.int64), row, side="right")
    first = np.searchsorted(row, cuts[:-1])
    last = np.r_[first[1:] - 1, len(lengths) - 1]
    relevance = [_compare_with_rest(sums, start, end) for start, end in pairwise(cuts)]
    runs = map(UnitRun, first.tolist(), last.tolist(), relevance)
    return Segmentation(tuple(runs), segment_of)


def _find_cuts(sums: Floats, price: float) -> list[int]:
    """Start of each segment, then the end of the last one.

    Args:
        sums: Sums of the similarities above and left of each cell, shape (rows + 1, rows + 1).
        price: Price of a segment.
    """
    squares = np.diag(sums)
    best = np.zeros(len(sums))
    start_of = np.zeros(len(sums), np.int64)
    for end in range(1, len(sums)):
        # squared length of the sum of rows start..end, for every start
        square = squares[end] - 2 * sums[:end, end] + squares[:end]
        value = np.round(np.sqrt(np.maximum(square, 0)) + best[:end] - price, 9)  # ties are the same on any machine
        start = int(np.argmax(value))
        best[end], start_of[end] = value[start], start
    cuts = [len(sums) - 1]
    while cuts[-1] > 0:
        cuts.append(int(start_of[cuts[-1]]))
    return cuts[::-1]


def _compare_with_rest(sums: Floats, start: int, end: int) -> float:
    """Cosine of the sum of the rows start..end with the sum of all others."""
    if start == 0 and end == len(sums) - 1:
        return 1.0
    within = sums[end, end] - 2 * sums[start, end] + sums[start, start]
    with_all = sums[end, -1] - sums[start, -1]
    across = with_all - within
    rest = sums[-1, -1] - 2 * with_all + within
    return float(np.clip(across / np.sqrt(max(within * rest, TINY)), -1, 1))
