"""What a command's exit status means."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command (DESIGN: they are an interface, supervisors act on them)."""

    DONE = 0
    REFUSED = 1
    """Some input was refused, or a check found something."""
    USAGE = 2
    BROKER = 3
    """Out of reach, or it refused the login."""
    SETUP = 5
    """Topic missing, partition count, rights, committed offset beyond the log."""
    RESTART = 70
    """Fenced, or a bug: start me again."""
    INTERRUPTED = 130
    TERMINATED = 143
