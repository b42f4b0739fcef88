"""Exit codes of all commands."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes. They are an interface: supervisors act on them."""

    DONE = 0
    REFUSED = 1
    """Some input was refused, or a check found a problem."""
    USAGE = 2
    BROKER = 3
    """The broker is out of reach, or it refused the login."""
    SETUP = 5
    """The set-up is wrong: topic missing, partition count, rights, committed offset beyond the end of the log."""
    RESTART = 70
    """The worker was fenced, or it met a bug: it should be started again."""
    INTERRUPTED = 130
    TERMINATED = 143
