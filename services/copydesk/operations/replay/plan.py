"""The plan of a replay, and the sums of its results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from copydesk.runtime.execution import Disposition


class Plan(NamedTuple):
    """Selection of the records to replay: those of a time, or of some articles in it."""

    since: datetime
    """Appended at this time or later."""

    until: datetime
    """Appended before this time."""

    ids: Collection[str] = ()
    """Only these articles; empty: all."""

    @property
    def begin_ms(self) -> int:
        """`since` in milliseconds since 1970."""
        return _milliseconds(self.since)

    @property
    def end_ms(self) -> int:
        """`until` in milliseconds since 1970."""
        return _milliseconds(self.until)


def _milliseconds(time: datetime) -> int:
    return max(0, int(time.timestamp() * 1000))


class Tally:
    """Sums of a replay.

    Every found record is either older than another one (`newer`), or wanted. Every wanted one was done by an earlier
    run (`before`), was overtaken, was replayed, or is left.
    """

    def __init__(self) -> None:
        """All sums are zero."""
        self.found = 0
        """Records of the time (and of the ids) that the plan names."""
        self.wanted = 0
        """Found records that were the newest versions of their articles when the replay began."""
        self.before = 0
        """Wanted records that were done by the run that this one resumes."""
        self.overtaken = 0
        """Wanted records of which a newer version arrived during the replay."""
        self.dispositions: Counter[Disposition] = Counter()
        """Replayed records by disposition."""

    @property
    def newer(self) -> int:
        """Records that were skipped for a newer version on the topic."""
        return self.found - self.wanted + self.overtaken

    @property
    def replayed(self) -> int:
        """Records that were processed and written."""
        return self.dispositions.total()

    @property
    def left(self) -> int:
        """Wanted records that are not done yet; at the end, those that retention removed from the topic."""
        return self.wanted - self.before - self.overtaken - self.replayed


class HaltedError(RuntimeError):
    """Too many articles failed; the message says how many."""


__all__ = ["HaltedError", "Plan", "Tally"]
