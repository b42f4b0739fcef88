"""Tables with named columns."""

from __future__ import annotations

import numpy as np
import pytest

from copydesk.cleaner.model.columns import Columns, Table


def test_a_column_is_declared_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Columns("size", "size")


def test_only_columns_side_by_side_are_a_span() -> None:
    with pytest.raises(ValueError, match="side by side"):
        Columns("a", "b", "c").span(["a", "c"])


def test_a_span_is_written_in_place() -> None:
    table = Table.zeros(Columns("a", "b", "c"), 2)
    table.span(["b", "c"])[:] = [[1, 2], [3, 4]]
    assert np.array_equal(table["c"], [2, 4])
    assert np.array_equal(table.take(np.array([False, True])).values, [[0, 3, 4]])
