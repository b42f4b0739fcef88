"""Logistic regression over the edges of a block: its first four and its last four words.

Weights are hashed: for words with their letter groups, and for pairs of neighbouring words. A second, small regression
over the block's vector says what topics are noise.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.cleaner.model.columns import Floats, Numbers
from copydesk.cleaner.model.vocabulary import HASH, PAIR_BUCKETS, Vocabulary

EDGE_WORDS = 4
"""Words at either end of a block that the regression sees."""


class EdgeWeights(NamedTuple):
    """Weights of the regressions, in log odds of noise.

    Attributes:
        first: For words and letter groups among the first words, by hash bucket.
        last: The same among the last words.
        first_pairs: For pairs of neighbouring words among the first words, by hash bucket.
        last_pairs: The same among the last words.
        vector: For each dimension of a block's vector, then the constant.
    """

    first: Floats
    last: Floats
    first_pairs: Floats
    last_pairs: Floats
    vector: Floats


def find_edge_words(word_counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Words at the edges of the blocks.

    Args:
        word_counts: Number of words of each block.

    Returns:
        Numbers of the blocks, and for each the place of one of its first words and of one of its last words among the
        words of all blocks; up to `EDGE_WORDS` entries per block.

    >>> [array.tolist() for array in find_edge_words(np.array([2, 1]))]
    [[0, 0, 1], [0, 1, 2], [1, 0, 2]]
    """
    starts = np.cumsum(word_counts) - word_counts
    near = np.minimum(word_counts, EDGE_WORDS)
    blocks = np.repeat(np.arange(len(word_counts)), near)
    step = np.arange(near.sum()) - np.repeat(np.cumsum(near) - near, near)
    return blocks, starts[blocks] + step, starts[blocks] + word_counts[blocks] - 1 - step


def find_edge_pairs(word_counts: Numbers, keys: Numbers) -> tuple[list[Numbers], list[Numbers]]:
    """Hash buckets of the word pairs at the edges of the blocks.

    Args:
        word_counts: Number of words of each block.
        keys: Keys of all words.

    Returns:
        For the first words, then for the last words: one array per place of a pair, shape (2, blocks), with the numbers
        of the blocks and the buckets of their pairs.
    """
    starts = np.cumsum(word_counts) - word_counts
    ends = starts + word_counts
    hashes = keys[:, HASH]
    first, last = [], []
    for k in range(EDGE_WORDS - 1):
        blocks = np.flatnonzero(word_counts > k + 1)
        left, right = hashes[starts[blocks] + k], hashes[starts[blocks] + k + 1]
        first.append(np.stack([blocks, (left * 31 + right) % PAIR_BUCKETS]))
        left, right = hashes[ends[blocks] - k - 2], hashes[ends[blocks] - k - 1]
        last.append(np.stack([blocks, (left * 31 + right) % PAIR_BUCKETS]))
    return first, last


def score_edges(
    word_counts: Numbers, rows: Numbers, keys: Numbers, vocabulary: Vocabulary, weights: EdgeWeights
) -> tuple[Floats, Floats]:
    """Log odds of noise by the first words of each block, and by its last words."""
    blocks, first, last = find_edge_words(word_counts)
    first_pairs, last_pairs = find_edge_pairs(word_counts, keys)
    scores = []
    for edge, (places, word_weights, pairs, pair_weights) in enumerate(
        ((first, weights.first, first_pairs, weights.first_pairs), (last, weights.last, last_pairs, weights.last_pairs))
    ):
        score = np.bincount(blocks, vocabulary.weigh(rows[places], edge, word_weights), len(word_counts))
        for owners, buckets in pairs:
            score += np.bincount(owners, pair_weights[buckets], len(word_counts))
        scores.append(score.astype(np.float32))
    return scores[0], scores[1]


def score_vectors(vectors: Floats, weights: EdgeWeights) -> Floats:
    """Log odds of noise by the vector of each block."""
    scores: Floats = vectors @ weights.vector[:-1] + weights.vector[-1]
    return scores
