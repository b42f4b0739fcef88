"""Positions of all partitions, and their text form as event ids.

A browser that reconnects sends the id of its last event and gets the changes since then, also from another server. An
id holds offsets only, and no counter of a server: a server that was started meanwhile and has read the topics from the
start understands it, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

from copydesk.client import Connection

PartitionKey = tuple[str, int]
"""A topic (without prefix) and a partition number."""

Positions = dict[PartitionKey, int]
"""Next offset to read of each partition."""

MAX_ID_CHARACTERS = 64 * 1024  # 7 topics of 1,000 partitions; browsers may send anything
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_is_event_id = re.compile(r"[0-9a-f]{8}(?:~[0-9a-z]{0,12}(?:\.[0-9a-z]{0,12})*)*\Z").match


def log_id(connection: Connection) -> str:
    """Eight characters that identify broker and topic prefix: offsets have no meaning elsewhere."""
    return hashlib.sha256(f"{connection.brokers}\n{connection.topic_prefix}".encode()).hexdigest()[:8]


def format_event_id(log: str, names: tuple[str, ...], positions: Mapping[PartitionKey, int]) -> str:
    """Id of an event; a browser that has it has seen everything before these positions.

    Args:
        log: See `log_id`.
        names: Topics in a fixed order.
        positions: Next offset of each partition; a missing one counts as 0.

    >>> format_event_id("0a1b2c3d", ("articles.raw", "articles.scored"), {("articles.raw", 1): 40})
    '0a1b2c3d~0.14~'
    """
    parts = [log]
    for name in names:
        count = max((partition for topic, partition in positions if topic == name), default=-1) + 1
        parts.append(".".join(_to_base36(positions.get((name, partition), 0)) for partition in range(count)))
    return "~".join(parts)


def parse_event_id(event_id: str, log: str, names: tuple[str, ...]) -> Positions | None:
    """Positions in an event id, or None if it is malformed or of another log.

    >>> parse_event_id("0a1b2c3d~0.14~", "0a1b2c3d", ("articles.raw", "articles.scored"))
    {('articles.raw', 0): 0, ('articles.raw', 1): 40}
    """
    if len(event_id) > MAX_ID_CHARACTERS or not _is_event_id(event_id):
        return None
    id_log, *parts = event_id.split("~")
    if id_log != log or len(parts) != len(names):
        return None
    return {
        (name, partition): int(digits or "0", 36)
        for name, part in zip(names, parts, strict=True)
        if part
        for partition, digits in enumerate(part.split("."))
    }


def _to_base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


__all__ = ["PartitionKey", "Positions", "format_event_id", "log_id", "parse_event_id"]
