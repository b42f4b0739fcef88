"""The block model beside its trees."""

from __future__ import annotations

import numpy as np

from copydesk.cleaner.model.block_model import DOUBT, weigh_cost


def test_short_blocks_in_doubt_go_more_easily_and_nothing_else_changes() -> None:
    noise = np.array([DOUBT - 0.01, 0.5, 0.5, 0.5, 1.0])
    weighed = weigh_cost(noise, np.array([5.0, 5.0, 50.0, 500.0, 5.0]))
    assert weighed[0] == noise[0]
    assert weighed[1] > weighed[2] > weighed[3] == noise[3]
    assert weighed[4] == 1
