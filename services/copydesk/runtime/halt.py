"""The halt: a bad deployment of a stage must not drain its topic into the dead letters."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from copydesk.runtime.execution import Outcome

WINDOW = 200
"""Number of last articles over which the share of failures is computed."""

FAILURE_WEIGHT, ENDED_PROCESS_WEIGHT = 5, 1
"""Weight of a failure, and of one over which the stage's process ended twice, once another article has passed since the
start of the worker; until then it weighs as much as any (ADR 0018)."""


class Halt:
    """Decides when too many articles have failed. The decision is final until the worker is restarted.

    Only ``failed`` counts: it says that the stage is broken. ``rejected``, ``invalid`` and ``oversized`` are facts
    about the input, and a bad feed must not stop the good ones. A failure that ended the stage's process, the second
    time alone, says more about the article than about the stage while other articles pass: it weighs less, and an
    article that comes again counts once in a window.

    >>> halt = Halt(ratio=0.05, consecutive=2)
    >>> halt.count(Outcome(disposition="failed")); halt.reason is None
    True
    >>> halt.count(Outcome(disposition="failed")); halt.reason
    '2 articles in a row failed'
    """

    def __init__(self, *, ratio: float, consecutive: int) -> None:
        """Start with no failures.

        Args:
            ratio: Maximum share of failures among the last `WINDOW` articles, 0 to 1.
            consecutive: Number of failures in a row that halts.
        """
        self.reason: str | None = None
        """Reason of the halt, or None."""
        self._ratio = ratio
        self._consecutive = consecutive
        self._window: deque[_Counted] = deque(maxlen=WINDOW)
        self._failed_in_a_row = 0
        self._weight_in_a_row = 0
        self._weight_in_window = 0
        self._has_passed = False

    def count(self, outcome: Outcome) -> None:
        """Count the outcome of one article."""
        failed = outcome.disposition == "failed"
        weight = self._weigh(outcome) if failed else 0
        if len(self._window) == WINDOW:
            self._weight_in_window -= self._window[0].weight
        self._window.append(_Counted(failed, weight, outcome.article_id if outcome.ended_process else None))
        self._weight_in_window += weight
        self._has_passed |= outcome.disposition == "passed"
        self._failed_in_a_row = self._failed_in_a_row + 1 if failed else 0
        self._weight_in_a_row = self._weight_in_a_row + weight if failed else 0
        if self.reason is not None:
            return
        if self._weight_in_a_row >= self._consecutive * FAILURE_WEIGHT:
            self.reason = f"{self._failed_in_a_row} articles in a row failed"
        elif len(self._window) == WINDOW and self._weight_in_window > self._ratio * WINDOW * FAILURE_WEIGHT:
            failures = sum(counted.failed for counted in self._window)
            self.reason = f"{failures} of the last {WINDOW} articles failed"

    def _weigh(self, outcome: Outcome) -> int:
        if not outcome.ended_process:
            return FAILURE_WEIGHT
        if outcome.article_id is not None and any(counted.id == outcome.article_id for counted in self._window):
            return 0
        return ENDED_PROCESS_WEIGHT if self._has_passed else FAILURE_WEIGHT


class _Counted(NamedTuple):
    """An article in the window: whether it failed, its weight, and its id if it ended the process."""

    failed: bool
    weight: int
    id: str | None
