"""How far a group is behind, partition by partition, as somebody who reads the topic would see it.

A difference of offsets lies where transactions leave markers: an idle partition would look one article behind. So the
first article that waits is fetched; where there is none, nothing waits.
"""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.consumer import opened, partitions_of
from copydesk.client.progress import partition_progress

POLL_MS = 200
LOOK_SECONDS = 10.0
"""After so long without an answer of a partition, nothing is said of it."""


class Lag(NamedTuple):
    """What waits for a group in one partition."""

    partition: int
    committed: int | None
    """The group's offset; None: it has not committed any, and begins at the log's first."""

    end: int
    """The last stable offset: what lies before it is decided."""

    articles: int
    """How many wait: exact where none does, else at most so many (markers between them count)."""

    seconds: float
    """How long the first of them has been waiting, since it was appended."""


async def read_lag(name: str, group: str, connection: Connection) -> list[Lag]:
    """What waits for a group in each partition of a topic.

    Args:
        name: The topic, without a prefix.
        group: The group, without a prefix.
        connection: The broker.

    Raises:
        BrokerAwayError: Nothing answers.
        UnknownTopicError: There is no such topic.
    """
    async with opened(connection, [name], group=group) as consumer:
        return await _look(consumer, connection.full(name))


async def _look(consumer: AIOKafkaConsumer, name: str) -> list[Lag]:
    partitions = await partitions_of(consumer, name)
    consumer.assign(partitions)
    committed = {partition: await consumer.committed(partition) for partition in partitions}
    first = await _first_records(consumer, partitions)
    known = partition_progress(consumer, partitions)
    found = []
    for partition in partitions:
        record, end = first.get(partition), known[partition].last_stable_offset if partition in known else 0
        waiting = max(0, end - record.offset) if record is not None else 0
        since = time.time() - record.timestamp / 1000 if record is not None and waiting else 0.0
        found.append(Lag(partition.partition, committed[partition], end, waiting, max(0.0, since)))
    return found


async def _first_records(consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> dict[TopicPartition, Any]:
    """The first record that waits in each partition; a partition in which none does is left out."""
    first: dict[TopicPartition, Any] = {}
    open_, deadline = set(partitions), time.monotonic() + LOOK_SECONDS
    while open_ and time.monotonic() < deadline:
        for partition, records in (await consumer.getmany(*open_, timeout_ms=POLL_MS)).items():
            if records:
                first[partition] = records[0]
                open_.discard(partition)
        open_ -= {partition for partition, told in partition_progress(consumer, open_).items() if not told.waiting}
    return first


__all__ = ["Lag", "read_lag"]
