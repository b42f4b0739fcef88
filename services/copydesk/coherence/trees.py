"""Trees: a boosted forest as flat arrays, and its log odds for rows of features."""

from __future__ import annotations

import msgspec
import numpy as np

from copydesk.coherence.arrays import Floats

BATCH_ROWS = 512
"""Rows that are computed at once: a long article takes the memory of this many rows times the trees."""


class Forest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trees as lists with one element per node. A leaf is its own child.

    Args:
        roots: Root of each tree.
        depth: Maximum steps from a root to a leaf.
        feature: Column of the features that the node compares.
        threshold: Highest value that goes left.
        left: Child for values up to the threshold.
        right: Child for higher values.
        value: Log odds that a leaf adds.
    """

    roots: list[int]
    depth: int
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]


class Trees:
    """A forest in arrays.

    >>> stump = Forest([0], 1, [0, 0, 0], [0.5, 0.0, 0.0], [1, 1, 2], [2, 1, 2], [0.0, -1.0, 2.0])
    >>> Trees(stump).sum(np.array([[0.5], [0.6]])).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, forest: Forest) -> None:
        """Convert the lists to arrays."""
        self._roots = np.array(forest.roots, np.int64)
        self._depth = forest.depth
        self._feature = np.array(forest.feature, np.int64)
        self._threshold = np.array(forest.threshold, np.float64)
        self._children = np.array([forest.right, forest.left], np.int64).T.reshape(-1).copy()
        self._value = np.array(forest.value, np.float64)

    def sum(self, rows: Floats) -> Floats:
        """Log odds of each row, shape (rows,).

        Args:
            rows: Features, shape (rows, columns).
        """
        if len(rows) > BATCH_ROWS:
            parts = [self.sum(rows[first : first + BATCH_ROWS]) for first in range(0, len(rows), BATCH_ROWS)]
            return np.concatenate(parts)
        columns = rows.shape[1]
        flat = np.ascontiguousarray(rows).ravel()
        start = (np.arange(len(rows)) * columns)[:, None]
        node = np.repeat(self._roots[None, :], len(rows), axis=0)
        for _ in range(self._depth):
            goes_left = flat[start + self._feature[node]] <= self._threshold[node]
            node = self._children[2 * node + goes_left]
        total: Floats = np.add.reduce(self._value[node], axis=1)
        return total
