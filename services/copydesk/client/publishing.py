"""Publishing articles."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from copydesk.client.aiokafka_patches.lz4 import compress_fast
from copydesk.client.connection import Connection, read_connection
from copydesk.client.tracing import ARTICLE, BODY_BYTES, OFFSET, PARTITION, TOMBSTONE, Tracing, failed
from copydesk.contracts.articles import RawArticle
from copydesk.contracts.envelope import Header, event
from copydesk.contracts.ids import id_problem
from copydesk.contracts.topics import record_bytes, topic

RAW = "articles.raw"
BATCH_BYTES = 262_144  # measured: the 16 KB default makes batches of three articles
SOURCE = "/copydesk/client"


class TooLargeError(ValueError):
    """An article is larger than its topic takes."""


class Published(NamedTuple):
    """Where the broker put an article."""

    id: str
    partition: int
    offset: int


def _encode(article: Mapping[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(article)
    except UnicodeEncodeError:  # half an emoji, which reading mends
        return json.dumps(article, default=str).encode()


class Publisher:
    """Publishes articles to `articles.raw`, keyed by their id, so that all versions of one stay in order.

    Example::

        async with Publisher() as publisher:
            await publisher.publish({"url": "https://example.org/a", "text": "..."})
    """

    _tracing: Tracing | None = None

    def __init__(self, connection: Connection | None = None) -> None:
        """A closed publisher; without a connection, `COPYDESK_BROKERS` says where to."""
        self._connection = connection or read_connection()
        self._topic = topic(RAW)
        self._name = self._connection.full(RAW)
        self._producer: AIOKafkaProducer | None = None
        if self._connection.tracing:
            self._tracing = Tracing("copydesk-publisher")

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerAwayError: Nothing answers.
        """
        compress_fast()
        self._producer = AIOKafkaProducer(
            acks="all",
            compression_type="lz4",
            linger_ms=5,
            max_batch_size=BATCH_BYTES,
            max_request_size=self._topic.max_message_bytes,
            **self._connection.options(),
        )
        try:
            await self._producer.start()
        except (KafkaError, OSError) as error:
            await self._producer.stop()
            raise await self._connection.refused(type(error).__name__) from None
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Disconnect; what is still under way is delivered first."""
        if self._producer is not None:
            await self._producer.stop()
        if self._tracing is not None:
            await self._tracing.close()

    async def publish(self, article: RawArticle | Mapping[str, Any] | bytes) -> Published:
        """Publish one article and wait until the broker has confirmed it. Many at once: `asyncio.gather`.

        Args:
            article: A struct, a mapping, or a JSON document.

        Raises:
            InvalidDocumentError: It is no article; the message says why.
            TooLargeError: It is larger than the topic takes.
            KafkaError: The broker did not confirm it.
        """
        if isinstance(article, bytes):
            value = article
        elif isinstance(article, Mapping):
            value = _encode(article)
        else:
            value = article.write()
        id_ = RawArticle.read(value).id or ""
        return await self.send(value, key=id_.encode(), subject=id_)

    async def withdraw(self, id_: str) -> Published:
        """Publish a tombstone: the article goes, and what the stages made of it.

        Raises:
            ValueError: That is no article's id.
        """
        if problem := id_problem(id_):
            raise ValueError(f"the id {problem}")
        return await self.send(None, key=id_.encode(), subject=id_)

    async def send(self, value: bytes | None, *, key: bytes | None = None, subject: str | None = None) -> Published:
        """Send bytes as they are, checked for nothing but their size."""
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
        """Partition and offset of a record, once the broker has confirmed it."""
        if self._producer is None:
            raise RuntimeError("use `async with Publisher() as publisher`")
        told = await self._producer.send_and_wait(self._name, value, key=key, headers=headers)
        return told.partition, told.offset

    async def _deliver_traced(
        self, tracing: Tracing, key: bytes | None, value: bytes | None, headers: list[Header], subject: str | None
    ) -> tuple[int, int]:
        """As `deliver`, in a span: the first one of an article's trace, or one under the calling program's own."""
        told: dict[str, str | int | bool] = {BODY_BYTES: len(value or b""), TOMBSTONE: value is None}
        span = tracing.start("send", self._name, attributes=told | ({ARTICLE: subject} if subject else {}))
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
