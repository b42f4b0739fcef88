"""Messages that an open transaction holds back from everyone who reads committed messages only.

A transaction that its producer left open holds back everything behind its first message, whoever wrote it, until the
producer's time-out aborts it. The last stable offset stands still there, and the high watermark goes on.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from aiokafka import TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.progress import PartitionProgress
from copydesk.client.tail import first_records
from copydesk.contracts.envelope import rfc3339

HELD_SECONDS = 10.0
"""Minimum age of a transaction that counts as holding something back: copydesk's own are open for milliseconds."""

FETCH_SECONDS = 5.0
"""Time limit for the first message that is held back."""


class HeldBack(NamedTuple):
    """Messages of a partition that an open transaction holds back."""

    partition: TopicPartition
    messages: int
    """Number of messages; an upper bound, since markers between them are counted."""

    since: float
    """Time of the first of them, in seconds since 1970."""


async def read_held_back(connection: Connection, names: Iterable[str]) -> list[HeldBack]:
    """Messages that transactions hold back, by partition; empty if there are none.

    Args:
        connection: The broker.
        names: Topics to look at, without prefix.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: A topic does not exist.
    """
    wanted = list(names)
    async with (
        open_consumer(connection, wanted) as committed,
        open_consumer(connection, wanted, committed=False) as consumer,
    ):
        partitions = [
            partition for name in wanted for partition in await topic_partitions(consumer, connection.full_name(name))
        ]
        stable = await committed.end_offsets(partitions)
        ends = await consumer.end_offsets(partitions)
        held = [partition for partition in partitions if ends[partition] > stable[partition]]
        if not held:
            return []
        consumer.assign(held)
        for partition in held:
            consumer.seek(partition, stable[partition])
        first = await first_records(consumer, held, seconds=FETCH_SECONDS)
    return [
        HeldBack(partition, ends[partition] - stable[partition], records[0].timestamp / 1000)
        for partition, records in sorted(first.items())
        if time.time() - records[0].timestamp / 1000 > HELD_SECONDS
    ]


def describe_held_back(held: Collection[HeldBack]) -> str:
    """Sentence about messages that are held back.

    >>> describe_held_back([HeldBack(TopicPartition("articles.raw", 0), 3, 1_700_000_000.0)])
    '3 messages of articles.raw held back by an open transaction since 2023-11-14T22:13:20.000Z'
    """
    topics = ", ".join(sorted({one.partition.topic for one in held}))
    return describe_number(sum(one.messages for one in held), topics, min(one.since for one in held))


def describe_number(messages: int, topic: str, since: float) -> str:
    """The same sentence from number, topic and time (seconds since 1970)."""
    noun = "message" if messages == 1 else "messages"
    return f"{messages} {noun} of {topic} held back by an open transaction since {rfc3339(int(since * 1000))}"


class HeldBackClock:
    """Follows a reader's partitions and tells which are held back, and since when."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._seen: dict[TopicPartition, tuple[int, float]] = {}

    def update(self, progress: Mapping[TopicPartition, PartitionProgress]) -> list[HeldBack]:
        """Partitions whose last stable offset has stood below the high watermark for `HELD_SECONDS`.

        The time of each is that at which it was first seen there.
        """
        now, held = time.time(), []
        self._seen = {partition: seen for partition, seen in self._seen.items() if partition in progress}
        for partition, at in progress.items():
            if not at.held_back:
                self._seen.pop(partition, None)
                continue
            stable, since = self._seen.get(partition, (-1, now))
            if stable != at.last_stable_offset:
                stable, since = at.last_stable_offset, now
            self._seen[partition] = stable, since
            if now - since >= HELD_SECONDS:
                held.append(HeldBack(partition, at.held_back, since))
        return held


__all__ = ["HeldBack", "HeldBackClock", "describe_held_back", "describe_number", "read_held_back"]
