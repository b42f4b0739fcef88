"""Reading the topics into the store: committed messages only, without a group, from a little before the end."""

from __future__ import annotations

import asyncio
import math
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client import Connection, Message
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.progress import partition_progress
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError
from copydesk.viewer import related_records
from copydesk.viewer.store import ArticleStore
from copydesk.viewer.summary import topic_ranks

POLL_MS = 200
POLL_RECORDS = 100  # then the browsers get a turn (measured: 0.23 ms for a scored article)
FETCH_BYTES = 16 * 1024 * 1024
QUIET_SECONDS = 1.0
"""After this time without a message the broker is asked whether it still answers, and again after as long."""

ANSWER_SECONDS = 1.5
"""Time after which it counts as away: with the time above, the page says so within 3 seconds."""


async def follow(store: ArticleStore, connection: Connection, *, last: int) -> None:
    """Add every message of the topics to the store; never returns.

    Args:
        store: Gets the messages.
        connection: The broker.
        last: About how many of each topic's last messages to begin with.

    Raises:
        BrokerAwayError: The broker does not answer at the start. (Later, `store.broker_answers` becomes False.)
        UnknownTopicError: A topic does not exist. Those of related articles may be missing; they are read if they exist
            at the start.
    """
    names = {connection.full_name(name): name for name in (*topic_ranks(), *related_records.DOCUMENTS)}
    async with open_consumer(connection, names.values(), fetch_bytes=FETCH_BYTES) as consumer:
        partitions = await _assign(consumer, names, last)
        last_heard = time.monotonic()
        while True:
            batch = await consumer.getmany(timeout_ms=POLL_MS, max_records=POLL_RECORDS)
            for partition, records in batch.items():
                name = names[partition.topic]
                for record in records:
                    if name in related_records.DOCUMENTS:
                        store.add_related(Message(name, record, related_records.DOCUMENTS[name]))
                    else:
                        store.add(Message(name, record, DOCUMENTS.get(name)))
            waiting = _update_positions(store, consumer, partitions, names)
            if not waiting and not store.ready.is_set():
                store.become_ready()
            if batch:
                last_heard = time.monotonic()
                _set_broker_answers(store, answers=True)
                await asyncio.sleep(0)  # with much to read, getmany returns without having waited
            elif time.monotonic() - last_heard > QUIET_SECONDS:
                last_heard = time.monotonic()
                _set_broker_answers(store, answers=await connection.answers(seconds=ANSWER_SECONDS))


def _set_broker_answers(store: ArticleStore, *, answers: bool) -> None:
    if store.broker_answers != answers:
        store.broker_answers = answers
        store.notify()


def _update_positions(
    store: ArticleStore, consumer: AIOKafkaConsumer, partitions: list[TopicPartition], names: dict[str, str]
) -> bool:
    """Copy the consumer's positions, which count transaction markers, to the store; return whether work is waiting."""
    progress = partition_progress(consumer, partitions)
    for partition, known in progress.items():
        key = names[partition.topic], partition.partition
        store.positions[key] = max(store.positions.get(key, 0), known.position)
    return len(progress) < len(partitions) or any(known.waiting for known in progress.values())


async def _assign(consumer: AIOKafkaConsumer, names: dict[str, str], last: int) -> list[TopicPartition]:
    """Assign all partitions of the topics; each begins about where its share of the last messages begins.

    Args:
        consumer: A started consumer.
        names: Topics: names with prefix, each with its name without.
        last: About how many messages of each topic.
    """
    partitions: list[TopicPartition] = []
    starts: dict[TopicPartition, int] = {}
    for full_name, name in names.items():
        try:
            of_topic = await topic_partitions(consumer, full_name)
        except UnknownTopicError:
            if name in related_records.DOCUMENTS:
                continue  # the stage `related` runs on request only
            raise
        begin, end = await consumer.beginning_offsets(of_topic), await consumer.end_offsets(of_topic)
        share = math.ceil(2 * last / len(of_topic))  # twice: transaction markers take offsets, too
        starts |= {partition: max(begin[partition], end[partition] - share) for partition in of_topic}
        partitions += of_topic
    consumer.assign(partitions)
    for partition, offset in starts.items():
        consumer.seek(partition, offset)
    return partitions


__all__ = ["follow"]
