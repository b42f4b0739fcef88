"""Consuming any of the topics: messages one by one, committed once they are processed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from datetime import datetime
from functools import cached_property
from typing import Literal

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError

from copydesk.client.connection import Connection, read_connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.progress import at_end
from copydesk.client.tail import Poller, seek_to_time
from copydesk.contracts.articles import Document
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header, header
from copydesk.contracts.records import RECORDS
from copydesk.contracts.topics import DOCUMENTS

COMMIT_SECONDS = 1.0
"""Time between commits: a crash repeats no more than this. A commit per message would cost a round trip per message."""

COMMIT_LIMIT_SECONDS = 10.0
"""Most time for a commit."""

Start = Literal["earliest", "latest"] | datetime


class Message:
    """One message of a topic, with the document or the dead letter that it holds."""

    def __init__(
        self, name: str, record: ConsumerRecord[bytes | None, bytes | None], document: type[Document] | None
    ) -> None:
        """Message of a record.

        Args:
            name: The topic, without prefix.
            record: The record as aiokafka returns it.
            document: Struct of the topic's documents, or None if the topic holds none.
        """
        self.topic = name
        self._document = document
        self.partition: int = record.partition
        self.offset: int = record.offset
        self.timestamp: int = record.timestamp
        """Time of the append, or the time that its producer set; milliseconds since 1970."""
        self.key: bytes | None = record.key
        self.value: bytes | None = record.value
        self.headers: tuple[Header, ...] = tuple(record.headers)

    def __repr__(self) -> str:
        """Place, id and size: what a reader of a log or a notebook wants to know."""
        held = "withdrawn" if self.withdrawn else f"{len(self.value or b'')} bytes"
        return f"<Message {self.topic}/{self.partition}/{self.offset} id={self.id!r} {held}>"

    @property
    def id(self) -> str | None:
        """Article id from the headers, else from the key, or None."""
        return header(self.headers, "ce_subject") or (self.key.decode("utf-8", "replace") if self.key else None)

    @property
    def withdrawn(self) -> bool:
        """Return whether this is a tombstone."""
        return self.value is None

    @cached_property
    def article(self) -> Document | None:
        """Document as the struct of its topic; None for a tombstone.

        Raises:
            InvalidDocumentError: The bytes violate the topic's contract.
            LookupError: The topic has no known struct (dead letters hold whatever was sent).
        """
        if self.value is None:
            return None
        if self._document is None:
            raise LookupError(f"{self.topic} holds no known documents: look at value and headers")
        return self._document.read(self.value, self.key)

    @property
    def dead_letter(self) -> DeadLetter:
        """Headers of a dead letter: which stage refused the article, and why.

        Raises:
            msgspec.ValidationError: The message is no dead letter.
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
    """Committed messages of a topic.

    With a group its members share the topic, and a message counts as done when the loop's body has finished with it: a
    crash inside the body brings the message again. Without a group every caller gets every message.

    Args:
        name: The topic, without prefix.
        group: Consumer group, without prefix.
        start: Where to begin; with a group, only in partitions without a committed offset.
        follow: Wait for more messages at the end; False: stop there.
        connection: The broker; default: the one of `COPYDESK_BROKERS`.
        document: Struct of the topic's documents; default: the known struct of copydesk's own topics.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.

    Example::

        async for message in consume("articles.scored", group="my-app"):
            print(message.article.title, message.article.coherence.score)
    """
    connection = connection or read_connection()
    document = document or DOCUMENTS.get(name) or RECORDS.get(name)
    async with open_consumer(connection, [name], group=group, latest=start == "latest") as consumer:
        done: dict[TopicPartition, int] = {}
        if group:
            await topic_partitions(consumer, connection.full_name(name))  # raises for a topic that does not exist
            consumer.subscribe([connection.full_name(name)], listener=_CommitOnRevoke(consumer, done))
        else:
            await _assign(consumer, connection.full_name(name), start)
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


_NO_PARTITION = TopicPartition("", -1)
"""Partition of an empty poll."""


async def _records(
    consumer: AIOKafkaConsumer, connection: Connection, start: Start, *, follow: bool
) -> AsyncGenerator[tuple[TopicPartition, ConsumerRecord[bytes | None, bytes | None] | None], None]:
    """Yield each record with its partition, and None after each empty poll."""
    start_ms = _milliseconds(start) if isinstance(start, datetime) else 0
    started: set[TopicPartition] = set()
    poller = Poller(consumer, connection, waits=follow)
    while True:
        batch = await poller.poll()
        for partition, records in batch.items():
            for record in records:
                if partition not in consumer.assignment():
                    break  # revoked meanwhile: its new owner reads it again
                if partition not in started and record.timestamp < start_ms:
                    continue  # not every broker finds the first offset of a time
                started.add(partition)
                yield partition, record
        if batch:
            continue
        yield _NO_PARTITION, None
        if not follow and (assigned := consumer.assignment()) and at_end(consumer, assigned):
            return


class _CommitOnRevoke(ConsumerRebalanceListener):
    def __init__(self, consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._done = done

    async def on_partitions_revoked(self, revoked: list[TopicPartition]) -> None:  # noqa: ARG002 - all are revoked
        await _commit(self._consumer, self._done)

    async def on_partitions_assigned(self, assigned: list[TopicPartition]) -> None:
        """Nothing to do."""


async def _assign(consumer: AIOKafkaConsumer, name: str, start: Start) -> None:
    partitions = await topic_partitions(consumer, name)
    consumer.assign(partitions)
    if start == "earliest":
        await consumer.seek_to_beginning(*partitions)
    elif start == "latest":
        await consumer.seek_to_end(*partitions)
    else:
        await seek_to_time(consumer, partitions, _milliseconds(start))


def _milliseconds(time: datetime) -> int:
    """Milliseconds since 1970; 0 for any time before, which no message has."""
    return max(0, int(time.timestamp() * 1000))


async def _commit(consumer: AIOKafkaConsumer, done: dict[TopicPartition, int]) -> None:
    assigned = consumer.assignment()
    offsets = {partition: offset for partition, offset in done.items() if partition in assigned}
    done.clear()
    if not offsets:
        return
    try:
        async with asyncio.timeout(COMMIT_LIMIT_SECONDS):
            await consumer.commit(offsets)
    except KafkaError:
        pass  # revoked: its new owner reads it again
    except TimeoutError:  # the broker is away, and aiokafka waits for it without a word: the next commit tries again
        done.update(offsets | done)


__all__ = ["Message", "Start", "consume"]
