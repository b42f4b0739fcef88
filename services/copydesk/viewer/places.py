"""Event ids: how far all topics were read, so that a browser goes on where it was, even at another server.

An id is a list of offsets, nothing that a server counts: one that was started meanwhile and has read the topics anew
understands it, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from copydesk.client import Connection

Place = tuple[str, int]
"""A topic (without a prefix) and a partition."""

Positions = dict[Place, int]
"""By place, the next offset to read."""

MOST_CHARACTERS = 64 * 1024  # 7 topics of 1,000 partitions; what a browser sends back is not to be trusted
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_is_id = re.compile(r"[0-9a-f]{8}(?:~[0-9a-z]{0,12}(?:\.[0-9a-z]{0,12})*)*\Z").match


def log_name(connection: Connection) -> str:
    """Eight characters that stand for these topics of this broker: offsets mean nothing elsewhere."""
    return hashlib.sha256(f"{connection.brokers}\n{connection.topic_prefix}".encode()).hexdigest()[:8]


def write_event_id(log: str, names: tuple[str, ...], positions: Mapping[Place, int]) -> str:
    """The id of an event, after which everything before these positions is known.

    >>> write_event_id("0a1b2c3d", ("articles.raw", "articles.scored"), {("articles.raw", 1): 40})
    '0a1b2c3d~0.14~'
    """
    parts = [log]
    for name in names:
        count = max((partition for topic, partition in positions if topic == name), default=-1) + 1
        parts.append(".".join(_base36(positions.get((name, partition), 0)) for partition in range(count)))
    return "~".join(parts)


def read_event_id(told: str, log: str, names: tuple[str, ...]) -> Positions | None:
    """The positions of an event id; None where it is none of this log's.

    >>> read_event_id("0a1b2c3d~0.14~", "0a1b2c3d", ("articles.raw", "articles.scored"))
    {('articles.raw', 0): 0, ('articles.raw', 1): 40}
    """
    if len(told) > MOST_CHARACTERS or not _is_id(told):
        return None
    own, *parts = told.split("~")
    if own != log or len(parts) != len(names):
        return None
    return {
        (name, partition): int(digits or "0", 36)
        for name, part in zip(names, parts, strict=True)
        if part
        for partition, digits in enumerate(part.split("."))
    }


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


__all__ = ["Place", "Positions", "log_name", "read_event_id", "write_event_id"]
