"""Health of a worker: progress, not mere life. It is written to a file for `copydesk health`."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Literal

import msgspec

State = Literal["starting", "ready", "without_topic", "halted", "stalled", "stopping"]

STALE_SECONDS = 15.0
"""Maximum age of a health report. Workers report every second; one that did not for so long is stuck or gone."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """Health report of a worker.

    Args:
        stage: Name of the stage.
        pid: Process id of the worker.
        state: `stalled`: work is waiting and nothing was done for `COPYDESK_STALL_SECONDS`. `halted`: too many
            articles failed; the worker is alive, but not ready. `without_topic`: its topic was deleted; the worker
            goes on once it is there again.
        reason: Reason of a halt, or what is wrong with the topic.
        partitions: Number of assigned partitions.
        in_hand: Number of articles that were read and not committed yet.
        waiting: Whether articles are waiting.
        held_back: Number of messages that somebody's open transaction holds back from this worker.
        held_back_since: Time since when, in seconds since 1970; null if there are none.
        idle_seconds: Seconds since the last progress.
        checked: Time of the report, in seconds since 1970.
    """

    stage: str
    pid: int
    state: State
    reason: str | None = None
    partitions: int = 0
    in_hand: int = 0
    waiting: bool = False
    held_back: int = 0
    held_back_since: float | None = None
    idle_seconds: float = 0.0
    checked: float

    @property
    def alive(self) -> bool:
        """False if the worker should be restarted."""
        return self.state != "stalled"

    @property
    def ready(self) -> bool:
        """True if the worker takes articles."""
        return self.state == "ready"


class ProgressClock:
    """Time since the last progress: an outcome, a commit, or no work waiting."""

    def __init__(self) -> None:
        """Start now."""
        self._last = time.monotonic()

    def mark(self) -> None:
        """Note that progress was made now."""
        self._last = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the last progress."""
        return time.monotonic() - self._last


def health_file(stage: str, path: Path | None = None) -> Path:
    """Path of the health file of a stage's worker: `path` if given, else one in the temporary folder."""
    return path or Path(tempfile.gettempdir()) / f"copydesk-{os.getuid()}-{stage}.health.json"


def write_health(path: Path, health: Health) -> None:
    """Replace the health file atomically, so that nobody reads half of it."""
    scratch = path.with_name(f"{path.name}.{health.pid}")
    scratch.write_bytes(msgspec.json.encode(health))
    scratch.replace(path)


def read_health(path: Path) -> Health:
    """Read the last health report.

    Raises:
        FileNotFoundError: No worker runs, or it has not reported yet.
        msgspec.DecodeError: The file is no health report.
    """
    return msgspec.json.decode(path.read_bytes(), type=Health)


def unhealthy(health: Health, *, ready: bool = False, now: float | None = None) -> str | None:
    """Reason why a worker counts as unhealthy, or None.

    Args:
        health: Its last report.
        ready: True if the worker must also take articles (it does not while it starts or is halted).
        now: Current time in seconds since 1970; default: the system clock.
    """
    age = (time.time() if now is None else now) - health.checked
    if age > STALE_SECONDS:
        return f"no report for {age:.0f} s: the worker is stuck or gone"
    if not health.alive:
        return f"work is waiting and nothing was done for {health.idle_seconds:.0f} s"
    if ready and not health.ready:
        return f"{health.state}{f': {health.reason}' if health.reason else ''}"
    return None
