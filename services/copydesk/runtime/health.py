"""A worker's health: progress, not mere life. Told in a file, for `copydesk health`."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import Literal

import msgspec

State = Literal["starting", "ready", "halted", "stalled", "stopping"]

STALE_SECONDS = 15.0
"""A worker tells its health every second; one that did not for so long is stuck or gone."""


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says of itself.

    `stalled`: work is waiting and nothing got done for `COPYDESK_STALL_SECONDS`. `halted`: too many articles failed;
    alive, but not ready. `checked`: seconds since 1970.
    """

    stage: str
    pid: int
    state: State
    reason: str | None = None
    partitions: int = 0
    in_hand: int = 0
    waiting: bool = False
    idle_seconds: float = 0.0
    checked: float

    @property
    def alive(self) -> bool:
        """Whether to leave it running."""
        return self.state != "stalled"

    @property
    def ready(self) -> bool:
        """Whether it takes articles."""
        return self.state == "ready"


def health_file(stage: str, told: Path | None = None) -> Path:
    """Where a worker of that stage tells its health."""
    return told or Path(tempfile.gettempdir()) / f"copydesk-{os.getuid()}-{stage}.health.json"


def write_health(path: Path, health: Health) -> None:
    """Replace the file at once, so that nobody reads half of it."""
    scratch = path.with_name(f"{path.name}.{health.pid}")
    scratch.write_bytes(msgspec.json.encode(health))
    scratch.replace(path)


def read_health(path: Path) -> Health:
    """What the worker last said.

    Raises:
        FileNotFoundError: None runs, or it never got so far.
        msgspec.DecodeError: The file is something else.
    """
    return msgspec.json.decode(path.read_bytes(), type=Health)


def unhealthy(health: Health, *, ready: bool = False, now: float | None = None) -> str | None:
    """Why a worker counts as unhealthy, or None.

    Args:
        health: What it said.
        ready: Whether it must also be taking articles (it is not while starting or halted).
        now: Seconds since 1970; default: now.
    """
    age = (time.time() if now is None else now) - health.checked
    if age > STALE_SECONDS:
        return f"said nothing for {age:.0f} s: it is stuck or gone"
    if not health.alive:
        return f"work is waiting and nothing got done for {health.idle_seconds:.0f} s"
    if ready and not health.ready:
        return f"{health.state}{f': {health.reason}' if health.reason else ''}"
    return None
