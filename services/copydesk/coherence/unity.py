"""Unity of a set of units: measures from the similarity of all pairs."""

from __future__ import annotations

import msgspec
import numpy as np

from copydesk.coherence.arrays import Floats

BACKGROUND = 0.05
"""Added to every similarity. Two paragraphs of one story often share no word, and that is no rift."""

HALVES_FLOOR = 0.01
"""Added to the mean similarities within and across halves. Below it they are noise."""


class Unity(msgspec.Struct, frozen=True):
    """Measures of the unity of a set of units.

    Args:
        two_topics: Second eigenvalue of the normalised similarity matrix, 0..1. Near 1: two groups of units that
            share nothing.
        halves: Mean similarity across the deepest cut into a first and a last part, over that within the parts, 0..1.
            Low: two stories, one after the other.
        local: Mean cosine of neighbours, 0..1.
        overall: Mean cosine of all pairs, 0..1.
    """

    two_topics: float
    halves: float
    local: float
    overall: float


def measure_unity(similarity: Floats) -> Unity:
    """Unity of the units with these similarities.

    Args:
        similarity: Similarity of all pairs, -1..1, shape (units, units).

    >>> unity = measure_unity(np.array([[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, 0.8], [0, 0, 0.8, 1]]))
    >>> round(unity.two_topics, 2), round(unity.halves, 2)
    (0.79, 0.01)
    """
    count = len(similarity)
    if count < 2:
        return Unity(two_topics=0.0, halves=1.0, local=1.0, overall=1.0)
    similarity = np.clip(similarity, 0, 1)
    np.fill_diagonal(similarity, 0)
    return Unity(
        two_topics=_find_second_eigenvalue(similarity),
        halves=_measure_deepest_cut(similarity),
        local=float(np.mean(np.diag(similarity, 1))),
        overall=float(np.sum(similarity)) / (count * (count - 1)),
    )


def _find_second_eigenvalue(similarity: Floats) -> float:
    linked = similarity + BACKGROUND
    np.fill_diagonal(linked, 0)
    root = np.sqrt(np.sum(linked, axis=1))
    values = np.linalg.eigvalsh(linked / np.outer(root, root))  # ascending; the last is 1
    return float(np.clip(values[-2], 0, 1))


def _measure_deepest_cut(similarity: Floats) -> float:
    count = len(similarity)
    cuts = np.arange(2, count - 1)  # at least two units on both sides
    if not len(cuts):
        return 1.0
    sums = np.cumsum(np.cumsum(similarity, axis=0), axis=1)
    first = sums[cuts - 1, cuts - 1]
    across = sums[cuts - 1, -1] - first
    last = sums[-1, -1] - first - 2 * across
    within = (first / (cuts - 1) + last / (count - cuts - 1)) / count
    ratio = (across / (cuts * (count - cuts)) + HALVES_FLOOR) / (within + HALVES_FLOOR)
    return float(np.clip(np.min(ratio), 0, 1))
