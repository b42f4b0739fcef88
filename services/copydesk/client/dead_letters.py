"""Finding dead letters: by article, place, reason and time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import aclosing
from datetime import datetime
from typing import NamedTuple

import msgspec

from copydesk.client.connection import Connection
from copydesk.client.consuming import Message, consume
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import header


class DeadLetterFilter(NamedTuple):
    """Conditions on dead letters; an empty or None field is no condition."""

    ids: Collection[str] = ()
    """Article ids, or places of dead letters (`topic/partition/offset`)."""

    reasons: Collection[str] = ()
    since: datetime | None = None
    """Appended at this time or later."""

    until: datetime | None = None
    """Appended before this time."""

    def matches(self, message: Message, letter: DeadLetter) -> bool:
        """Return whether a dead letter meets all conditions."""
        return (
            (not self.ids or article_id(message) in self.ids or place(message) in self.ids)
            and (not self.reasons or letter.reason in self.reasons)
            and (self.since is None or message.timestamp >= self.since.timestamp() * 1000)
            and (self.until is None or message.timestamp < self.until.timestamp() * 1000)
        )


class FoundDeadLetter(NamedTuple):
    """A dead letter: its message, and the content of its headers."""

    message: Message
    letter: DeadLetter


def article_id(message: Message) -> str | None:
    """Id by which a dead letter can be chosen: the article's from the headers, else the key, or None."""
    return header(message.headers, "ce_subject") or (
        message.key.decode("utf-8", "backslashreplace") if message.key else None
    )


def place(message: Message) -> str:
    """Topic, partition and offset of a message, separated by slashes."""
    return f"{message.topic}/{message.partition}/{message.offset}"


async def find_dead_letters(
    name: str, conditions: DeadLetterFilter, connection: Connection
) -> AsyncIterator[FoundDeadLetter]:
    """Dead letters of a topic that meet the conditions; messages without the headers of a dead letter are skipped.

    Args:
        name: The dead letter topic, without prefix.
        conditions: Which dead letters.
        connection: The broker.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    async with aclosing(consume(name, follow=False, connection=connection)) as messages:
        async for message in messages:
            try:
                letter = message.dead_letter
            except msgspec.ValidationError:
                continue
            if conditions.matches(message, letter):
                yield FoundDeadLetter(message, letter)


__all__ = ["DeadLetterFilter", "FoundDeadLetter", "article_id", "find_dead_letters", "place"]
