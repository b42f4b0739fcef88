"""Health of a worker: progress, not mere life. It is written to a file for `copydesk health`."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from copydesk.runtime.private_folder import private_folder, private_path

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


_ENDING = ".health.json"


def health_file(stage: str, path: Path | None = None) -> Path:
    """Path of this worker's health file: `path` if given, else one of its own in the user's private folder."""
    return path or private_path() / f"{stage}.{os.getpid()}{_ENDING}"


def health_files(stage: str | None = None) -> list[Path]:
    """Health files in the user's private folder, of one stage or of all; empty if there is no such folder.

    Raises:
        PermissionError: The folder is not this user's own.
    """
    if not private_path().exists():
        return []
    files = private_folder().glob(f"*{_ENDING}")
    return sorted(file for file in files if stage in {None, file.name.removesuffix(_ENDING).rpartition(".")[0]})


def write_health(path: Path, health: Health) -> None:
    """Replace the health file atomically, so that nobody reads half of it.

    The file that is written first must be a new one: in a folder of everybody, a link could be in its place.

    Raises:
        OSError: It cannot be written.
    """
    if path.parent == private_path():
        private_folder()
    scratch = path.with_name(f"{path.name}.{health.pid}")
    scratch.unlink(missing_ok=True)  # of a worker of the same number that was killed
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(msgspec.json.encode(health))
    scratch.replace(path)


def remove_ended(stage: str) -> None:
    """Remove the health files of a stage's workers that were killed: their processes do not exist any more."""
    with suppress(OSError):
        for path in health_files(stage):
            if has_ended(path):
                path.unlink(missing_ok=True)


def has_ended(path: Path) -> bool:
    """Return whether the worker of a health file in the private folder does not exist any more."""
    pid = path.name.removesuffix(_ENDING).rpartition(".")[2]
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return True
    except PermissionError:
        return False
    return False


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
    if age < -STALE_SECONDS:
        return f"the last report is of {-age:.0f} s ahead: this machine's clock was set back, or the worker's is wrong"
    if age > STALE_SECONDS:
        return f"no report for {age:.0f} s: the worker is stuck or gone"
    if not health.alive:
        return f"work is waiting and nothing was done for {health.idle_seconds:.0f} s"
    if ready and not health.ready:
        return f"{health.state}{f': {health.reason}' if health.reason else ''}"
    return None
