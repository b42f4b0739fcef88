"""Tables with named columns: one row per block (or word), one column per feature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Columns:
    """Names of features, in the order of their columns.

    Args:
        names: Each name once.

    Raises:
        ValueError: A name is declared twice.

    >>> columns = Columns("size", "first digit", "first capital")
    >>> columns.index("first digit"), len(columns)
    (1, 3)
    """

    def __init__(self, *names: str) -> None:
        """Number the names."""
        self.names = names
        self._index = {name: number for number, name in enumerate(names)}
        if len(self._index) < len(names):
            raise ValueError("a column is declared twice")

    def __len__(self) -> int:
        """Number of columns."""
        return len(self.names)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names in order."""
        return iter(self.names)

    def index(self, name: str) -> int:
        """Number of the column with this name."""
        return self._index[name]

    def indices(self, names: Sequence[str]) -> Numbers:
        """Numbers of the columns with these names, in the order of `names`."""
        return np.array([self._index[name] for name in names])

    def span(self, names: Sequence[str]) -> slice:
        """Slice of columns that stand side by side in this order.

        Raises:
            ValueError: They do not stand side by side.

        >>> Columns("size", "first digit", "first capital").span(["first digit", "first capital"])
        slice(1, 3, None)
        """
        start = self._index[names[0]]
        span = slice(start, start + len(names))
        if self.names[span] != tuple(names):
            raise ValueError(f"the columns from {names[0]!r} to {names[-1]!r} are not side by side")
        return span


class Table:
    """Values of named columns, written and read by name.

    Args:
        columns: Names of the columns.
        values: Their values, shape (rows, len(columns)).

    >>> table = Table.zeros(Columns("size", "digits"), 2)
    >>> table["digits"] = [3, 4]
    >>> table.values.tolist()
    [[0.0, 3.0], [0.0, 4.0]]
    """

    __slots__ = ("columns", "values")

    def __init__(self, columns: Columns, values: Floats) -> None:
        """Name the columns of an array."""
        self.columns = columns
        self.values = values

    @classmethod
    def zeros(cls, columns: Columns, rows: int) -> Table:
        """Table of zeros."""
        return cls(columns, np.zeros((rows, len(columns)), np.float32))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.values)

    def __getitem__(self, name: str) -> Floats:
        """View of one column, shape (rows,)."""
        column: Floats = self.values[:, self.columns.index(name)]
        return column

    def __setitem__(self, name: str, values: ArrayLike) -> None:
        """Write one column."""
        self.values[:, self.columns.index(name)] = values

    def span(self, names: Sequence[str]) -> Floats:
        """View of columns that stand side by side, shape (rows, len(names)); write to it with `[:] =`."""
        columns: Floats = self.values[:, self.columns.span(names)]
        return columns

    def take(self, chosen: Mask) -> Table:
        """Table of the chosen rows alone."""
        return Table(self.columns, self.values[chosen])
