"""Log odds of boosted trees."""

from __future__ import annotations

import numpy as np

from copydesk.coherence.trees import BATCH_ROWS, Forest, Trees


def test_each_row_gets_the_values_of_its_leaves_in_any_number_of_rows() -> None:
    forest = Forest(
        roots=[0, 3],
        depth=1,
        feature=[0, 0, 0, 1, 0, 0],
        threshold=[0.5, 0.0, 0.0, 0.0, 0.0, 0.0],
        left=[1, 1, 2, 4, 4, 5],
        right=[2, 1, 2, 5, 4, 5],
        value=[0.0, -1.0, 2.0, 0.0, 10.0, 20.0],
    )
    rows = np.array([[0.5, 0.0], [0.6, 0.1]] * BATCH_ROWS)
    assert Trees(forest).sum(rows).tolist() == [9.0, 22.0] * BATCH_ROWS
