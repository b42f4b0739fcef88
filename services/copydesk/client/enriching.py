"""Following one article through the topics, and publishing one article and waiting for its result."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.connection import Connection, read_connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.consuming import Message
from copydesk.client.publishing import RAW, Publisher
from copydesk.client.tail import POLL_MS
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.envelope import ORIGIN, header
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError, topics

LAST_TOPIC = "articles.scored"
SECONDS = 60.0  # time limit for an article to pass all stages


class DeadLetterError(RuntimeError):
    """The article became a dead letter: `message`, whose `dead_letter` has the reason."""

    def __init__(self, message: Message) -> None:
        """Error of a dead letter."""
        letter = message.dead_letter
        super().__init__(
            f"{message.id}: {letter.reason} by {letter.stage}: {letter.exception_class}: {letter.exception_message}"
        )
        self.message = message


async def enrich(
    article: RawArticle | Mapping[str, Any] | bytes,
    *,
    until: str = LAST_TOPIC,
    seconds: float = SECONDS,
    connection: Connection | None = None,
) -> Message:
    """Publish one article and return its message on the topic `until`.

    For single articles: each call opens its own connections. For many articles use `Publisher` and `consume`.

    Args:
        article: A struct, a mapping, or a JSON document.
        until: Topic to wait for, without prefix.
        seconds: Longest wait.
        connection: The broker; default: the one of `COPYDESK_BROKERS`.

    Raises:
        BrokerAwayError: The broker does not answer.
        DeadLetterError: A stage refused the article; the message says why.
        InvalidDocumentError: This is no article.
        TimeoutError: The article did not arrive in time; the message names the last topic that it reached.
        TooLargeError: The article is larger than the topic allows.
        UnknownTopicError: `until` is no topic of enriched articles.

    Example::

        message = await enrich({"text": "..."})
        print(message.article.coherence.score)
    """
    connection = connection or read_connection()
    names = _names(connection, until)
    async with _reading(connection, names) as consumer, Publisher(connection) as publisher:
        published = await publisher.publish(article)
        origin = f"{published.partition}/{published.offset}"
        steps = _steps(consumer, names, lambda message: _origin(message) == origin, until=until, seconds=seconds)
        async with aclosing(steps):
            return [message async for message in steps][-1]


async def follow(
    id_: str, *, until: str = LAST_TOPIC, seconds: float = SECONDS, connection: Connection | None = None
) -> AsyncGenerator[Message, None]:
    """Messages of one article on all topics from now on, until it reaches the topic `until`.

    "Now" is the first step of the loop. `copydesk trace` shows earlier messages.

    Args:
        id_: The article's id.
        until: Topic of the last message, without prefix.
        seconds: Longest wait for the last message.
        connection: The broker; default: the one of `COPYDESK_BROKERS`.

    Raises:
        BrokerAwayError: The broker does not answer.
        DeadLetterError: A stage refused the article; the message says why.
        TimeoutError: The article did not arrive in time.
        UnknownTopicError: `until` is no topic of enriched articles.
    """
    connection = connection or read_connection()
    names = _names(connection, until)
    async with _reading(connection, names) as consumer:
        steps = _steps(consumer, names, lambda message: message.id == id_, until=until, seconds=seconds)
        async with aclosing(steps):
            async for message in steps:
                yield message


@asynccontextmanager
async def _reading(connection: Connection, names: Mapping[str, str]) -> AsyncIterator[AIOKafkaConsumer]:
    """Consumer that stands at the ends of these topics."""
    async with open_consumer(connection, names.values(), latest=True) as consumer:
        partitions = [partition for full_name in names for partition in await topic_partitions(consumer, full_name)]
        consumer.assign(partitions)
        await consumer.seek_to_end(*partitions)
        for partition in partitions:
            await consumer.position(partition)  # the end is known before anything is published
        yield consumer


def _names(connection: Connection, until: str) -> dict[str, str]:
    """Topics up to that one, and the dead letter topics of the stages between: names by full names."""
    if until not in DOCUMENTS or until == RAW:
        raise UnknownTopicError(f"no enriched topic {until!r}; there are: {', '.join(list(DOCUMENTS)[1:])}")
    order = list(DOCUMENTS)
    documents = order[: order.index(until) + 1]
    stages = {producer for name in documents[1:] for producer in topics()[name].producers}
    dead_letters = [
        name for name, topic in topics().items() if topic.holds_dead_letters and stages.intersection(topic.producers)
    ]
    return {connection.full_name(name): name for name in (*documents, *dead_letters)}


async def _steps(
    consumer: AIOKafkaConsumer,
    names: Mapping[str, str],
    wanted: Callable[[Message], bool],
    *,
    until: str,
    seconds: float,
) -> AsyncGenerator[Message, None]:
    """Wanted messages, up to the one on the topic `until`; `names` are the topics by their full names."""
    loop = asyncio.get_running_loop()
    deadline, last_seen = loop.time() + seconds, "nowhere"
    while loop.time() < deadline:
        batch: dict[TopicPartition, Any] = await consumer.getmany(timeout_ms=POLL_MS)
        messages = [
            Message(name, record, DOCUMENTS.get(name))
            for name, records in ((names[partition.topic], records) for partition, records in batch.items())
            for record in records
        ]
        for message in sorted(filter(wanted, messages), key=lambda message: message.timestamp):
            last_seen = message.topic
            yield message
            if message.topic.endswith(".dlq"):
                raise DeadLetterError(message)
            if message.topic == until:
                return
    raise TimeoutError(
        f"the article did not reach {until} within {seconds:g} s; last seen: {last_seen}. "
        "`copydesk lag` shows whether all stages run."
    )


def _origin(message: Message) -> str:
    """Partition and offset of the raw article behind a message, as `partition/offset`."""
    if origin := header(message.headers, ORIGIN):
        return origin
    if message.topic == RAW:
        return f"{message.partition}/{message.offset}"
    try:  # dead letters of the first stage have no origin header: it was read from the raw topic
        letter = message.dead_letter
    except msgspec.ValidationError:
        return ""
    return f"{letter.partition}/{letter.offset}"


__all__ = ["DeadLetterError", "enrich", "follow"]
