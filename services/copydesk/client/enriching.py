"""One article's way through the topics: follow it, or publish it and wait for what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.connection import Connection, read_connection
from copydesk.client.consumer import opened, partitions_of
from copydesk.client.consuming import POLL_MS, Message
from copydesk.client.publishing import RAW, Publisher
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.envelope import ORIGIN, header
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError, topics

LAST = "articles.scored"
SECONDS = 60.0


class DeadLetterError(RuntimeError):
    """An article became a dead letter; `message` is it, with the reason in its `dead_letter`."""

    def __init__(self, message: Message) -> None:
        """Of the dead letter."""
        letter = message.dead_letter
        super().__init__(
            f"{message.id}: {letter.reason} by {letter.stage}: {letter.exception_class}: {letter.exception_message}"
        )
        self.message = message


async def enrich(
    article: RawArticle | Mapping[str, Any] | bytes,
    *,
    until: str = LAST,
    seconds: float = SECONDS,
    connection: Connection | None = None,
) -> Message:
    """Publish one article and wait for what becomes of it: its message on the topic `until`.

    For one article now and then: each call opens connections of its own. Many articles: `Publisher` and `consume`.

    Args:
        article: A struct, a mapping, or a JSON document.
        until: The topic to wait for, without a prefix.
        seconds: How long to wait.
        connection: How to reach the broker; default: `COPYDESK_BROKERS`.

    Raises:
        BrokerAwayError: Nothing answers.
        DeadLetterError: It did not pass; the message says why.
        InvalidDocumentError: It is no article.
        TimeoutError: It did not get there in time; the message says how far it came.
        TooLargeError: It is larger than the topic takes.
        UnknownTopicError: `until` is no topic.

    Example::

        message = await enrich({"text": "..."})
        print(message.article.coherence.score)
    """
    connection = connection or read_connection()
    names = _names(connection, until)
    async with _reading(connection, names) as consumer, Publisher(connection) as publisher:
        published = await publisher.publish(article)
        origin = f"{published.partition}/{published.offset}"
        way = _way(consumer, names, lambda one: _origin(one) == origin, until=until, seconds=seconds)
        async with aclosing(way):
            return [message async for message in way][-1]


async def follow(
    id_: str, *, until: str = LAST, seconds: float = SECONDS, connection: Connection | None = None
) -> AsyncGenerator[Message, None]:
    """What is written of one article on any topic from now on, until it reaches the topic `until`.

    "Now" is the first step of the loop; what became of an article earlier, `copydesk trace` tells.

    Args:
        id_: The article's id.
        until: The topic whose message is the last one, without a prefix.
        seconds: How long to wait for that.
        connection: How to reach the broker; default: `COPYDESK_BROKERS`.

    Raises:
        BrokerAwayError: Nothing answers.
        DeadLetterError: It did not pass; the message says why.
        TimeoutError: It did not get there in time.
        UnknownTopicError: `until` is no topic.
    """
    connection = connection or read_connection()
    names = _names(connection, until)
    async with _reading(connection, names) as consumer:
        way = _way(consumer, names, lambda one: one.id == id_, until=until, seconds=seconds)
        async with aclosing(way):
            async for message in way:
                yield message


@asynccontextmanager
async def _reading(connection: Connection, names: Mapping[str, str]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer at the ends of these topics."""
    async with opened(connection, names.values(), latest=True) as consumer:
        partitions = [one for full in names for one in await partitions_of(consumer, full)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        for partition in partitions:
            await consumer.position(partition)  # known before anything is published
        yield consumer


def _names(connection: Connection, until: str) -> dict[str, str]:
    """The topics up to that one, and those of the dead letters on the way: names by full names."""
    if until not in DOCUMENTS or until == RAW:
        raise UnknownTopicError(f"no enriched topic {until!r}; there are: {', '.join(list(DOCUMENTS)[1:])}")
    order = list(DOCUMENTS)
    documents = order[: order.index(until) + 1]
    stages = {producer for name in documents[1:] for producer in topics()[name].producers}
    letters = [name for name, one in topics().items() if one.holds_dead_letters and stages.intersection(one.producers)]
    return {connection.full(name): name for name in (*documents, *letters)}


async def _way(
    consumer: AIOKafkaConsumer,
    names: Mapping[str, str],
    wanted: Callable[[Message], bool],
    *,
    until: str,
    seconds: float,
) -> AsyncGenerator[Message, None]:
    """The wanted messages, up to the one on the topic `until`; `names`: the topics by their full names."""
    loop = asyncio.get_running_loop()
    deadline, seen = loop.time() + seconds, "nowhere"
    while loop.time() < deadline:
        batch: dict[TopicPartition, Any] = await consumer.getmany(timeout_ms=POLL_MS)
        found = [
            Message(name, record, DOCUMENTS.get(name))
            for name, records in ((names[partition.topic], records) for partition, records in batch.items())
            for record in records
        ]
        for message in sorted(filter(wanted, found), key=lambda message: message.timestamp):
            seen = message.topic
            yield message
            if message.topic.endswith(".dlq"):
                raise DeadLetterError(message)
            if message.topic == until:
                return
    raise TimeoutError(
        f"the article did not reach {until} within {seconds:g} s; last seen: {seen}. "
        "Do all stages run (`copydesk lag`)?"
    )


def _origin(message: Message) -> str:
    """Where the raw article lies of which this is made: on the input topic, the message itself."""
    return header(message.headers, ORIGIN) or (
        f"{message.partition}/{message.offset}" if message.topic == RAW else _origin_of_letter(message)
    )


def _origin_of_letter(message: Message) -> str:
    """Of a dead letter of the first stage: where it was read."""
    try:
        letter = message.dead_letter
    except msgspec.ValidationError:
        return ""
    return f"{letter.partition}/{letter.offset}"


__all__ = ["DeadLetterError", "enrich", "follow"]
