"""The halt: a bad deployment of a stage must not drain its topic into the dead letters."""

from __future__ import annotations

from collections import deque

from copydesk.runtime.execution import Disposition

WINDOW = 200
"""Number of last articles over which the share of failures is computed."""


class Halt:
    """Decides when too many articles have failed. The decision is final until the worker is restarted.

    Only ``failed`` counts: it says that the stage is broken. ``rejected``, ``invalid`` and ``oversized`` are facts
    about the input, and a bad feed must not stop the good ones.

    >>> halt = Halt(ratio=0.05, consecutive=2)
    >>> halt.count("failed"); halt.reason is None
    True
    >>> halt.count("failed"); halt.reason
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
        self._window: deque[bool] = deque(maxlen=WINDOW)
        self._failed_in_window = 0
        self._failed_in_a_row = 0

    def count(self, disposition: Disposition) -> None:
        """Count the outcome of one article."""
        failed = disposition == "failed"
        if len(self._window) == WINDOW:
            self._failed_in_window -= self._window[0]
        self._window.append(failed)
        self._failed_in_window += failed
        self._failed_in_a_row = self._failed_in_a_row + 1 if failed else 0
        if self.reason is not None:
            return
        if self._failed_in_a_row >= self._consecutive:
            self.reason = f"{self._failed_in_a_row} articles in a row failed"
        elif len(self._window) == WINDOW and self._failed_in_window > self._ratio * WINDOW:
            self.reason = f"{self._failed_in_window} of the last {WINDOW} articles failed"
