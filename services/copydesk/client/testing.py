"""In-memory broker for tests of programs that publish or consume; it keeps the contract and nothing else.

Example::

    broker = FakeBroker()
    async with broker.publisher() as publisher:
        await publisher.publish({"id": "a", "text": "..."})
    broker.put("articles.scored", my_scored_article)
    async for message in broker.consume("articles.scored", group="my-app"):
        ...
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from types import TracebackType
from typing import NamedTuple, Self
from uuid import uuid4

from copydesk.client.connection import Connection
from copydesk.client.consuming import Message
from copydesk.client.publishing import RAW, Publisher
from copydesk.contracts.articles import Document
from copydesk.contracts.envelope import Header, event
from copydesk.contracts.topics import DOCUMENTS, UnknownTopicError, topics


class _Record(NamedTuple):
    """A record in memory, with the fields of aiokafka's `ConsumerRecord` that a `Message` reads."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]


class FakeBroker:
    """Topics in memory, one partition each. It refuses what a real broker or publisher refuses for its size or form."""

    def __init__(self) -> None:
        """Broker with empty topics."""
        self._records: dict[str, list[_Record]] = defaultdict(list)
        self._committed: dict[tuple[str, str], int] = defaultdict(int)

    def publisher(self) -> FakePublisher:
        """Publisher to `articles.raw`, in place of a `Publisher`."""
        return FakePublisher(self)

    def messages(self, name: str) -> list[Message]:
        """All messages of a topic.

        Raises:
            UnknownTopicError: The topic does not exist.
        """
        if name not in topics():
            raise UnknownTopicError(f"no topic {name}; there are: {', '.join(topics())}")
        return [Message(name, record, DOCUMENTS.get(name)) for record in self._records[name]]

    def put(
        self,
        name: str,
        value: Document | bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[Header] = (),
        timestamp: int | None = None,
    ) -> Message:
        """Write a message as a stage would: a document, the bytes of a dead letter, or None for a withdrawal.

        Args:
            name: The topic.
            value: A document of the topic, unchanged bytes, or None.
            key: The record's key; default: the document's id.
            headers: Headers besides those of the event; a dead letter's say why it is one.
            timestamp: Milliseconds since 1970; default: now.

        Raises:
            InvalidDocumentError: The value violates the topic's contract.
            UnknownTopicError: The topic does not exist.
        """
        topic = topics().get(name)
        if topic is None:
            raise UnknownTopicError(f"no topic {name}; there are: {', '.join(topics())}")
        document = DOCUMENTS.get(name)
        encoded = value.write() if isinstance(value, Document) else value
        id_ = key.decode("utf-8", "replace") if key else None
        if encoded is not None and document is not None:
            id_ = getattr(document.read(encoded, key), "id", None)
        time_ = time.time_ns() // 1_000_000 if timestamp is None else timestamp
        if topic.event:
            event_headers = event(
                id_=str(uuid4()), source="/copydesk/testing", type_=topic.event, time=time_, subject=id_
            )
            headers = (*event_headers, *headers)
        key = key if key is not None else id_.encode() if id_ else None
        return self.append(name, key, encoded, headers, time_)

    def append(
        self, name: str, key: bytes | None, value: bytes | None, headers: Sequence[Header], timestamp: int
    ) -> Message:
        """Write a record unchanged."""
        record = _Record(0, len(self._records[name]), timestamp, key, value, tuple(headers))
        self._records[name].append(record)
        return Message(name, record, DOCUMENTS.get(name))

    async def consume(self, name: str, *, group: str | None = None) -> AsyncGenerator[Message, None]:
        """Messages of a topic, in place of `consume(name, group=..., follow=False)`.

        With a group a message counts as done when the loop's body has finished with it, as with a real broker.
        """
        start = self._committed[group, name] if group else 0
        for message in self.messages(name)[start:]:
            yield message
            if group:
                self._committed[group, name] = message.offset + 1


class FakePublisher(Publisher):
    """Publishes to a `FakeBroker` and refuses what a `Publisher` refuses."""

    def __init__(self, broker: FakeBroker) -> None:
        """Publisher to this broker."""
        super().__init__(Connection(brokers="none"))
        self._broker = broker

    async def __aenter__(self) -> Self:
        """Return itself: there is nothing to connect to."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: there is nothing to disconnect from."""

    async def deliver(self, key: bytes | None, value: bytes | None, headers: list[Header]) -> tuple[int, int]:
        """Append a record in memory and return its partition and offset."""
        message = self._broker.append(RAW, key, value, headers, time.time_ns() // 1_000_000)
        return message.partition, message.offset


__all__ = ["FakeBroker", "FakePublisher"]
