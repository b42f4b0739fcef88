"""Many shallow trees, evaluated at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

ROWS_AT_ONCE = 48
"""Blocks that go down the trees together: as many as an article has on average. More fall out of the processor's
cache (measured: 46 rows 5 microseconds a row, 150 rows nearly 10)."""


class Trees:
    """Trees of one depth as full binary trees: node k has the children 2 k + 1 and 2 k + 2.

    Args:
        features: Column that each inner node looks at, shape (trees, 2 ** depth - 1).
        thresholds: A row goes right where its value is larger.
        leaves: What each leaf adds to the log odds, shape (trees, 2 ** depth).
    """

    def __init__(self, features: NDArray[np.int16], thresholds: Floats, leaves: Floats) -> None:
        """Lay the trees one behind the other."""
        # level by level: the children of node k of a level are nodes 2 k and 2 k + 1 of the next, in all trees at once
        self._levels = []
        for level in range(leaves.shape[1].bit_length() - 1):
            nodes = slice(2**level - 1, 2 ** (level + 1) - 1)
            self._levels.append((features[:, nodes].astype(np.intp).ravel(), thresholds[:, nodes].ravel()))
        self._roots = 2 * np.arange(len(features))
        self._leaves = leaves.astype(np.float64).ravel()

    @classmethod
    def read(cls, file: Mapping[str, NDArray[Any]], name: str) -> Self:
        """The trees of that name in a file of arrays."""
        parts = [file[f"{name}.{part}"] for part in ("features", "thresholds", "leaves")]
        return cls(*parts)

    def judge(self, columns: Floats) -> NDArray[np.float64]:
        """Probability for each row of the columns.

        >>> stump = Trees(np.array([[0]], np.int16), np.float32([[0.5]]), np.float32([[-1, 1]]))
        >>> stump.judge(np.float32([[0.2], [0.7]])).round(2).tolist()
        [0.27, 0.73]
        """
        odds = np.concatenate(
            [self._odds(columns[at : at + ROWS_AT_ONCE]) for at in range(0, max(1, len(columns)), ROWS_AT_ONCE)]
        )
        result: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        return result

    def _odds(self, columns: Floats) -> NDArray[np.float64]:
        flat = np.ascontiguousarray(columns).ravel()
        base = (np.arange(len(columns)) * columns.shape[1])[:, None]
        features, thresholds = self._levels[0]
        node = self._roots + (columns.take(features, axis=1) > thresholds)
        for features, thresholds in self._levels[1:]:
            at = features.take(node)
            at += base
            right = flat.take(at) > thresholds.take(node)
            node <<= 1
            node += right
        # one tree after the other, in order: the same sum on any machine
        odds: NDArray[np.float64] = np.add.reduce(self._leaves.take(node), axis=1)
        return odds
