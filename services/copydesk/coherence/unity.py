"""Unity: whether units make one story, from the similarities among all of them."""

from __future__ import annotations

import msgspec
import numpy as np

from copydesk.coherence.relevance import Floats

BACKGROUND = 0.05
"""Added to every similarity: two paragraphs of one story share no word as often as not, and that is no rift."""
HALVES_FLOOR = 0.01
"""Added to the similarities within and across halves: under it they are noise."""


class Unity(msgspec.Struct, frozen=True):
    """How a set of units hangs together.

    Args:
        two_topics: Second eigenvalue of the units' normalised similarity matrix, 0..1; near 1: two groups that
            share nothing.
        halves: Similarity across the deepest cut into a first and a last part, over that within the parts, 0..1;
            low: two stories.
        local: Mean cosine of neighbours, 0..1.
        overall: Mean cosine of all pairs, 0..1.
    """

    two_topics: float
    halves: float
    local: float
    overall: float


def measure_unity(similarity: Floats) -> Unity:
    """How units hang together whose similarities, -1..1, those are."""
    count = len(similarity)
    if count < 2:
        return Unity(0.0, 1.0, 1.0, 1.0)
    similarity = np.clip(similarity, 0, 1)
    np.fill_diagonal(similarity, 0)
    return Unity(
        two_topics=_second_eigenvalue(similarity),
        halves=_deepest_cut(similarity),
        local=float(np.mean(np.diag(similarity, 1))),
        overall=float(np.sum(similarity)) / (count * (count - 1)),
    )


def _second_eigenvalue(similarity: Floats) -> float:
    linked = similarity + BACKGROUND
    np.fill_diagonal(linked, 0)
    root = np.sqrt(np.sum(linked, axis=1))
    values = np.linalg.eigvalsh(linked / np.outer(root, root))  # ascending; the last is 1
    return float(np.clip(values[-2], 0, 1))


def _deepest_cut(similarity: Floats) -> float:
    count = len(similarity)
    cuts = np.arange(2, count - 1)  # two units at least on both sides
    if not len(cuts):
        return 1.0
    sums = np.cumsum(np.cumsum(similarity, axis=0), axis=1)
    first = sums[cuts - 1, cuts - 1]
    across = sums[cuts - 1, -1] - first
    last = sums[-1, -1] - first - 2 * across
    within = (first / (cuts - 1) + last / (count - cuts - 1)) / count
    ratio = (across / (cuts * (count - cuts)) + HALVES_FLOOR) / (within + HALVES_FLOOR)
    return float(np.clip(np.min(ratio), 0, 1))
