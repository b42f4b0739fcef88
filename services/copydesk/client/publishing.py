"""Publishing articles and withdrawals."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError

from copydesk.client.connection import Connection, read_connection
from copydesk.client.producing import BATCH_BYTES, describe_refused_time, make_producer, started_producer
from copydesk.client.tracing import ARTICLE, BODY_BYTES, OFFSET, PARTITION, TOMBSTONE, Tracing, failed
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.envelope import Header, event
from copydesk.contracts.ids import id_from_number, id_problem
from copydesk.contracts.topics import record_bytes, topic

RAW = "articles.raw"
SOURCE = "/copydesk/client"


class TooLargeError(ValueError):
    """The article is larger than its topic allows."""


class Published(NamedTuple):
    """Id of a published article, and its partition and offset."""

    id: str
    partition: int
    offset: int


def _encode(article: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(article)
    except UnicodeEncodeError:  # half of a surrogate pair, which the reader repairs
        return json.dumps(article, default=str).encode()


class Publisher:
    """Publishes articles to `articles.raw`, keyed by id, so that all versions of an article stay in order.

    Example::

        async with Publisher() as publisher:
            await publisher.publish({"url": "https://example.org/a", "text": "..."})
    """

    _tracing: Tracing | None = None

    def __init__(self, connection: Connection | None = None) -> None:
        """Publisher that is not connected yet; default connection: the one of `COPYDESK_BROKERS`."""
        self._connection = connection or read_connection()
        self._topic = topic(RAW)
        self._name = self._connection.full_name(RAW)
        self._producer: AIOKafkaProducer | None = None
        self._exit = AsyncExitStack()
        if self._connection.tracing:
            self._tracing = Tracing("copydesk-publisher")

    def __repr__(self) -> str:
        """Topic, brokers, and whether it is connected."""
        state = "connected" if self._producer is not None else "not connected"
        return f"<Publisher of {self._name} on {self._connection.brokers}, {state}>"

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerAwayError: The broker does not answer, or it refuses the login.
        """
        producer = make_producer(
            self._connection,
            max_record_bytes=self._topic.max_message_bytes,
            batch_bytes=BATCH_BYTES,
            linger_ms=5,
        )
        self._producer = await self._exit.enter_async_context(started_producer(producer, self._connection))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Deliver what is still in flight, then disconnect."""
        await self._exit.aclose()
        if self._tracing is not None:
            await self._tracing.close()

    async def publish(self, article: RawArticle | Mapping[str, Any] | bytes) -> Published:
        """Publish one article and wait until the broker has confirmed it. `asyncio.gather` publishes many at once.

        Args:
            article: A struct, a mapping, or a JSON document.

        Raises:
            InvalidDocumentError: This is no article, or its id cannot be one; the message says why.
            TypeError: This is a text, not a document.
            TooLargeError: The article is larger than the topic allows.
            InvalidTimestampError: This machine's clock is more than an hour ahead of the broker's.
            KafkaError: The broker did not confirm it.
        """
        if isinstance(article, bytes):
            value = article
        elif isinstance(article, Mapping):
            value = _encode(article)
        elif isinstance(article, RawArticle):
            value = article.write()
        else:
            raise TypeError(
                f"publish() takes an article, not {type(article).__name__}: publish({{'text': ...}}), or JSON as bytes"
            )
        id_ = RawArticle.read(value, strict_id=True).id or ""
        return await self.send(value, key=id_.encode(), subject=id_)

    async def withdraw(self, id_: str | int) -> Published:
        """Publish a tombstone: the article is removed together with its results in all stages.

        Args:
            id_: The article's id; 777 and "777" are the same.

        Raises:
            ValueError: This is no valid article id.
        """
        if not isinstance(id_, str):
            id_ = id_from_number(id_)
        if problem := id_problem(id_):
            raise ValueError(f"the id {problem}")
        return await self.send(None, key=id_.encode(), subject=id_)

    async def send(self, value: bytes | None, *, key: bytes | None = None, subject: str | None = None) -> Published:
        """Publish bytes unchanged; only their size is checked.

        Args:
            value: The article, or None for a tombstone.
            key: The record's key.
            subject: The article's id, for the headers.

        Raises:
            TooLargeError: The record is larger than the topic allows.
            KafkaError: The broker did not confirm it.
        """
        type_ = self._topic.event or RAW
        headers = event(id_=str(uuid4()), source=SOURCE, type_=type_, time=time.time_ns() // 1_000_000, subject=subject)
        size = record_bytes(key, value, headers)
        if size > self._topic.max_message_bytes:
            raise TooLargeError(
                f"{size} bytes are over {self._topic.max_message_bytes}, max.message.bytes of {self._name}"
            )
        if self._tracing is None:
            return Published(subject or "", *await self.deliver(key, value, headers))
        return Published(subject or "", *await self._deliver_traced(self._tracing, key, value, headers, subject))

    async def deliver(self, key: bytes | None, value: bytes | None, headers: list[Header]) -> tuple[int, int]:
        """Send a record and return its partition and offset once the broker has confirmed it."""
        if self._producer is None:
            raise RuntimeError("use `async with Publisher() as publisher`")
        try:
            metadata = await self._producer.send_and_wait(self._name, value, key=key, headers=headers)
        except InvalidTimestampError:
            raise InvalidTimestampError(describe_refused_time()) from None
        return metadata.partition, metadata.offset

    async def _deliver_traced(
        self, tracing: Tracing, key: bytes | None, value: bytes | None, headers: list[Header], subject: str | None
    ) -> tuple[int, int]:
        """Deliver in a span: the first one of the article's trace, or a child of the calling program's span."""
        attributes: dict[str, str | int | bool] = {BODY_BYTES: len(value or b""), TOMBSTONE: value is None}
        if subject:
            attributes[ARTICLE] = subject
        span = tracing.start("send", self._name, attributes=attributes)
        try:
            partition, offset = await self.deliver(key, value, [*headers, *tracing.headers(span)])
        except BaseException as error:
            failed(span, type(error).__name__)
            raise
        else:
            span.set_attributes({PARTITION: str(partition), OFFSET: offset})
            return partition, offset
        finally:
            span.end()
