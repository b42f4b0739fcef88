"""Matrices with named columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from copydesk.coherence.arrays import Floats


def stack_columns(names: Sequence[str], columns: Mapping[str, Floats]) -> Floats:
    """Matrix of the named columns, in the order of the names, shape (rows, len(names)).

    Args:
        names: Declared names.
        columns: Values of each column, shape (rows,).

    Raises:
        ValueError: The columns are not those that were declared.

    >>> stack_columns(["size", "digits"], {"digits": np.array([3.0]), "size": np.array([7.0])}).tolist()
    [[7.0, 3.0]]
    """
    if columns.keys() != set(names):
        raise ValueError(
            f"declared but not computed, or computed but not declared: {sorted(columns.keys() ^ set(names))}"
        )
    return np.stack([columns[name] for name in names], axis=1)


def shift_down(values: Floats) -> Floats:
    """Value of the unit before; the first unit has its own.

    >>> shift_down(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 1.0, 2.0]
    """
    shifted: Floats = np.r_[values[:1], values[:-1]]
    return shifted


def shift_up(values: Floats) -> Floats:
    """Value of the unit after; the last unit has its own.

    >>> shift_up(np.array([1.0, 2.0, 3.0])).tolist()
    [2.0, 3.0, 3.0]
    """
    shifted: Floats = np.r_[values[1:], values[-1:]]
    return shifted
