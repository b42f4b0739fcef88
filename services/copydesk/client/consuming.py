"""Consuming any of the topics."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from copydesk.client.connection import Connection, read_connection
from copydesk.client.consumer import opened, partitions_of
from copydesk.client.progress import partition_progress
from copydesk.contracts.articles import Document
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header, header
from copydesk.contracts.topics import DOCUMENTS

COMMIT_SECONDS = 1.0  # a crash repeats no more than this; a commit a message would be a round trip a message
POLL_MS = 200
AWAY_SECONDS = 10.0

Start = Literal["earliest", "latest"] | datetime


class Message:
    """One message of a topic."""

    def __init__(
        self, name: str, record: ConsumerRecord[bytes | None, bytes | None], document: type[Document] | None
    ) -> None:
        """A record of the topic of that name (without a prefix), and the struct of what it holds."""
        self.topic = name
        self._document = document
        self.partition: int = record.partition
        self.offset: int = record.offset
        self.timestamp: int = record.timestamp
        """When it was appended (or as its producer says), milliseconds since 1970."""
        self.key: bytes | None = record.key
        self.value: bytes | None = record.value
        self.headers: tuple[Header, ...] = tuple(record.headers)

    @property
    def id(self) -> str | None:
        """The article's id, as the headers (else the key) tell it."""
        return header(self.headers, "ce_subject") or (self.key.decode("utf-8", "replace") if self.key else None)

    @property
    def withdrawn(self) -> bool:
        """Whether this is a tombstone."""
        return self.value is None

    @cached_property
    def article(self) -> Document | None:
        """The document, as the struct of its topic; None for a tombstone.

        Raises:
            InvalidDocumentError: The bytes do not keep the topic's contract.
            LookupError: The topic holds none that are known (dead letters hold whatever was sent).
        """
        if self.value is None:
            return None
        if self._document is None:
            raise LookupError(f"{self.topic} holds no documents that are known: look at value and headers")
        return self._document.read(self.value, self.key)

    @property
    def dead_letter(self) -> DeadLetter:
        """Why the message lies here, if it is a dead letter.

        Raises:
            msgspec.ValidationError: It is none.
        """
        return DeadLetter.from_headers(self.headers)


async def consume(
    name: str,
    *,
    group: str | None = None,
    start: Start = "earliest",
    follow: bool = True,
    connection: Connection | None = None,
    document: type[Document] | None = None,
) -> AsyncGenerator[Message, None]:
    """The messages of a topic, read committed.

    With a group its members share the topic, and a message counts as done when the loop's body is through with it: a
    crash inside the body brings it again. Without one every caller gets everything.

    Args:
        name: The topic, without a prefix.
        group: Consumer group.
        start: Where to begin (with a group: where it has no committed offset).
        follow: Wait for more at the end; False ends there.
        connection: How to reach the broker; default: `COPYDESK_BROKERS`.
        document: The struct of what the topic holds; default: copydesk's own for copydesk's own topics.

    Raises:
        BrokerAwayError: Nothing answers.
        UnknownTopicError: There is no such topic.

    Example::

        async for message in consume("articles.scored", group="my-app"):
            print(message.article.title, message.article.coherence.score)
    """
    connection = connection or read_connection()
    document = document or DOCUMENTS.get(name)
    async with opened(connection, [name], group=group, latest=start == "latest") as consumer:
        done: dict[TopicPartition, int] = {}
        if group:
            await partitions_of(consumer, connection.full(name))  # subscribed to, some brokers would create it
            consumer.subscribe([connection.full(name)], listener=_CommitOnRevoke(consumer, done))
        else:
            await _assign(consumer, connection.full(name), start)
        last_commit = time.monotonic()
        records = _records(consumer, connection, start, follow=follow)
        try:
            async for partition, record in records:
                if record is not None:
                    yield Message(name, record, document)
                    done[partition] = record.offset + 1
                if group and (record is None or time.monotonic() - last_commit > COMMIT_SECONDS):
                    await _commit(consumer, done)
                    last_commit = time.monotonic()
        finally:
            await records.aclose()
            if group:
                await _commit(consumer, done)


_HERE = TopicPartition("", -1)
"""Stands for no partition, where nothing was fetched."""


async def _records(
    consumer: AIOKafkaConsumer, connection: Connection, start: Start, *, follow: bool
) -> AsyncGenerator[tuple[TopicPartition, ConsumerRecord[bytes | None, bytes | None] | None], None]:
    """Record after record, None whenever there is none for now."""
    begin = int(start.timestamp() * 1000) if isinstance(start, datetime) else 0
    begun: set[TopicPartition] = set()
    heard = time.monotonic()
    while True:
        batch = await consumer.getmany(timeout_ms=POLL_MS)
        for partition, records in batch.items():
            for record in records:
                if partition not in consumer.assignment():
                    break  # somebody else's meanwhile, who reads it again
                if partition not in begun and record.timestamp < begin:
                    continue  # not every broker finds the first offset of a time
                begun.add(partition)
                yield partition, record
        if batch:
            heard = time.monotonic()
            continue
        yield _HERE, None
        if follow:
            continue
        if _at_end(consumer):
            return
        if time.monotonic() - heard > AWAY_SECONDS:
            if not await connection.answers():
                raise connection.away(f"for {AWAY_SECONDS:g} s")
            heard = time.monotonic()


class _CommitOnRevoke(ConsumerRebalanceListener):
    def __init__(self, consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._done = done

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:  # noqa: ARG002 - all are
        await _commit(self._consumer, self._done)

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Nothing to do."""


async def _assign(consumer: AIOKafkaConsumer, name: str, start: Start) -> None:
    partitions = await partitions_of(consumer, name)
    consumer.assign(partitions)
    if start == "earliest":
        await consumer.seek_to_beginning(*partitions)
    elif start == "latest":
        await consumer.seek_to_end(*partitions)
    else:
        await _seek_to_time(consumer, partitions, start)


async def _seek_to_time(consumer: AIOKafkaConsumer, partitions: list[TopicPartition], start: datetime) -> None:
    milliseconds = int(start.timestamp() * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
    for partition in partitions:
        if (at := found.get(partition)) is not None:
            consumer.seek(partition, at.offset)
        else:
            await consumer.seek_to_end(partition)


def _at_end(consumer: AIOKafkaConsumer) -> bool:
    partitions = consumer.assignment()
    known = partition_progress(consumer, partitions)
    return bool(partitions) and len(known) == len(partitions) and not any(one.waiting for one in known.values())


async def _commit(consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    offsets, kept = dict(done), consumer.assignment()
    done.clear()
    if offsets := {partition: offset for partition, offset in offsets.items() if partition in kept}:
        with suppress(KafkaError):  # not ours any more: its new owner reads it again
            await consumer.commit(offsets)


__all__ = ["Message", "Start", "consume"]
