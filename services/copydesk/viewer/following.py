"""Reading the topics onto the desk: committed messages only, with no group, beginning a little before the end."""

from __future__ import annotations

import asyncio
import math
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client import Connection, Message
from copydesk.client.consumer import open_consumer
from copydesk.client.progress import partition_progress
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError
from copydesk.viewer.desk import Desk
from copydesk.viewer.summary import ranks

POLL_MS = 200
AT_ONCE = 100  # messages between two looks at the browsers (measured: 0.23 ms a scored article)
FETCH_BYTES = 16 * 1024 * 1024
QUIET_SECONDS = 5.0
"""After so long without a message the broker is asked whether it is still there."""


async def follow(desk: Desk, connection: Connection, *, last: int) -> None:
    """Put everything that comes on the desk, for ever.

    Args:
        desk: Where to.
        connection: The broker.
        last: About how many of each topic's last messages to begin with.

    Raises:
        BrokerAwayError: Nothing answers (at the start; later the desk tells it).
        UnknownTopicError: A topic is missing.
    """
    names = {connection.full_name(name): name for name in ranks()}
    async with open_consumer(connection, ranks(), fetch_bytes=FETCH_BYTES) as consumer:
        partitions = await _assign(consumer, tuple(names), last)
        heard = time.monotonic()
        while True:
            batch = await consumer.getmany(timeout_ms=POLL_MS, max_records=AT_ONCE)
            for partition, records in batch.items():
                name = names[partition.topic]
                for record in records:
                    desk.see(Message(name, record, DOCUMENTS.get(name)))
            waiting = _note_positions(desk, consumer, partitions, names)
            if not waiting and not desk.ready.is_set():
                desk.ready.set()
            if batch:
                heard = time.monotonic()
                _tell_broker(desk, answers=True)
                await asyncio.sleep(0)  # with much to read, getmany returns without having waited
            elif time.monotonic() - heard > QUIET_SECONDS:
                heard = time.monotonic()
                _tell_broker(desk, answers=await connection.answers())


def _tell_broker(desk: Desk, *, answers: bool) -> None:
    if desk.broker_answers != answers:
        desk.broker_answers = answers
        desk.tell()


def _note_positions(
    desk: Desk, consumer: AIOKafkaConsumer, partitions: list[TopicPartition], names: dict[str, str]
) -> bool:
    """Take note of how far each partition is read (markers of transactions count); whether anything waits."""
    known = partition_progress(consumer, partitions)
    for partition, reading in known.items():
        place = names[partition.topic], partition.partition
        desk.positions[place] = max(desk.positions.get(place, 0), reading.position)
    return len(known) < len(partitions) or any(reading.waiting for reading in known.values())


async def _assign(consumer: AIOKafkaConsumer, names: tuple[str, ...], last: int) -> list[TopicPartition]:
    """Take every partition of these topics, each from about where its share of the last messages begins."""
    # of all topics: asking for one by its name would have some brokers create it
    await consumer._client.force_metadata_update()  # noqa: SLF001 - the first metadata may be older than the topics
    partitions: list[TopicPartition] = []
    starts: dict[TopicPartition, int] = {}
    for name in names:
        numbers = consumer.partitions_for_topic(name)
        if not numbers:
            raise UnknownTopicError(f"no topic {name} on the broker: `copydesk topics apply` creates it")
        own = [TopicPartition(name, number) for number in sorted(numbers)]
        begin, end = await consumer.beginning_offsets(own), await consumer.end_offsets(own)
        share = math.ceil(2 * last / len(own))  # twice: markers of transactions take offsets, too
        starts |= {partition: max(begin[partition], end[partition] - share) for partition in own}
        partitions += own
    consumer.assign(partitions)
    for partition, offset in starts.items():
        consumer.seek(partition, offset)
    return partitions


__all__ = ["follow"]
