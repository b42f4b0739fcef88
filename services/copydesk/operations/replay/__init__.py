"""Replaying a topic's articles through a stage once more: `Replay` runs a `Plan` and counts in a `Tally`."""

from copydesk.operations.replay.plan import HaltedError, Plan, Tally
from copydesk.operations.replay.replay import Replay

__all__ = ["HaltedError", "Plan", "Replay", "Tally"]
