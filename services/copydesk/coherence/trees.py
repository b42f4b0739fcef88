"""Trees: a boosted forest as flat arrays, and what it says of rows of features."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

ROWS_AT_ONCE = 512
"""Bounds the memory of a long article at rows times trees."""


class Forest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Trees, one after the other; a node's children follow it by number, a leaf is its own child.

    Args:
        roots: The first node of each tree.
        depth: Steps from any root to any leaf at most.
        feature: Which column a node looks at.
        threshold: Up to which value it goes left.
        left: Node for those.
        right: Node for the others.
        value: What a leaf adds to the log odds.
    """

    roots: list[int]
    depth: int
    feature: list[int]
    threshold: list[float]
    left: list[int]
    right: list[int]
    value: list[float]


class Trees:
    """A forest ready to be asked.

    >>> stump = Forest([0], 1, [0, 0, 0], [0.5, 0.0, 0.0], [1, 1, 2], [2, 1, 2], [0.0, -1.0, 2.0])
    >>> Trees(stump).sum(np.array([[0.5], [0.6]])).tolist()
    [-1.0, 2.0]
    """

    def __init__(self, forest: Forest) -> None:
        """Turn the lists into arrays."""
        self._roots = np.array(forest.roots, np.int64)
        self._depth = forest.depth
        self._feature = np.array(forest.feature, np.int64)
        self._threshold = np.array(forest.threshold, np.float64)
        self._children = np.array([forest.right, forest.left], np.int64).T.reshape(-1).copy()
        self._value = np.array(forest.value, np.float64)

    def sum(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log odds, one a row."""
        if len(rows) > ROWS_AT_ONCE:
            parts = [self.sum(rows[first : first + ROWS_AT_ONCE]) for first in range(0, len(rows), ROWS_AT_ONCE)]
            return np.concatenate(parts)
        columns = rows.shape[1]
        flat = np.ascontiguousarray(rows).ravel()
        start = (np.arange(len(rows)) * columns)[:, None]
        node = np.repeat(self._roots[None, :], len(rows), axis=0)
        for _ in range(self._depth):
            goes_left = flat[start + self._feature[node]] <= self._threshold[node]
            node = self._children[2 * node + goes_left]
        total: NDArray[np.float64] = np.add.reduce(self._value[node], axis=1)
        return total
