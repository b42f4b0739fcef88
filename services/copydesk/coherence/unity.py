"""Unity: whether units make one story, from the similarities among all of them."""

from __future__ import annotations

import math

import msgspec
import numpy as np

from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.relevance import TINY, Bags, Floats

MOST_ROWS = 300
"""Units compared pair by pair (eigenvalues cost the cube); in a longer article neighbours are joined."""
MOST_WORDS = 4000
"""Words compared at most, the most frequent ones: bounds memory at MOST_ROWS times this."""
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


def measure_unity(bags: Bags) -> Unity:
    """How these units hang together, whatever their order (but ``halves`` and ``local``)."""
    similarity = _similarities(bags)
    count = len(similarity)
    if count < 2:
        return Unity(0.0, 1.0, 1.0, 1.0)
    pairs = count * (count - 1)
    return Unity(
        two_topics=_second_eigenvalue(similarity),
        halves=_deepest_cut(similarity),
        local=float(np.mean(np.diag(similarity, 1))),
        overall=float(np.sum(similarity)) / pairs,
    )


def score_unity(unity: Unity, worst: float, coefficients: Coefficients) -> float:
    """Probability that the units are one story and nothing foreign, 0..1.

    Args:
        unity: How they hang together.
        worst: The highest probability of any of them to be foreign.
        coefficients: The stage's numbers.
    """
    numbers = coefficients.article
    worst = min(max(worst, 1e-4), 1 - 1e-4)  # where the probabilities are rounded
    logit = (
        numbers.intercept
        + numbers.worst * math.log(worst / (1 - worst))
        + numbers.two_topics * unity.two_topics
        - numbers.halves * math.log(unity.halves + 0.02)  # two halves without a common word stay finite
        + numbers.interleaved * (unity.overall - unity.local)
        + math.log(coefficients.prior.articles / (1 - coefficients.prior.articles))
    )
    return 1 / (1 + math.exp(min(max(logit, -30.0), 30.0)))


def _similarities(bags: Bags) -> Floats:
    """Cosines of all pairs of units (of joined units in a long article); the diagonal is 0."""
    if not len(bags.word):
        return np.zeros((min(bags.count, MOST_ROWS), min(bags.count, MOST_ROWS)))
    rows = min(bags.count, MOST_ROWS)
    row = bags.unit * rows // bags.count
    # words of a single unit add to its length, not to any similarity
    square = np.bincount(row, bags.vector**2, rows)
    frequency = np.bincount(bags.word, minlength=len(bags.vocabulary))
    column = np.full(len(bags.vocabulary), -1)
    shared = np.argsort(-frequency, kind="stable")[: min(MOST_WORDS, int(np.sum(frequency > 1)))]
    column[shared] = np.arange(len(shared))
    use = column[bags.word] >= 0
    matrix = np.zeros((rows, len(shared)))
    np.add.at(matrix, (row[use], column[bags.word[use]]), bags.vector[use])
    # joined units add up: their length is that of the sum, as far as its words are in the matrix
    length = np.sqrt(np.maximum(np.maximum(square, np.sum(matrix**2, axis=1)), TINY))
    matrix /= length[:, None]
    similarity: Floats = np.clip(matrix @ matrix.T, 0, 1)
    np.fill_diagonal(similarity, 0)
    return similarity


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
