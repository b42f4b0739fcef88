"""The halt: a bad deploy must not drain the topic into the dead letters."""

from __future__ import annotations

from collections import deque

from copydesk.runtime.execution import Disposition

WINDOW = 200
"""Articles over which the share of failures is taken."""


class Halt:
    """Whether too many articles failed; once it is so, it stays so until the worker is restarted.

    Only ``failed`` counts: it says that the stage is broken. ``rejected``, ``invalid`` and ``oversized`` are facts
    about the input, and a bad feed must not stop the good ones.

    >>> halt = Halt(ratio=0.05, consecutive=2)
    >>> halt.count("failed"); halt.reason is None
    True
    >>> halt.count("failed"); halt.reason
    '2 articles in a row failed'
    """

    def __init__(self, *, ratio: float, consecutive: int) -> None:
        """With the limits of the settings."""
        self.reason: str | None = None
        self._ratio = ratio
        self._consecutive = consecutive
        self._window: deque[bool] = deque(maxlen=WINDOW)
        self._in_window = 0
        self._in_a_row = 0

    def count(self, disposition: Disposition) -> None:
        """Take one article's outcome into account."""
        failed = disposition == "failed"
        if len(self._window) == WINDOW:
            self._in_window -= self._window[0]
        self._window.append(failed)
        self._in_window += failed
        self._in_a_row = self._in_a_row + 1 if failed else 0
        if self.reason is not None:
            return
        if self._in_a_row >= self._consecutive:
            self.reason = f"{self._in_a_row} articles in a row failed"
        elif len(self._window) == WINDOW and self._in_window > self._ratio * WINDOW:
            self.reason = f"{self._in_window} of the last {WINDOW} articles failed"
