"""A message of aiokafka that repeats itself is logged now and then.

While a broker is away, aiokafka (0.14) logs each attempt of each of its tasks as an error: 1,457 lines in an outage of
a few minutes, which say the same. No option makes it log less. This filter lets each message pass once per
`PAUSE_SECONDS`, and says how many it left out.
"""

from __future__ import annotations

import logging
import pkgutil
import time

import aiokafka

PAUSE_SECONDS = 30.0
MAX_MESSAGES = 1_000
"""Most different messages that are remembered; a program that logs more has another problem."""


class RepeatedLogs(logging.Filter):
    """Filter that passes a message of a level once per pause, whatever its arguments are."""

    def __init__(self) -> None:
        """Nothing was logged yet."""
        super().__init__()
        self._passed: dict[tuple[str, int, object], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the message passes; a number of messages that did not is added to the next one."""
        if record.levelno < logging.WARNING:
            return True
        key, now = (record.name, record.levelno, record.msg), time.monotonic()
        passed, left_out = self._passed.get(key, (float("-inf"), 0))
        if now - passed < PAUSE_SECONDS:
            self._passed[key] = passed, left_out + 1
            return False
        if len(self._passed) >= MAX_MESSAGES:
            self._passed.clear()
        self._passed[key] = now, 0
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} more like it)"
            record.args = ()
        return True


_FILTER = RepeatedLogs()


def log_now_and_then() -> None:
    """Add the filter to every logger of aiokafka. Calling it again changes nothing more."""
    names = (module.name for module in pkgutil.walk_packages(aiokafka.__path__, "aiokafka."))
    for name in ("aiokafka", *names):  # each module logs under its name, and a filter sees no lines of children
        logging.getLogger(name).addFilter(_FILTER)


__all__ = ["log_now_and_then"]
