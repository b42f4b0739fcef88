"""Similarity of all pairs of units, by their words and by their vectors."""

from __future__ import annotations

import numpy as np

from copydesk.coherence.arrays import TINY, Floats, Integers
from copydesk.coherence.word_bags import WordBags

MAX_ROWS = 400
"""Units that are compared pair by pair. Eigenvalues cost the cube, so neighbours are joined in a longer article."""

MAX_WORDS = 4000
"""Words that are compared, the most frequent ones. Bounds the memory at MAX_ROWS times this."""


def join_neighbours(count: int) -> Integers:
    """Row of each unit in the matrices of similarities: its own, or one that it shares with its neighbours.

    >>> join_neighbours(3).tolist(), join_neighbours(800)[:5].tolist()
    ([0, 1, 2], [0, 0, 1, 1, 2])
    """
    return np.arange(count) * min(count, MAX_ROWS) // max(count, 1)


def compare_words(bags: WordBags) -> Floats:
    """Tf-idf cosines of all pairs of units, 0..1. The diagonal is 1, or 0 for a unit without words."""
    rows = min(bags.count, MAX_ROWS)
    if not len(bags.word):
        return np.zeros((rows, rows))
    row = join_neighbours(bags.count)[bags.unit]
    # words of a single unit add to its length, not to any similarity
    square = np.bincount(row, bags.tf_idf**2, rows)
    frequency = bags.count_units_by_word()
    column = np.full(len(bags.vocabulary), -1)
    shared = np.argsort(-frequency, kind="stable")[: min(MAX_WORDS, int(np.sum(frequency > 1)))]
    column[shared] = np.arange(len(shared))
    is_shared = column[bags.word] >= 0
    # the same word of two joined units shares a cell: its components add up
    cell = row[is_shared] * len(shared) + column[bags.word[is_shared]]
    sums = np.bincount(cell, bags.tf_idf[is_shared], rows * len(shared)).astype(np.float64)  # integers where empty
    matrix = sums.reshape(rows, len(shared))
    # the length of joined units is that of their sum, as far as its words are in the matrix
    length = np.sqrt(np.maximum(np.maximum(square, np.sum(matrix**2, axis=1)), TINY))
    matrix /= length[:, None]
    similarity: Floats = matrix @ matrix.T
    np.fill_diagonal(similarity, square > 0)
    return similarity


def compare_vectors(vectors: Floats) -> Floats:
    """Cosines of all pairs of units, -1..1. The diagonal is 1, or 0 for a unit without a vector.

    Args:
        vectors: Vectors of the units, shape (units, dimensions).
    """
    rows = min(len(vectors), MAX_ROWS)
    if rows < len(vectors):
        joined = np.zeros((rows, vectors.shape[1]))
        np.add.at(joined, join_neighbours(len(vectors)), vectors)
        vectors = joined / np.sqrt(np.maximum(np.sum(joined**2, axis=1), TINY))[:, None]
    return vectors @ vectors.T
