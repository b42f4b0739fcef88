"""Similarity: how alike any two units are, by their words and by their vectors."""

from __future__ import annotations

import numpy as np

from copydesk.coherence.relevance import TINY, Bags, Floats, Integers

MOST_ROWS = 400
"""Units compared pair by pair (eigenvalues cost the cube); in a longer article neighbours are joined."""
MOST_WORDS = 4000
"""Words compared at most, the most frequent ones: bounds memory at MOST_ROWS times this."""


def join(count: int) -> Integers:
    """For every unit the row of the matrices on which it lies: its own, or one with its neighbours."""
    return np.arange(count) * min(count, MOST_ROWS) // max(count, 1)


def compare_words(bags: Bags) -> Floats:
    """Tf-idf cosines of all pairs of units, 0..1; the diagonal is 1, or 0 for a unit without words."""
    rows = min(bags.count, MOST_ROWS)
    if not len(bags.word):
        return np.zeros((rows, rows))
    row = join(bags.count)[bags.unit]
    # words of a single unit add to its length, not to any similarity
    square = np.bincount(row, bags.vector**2, rows)
    frequency = np.bincount(bags.word, minlength=len(bags.vocabulary))
    column = np.full(len(bags.vocabulary), -1)
    shared = np.argsort(-frequency, kind="stable")[: min(MOST_WORDS, int(np.sum(frequency > 1)))]
    column[shared] = np.arange(len(shared))
    use = column[bags.word] >= 0
    # two words of one unit that share a cell (joined units) add up
    cell = row[use] * len(shared) + column[bags.word[use]]
    sums = np.bincount(cell, bags.vector[use], rows * len(shared)).astype(np.float64)  # whole numbers where empty
    matrix = sums.reshape(rows, len(shared))
    # joined units add up: their length is that of the sum, as far as its words are in the matrix
    length = np.sqrt(np.maximum(np.maximum(square, np.sum(matrix**2, axis=1)), TINY))
    matrix /= length[:, None]
    similarity: Floats = matrix @ matrix.T
    np.fill_diagonal(similarity, square > 0)
    return similarity


def compare_meaning(vectors: Floats) -> Floats:
    """Cosines of all pairs of units, one row of vectors a unit, -1..1; the diagonal is 1, or 0 without a vector."""
    rows = min(len(vectors), MOST_ROWS)
    if rows < len(vectors):
        joined = np.zeros((rows, vectors.shape[1]))
        np.add.at(joined, join(len(vectors)), vectors)
        vectors = joined / np.sqrt(np.maximum(np.sum(joined**2, axis=1), TINY))[:, None]
    return vectors @ vectors.T
