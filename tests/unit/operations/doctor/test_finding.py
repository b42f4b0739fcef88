"""The exit code of several findings."""

from __future__ import annotations

import pytest

from copydesk.operations.doctor.finding import Finding, State, exit_of


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([], 0),
        ([("ok", 3), ("note", 5)], 0),
        ([("fail", 1)], 1),
        ([("fail", 1), ("fail", 5)], 5),
        ([("fail", 5), ("fail", 3), ("fail", 1)], 3),
    ],
)
def test_the_worst_failure_is_the_exit_code(states: list[tuple[State, int]], code: int) -> None:
    assert exit_of([Finding(check="x", state=state, message="", exit=exit_) for state, exit_ in states]) == code
