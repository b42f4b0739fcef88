"""Which version of an article a message is, and whether a newer one lies on its topic."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.progress import partition_progress
from copydesk.client.publishing import RAW
from copydesk.contracts import envelope
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.contracts.envelope import Headers
from copydesk.contracts.ids import id_from_key

POLL_MS = 200
UNDECIDED_SECONDS = 40.0
"""How long another producer's open transaction is waited for; workers' end after 30."""


class Version(NamedTuple):
    """One version of an article: its place on the topic, that of the raw article behind it, when that came."""

    partition: int
    offset: int
    origin_partition: int
    origin_offset: int
    time: int
    """Milliseconds since 1970."""

    def is_newer_than(self, other: Version) -> bool:
        """Whether it replaces the other, by two of three: the raw article's offset, its time, the place on the topic.

        One alone may lie: offsets begin anew with a topic, clocks differ between producers, and what is written at
        least once may come again behind a newer version. Offsets of different partitions say nothing.

        >>> old, new = Version(0, 7, 0, 7, 5_000), Version(0, 9, 0, 9, 4_000)
        >>> new.is_newer_than(old), old.is_newer_than(new)
        (True, False)
        """
        by_origin = _sign(self.origin_offset - other.origin_offset) * (self.origin_partition == other.origin_partition)
        by_time = _sign(self.time - other.time)
        by_place = _sign(self.offset - other.offset) * (self.partition == other.partition)
        return (by_origin + by_time + by_place or by_time or by_origin or by_place) > 0


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def version_of(name: str, partition: int, offset: int, timestamp: int, headers: Headers) -> Version:
    """Which version of its article a record is.

    Args:
        name: The topic, without a prefix.
        partition: Where it lies there.
        offset: Ditto.
        timestamp: When it was appended, milliseconds since 1970.
        headers: Its own.
    """
    number, place, when = partition, offset, timestamp
    if name != RAW:
        told = envelope.header(headers, envelope.ORIGIN) or ""
        if match := _find_origin(told):
            number, place = int(match[1]), int(match[2])
        ingested = envelope.header(headers, envelope.INGESTED) or ""
        when = round(envelope.seconds(ingested, default=when / 1000) * 1000)
    return Version(partition, offset, number, place, when)


_find_origin = re.compile(r"([0-9]{1,9})/([0-9]{1,18})").fullmatch


class _Seen(NamedTuple):
    """The newest version of an article so far."""

    version: Version
    content: bytes


class Newest:
    """The newest version of some articles on a topic, as far as it is read.

    Example::

        newest = Newest("articles.raw", connection, transactions=True)
        newest.want("a", version, timestamp=1760000000000)
        async with newest.reading():
            await newest.read()
            newest.over("a", version, b"...")
    """

    def __init__(self, name: str, connection: Connection, *, transactions: bool) -> None:
        """Nothing is read yet.

        Args:
            name: The topic, without a prefix.
            connection: The broker.
            transactions: Whether it has them.
        """
        self._name = name
        self._connection = connection
        self._transactions = transactions
        self._seen: dict[str, _Seen | None] = {}
        self._since: int | None = None
        self._after: dict[int, int] = {}
        self._tail: AIOKafkaConsumer
        # asks for the ends: a broker answers a connection's requests in turn, and those that read wait half a second
        self._asker: AIOKafkaConsumer

    def want(self, id_: str, version: Version, *, timestamp: int) -> None:
        """An article of which newer versions than this one are of interest; `timestamp` is when this one came."""
        self._seen.setdefault(id_, None)
        self._since = timestamp if self._since is None else min(self._since, timestamp)
        self._after[version.partition] = min(version.offset, self._after.get(version.partition, version.offset))

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Connected, from where the first newer version may lie.

        Raises:
            BrokerAwayError: Nothing answers.
            UnknownTopicError: There is no such topic.
        """
        full = self._connection.full_name(self._name)
        async with AsyncExitStack() as stack:
            self._tail = await stack.enter_async_context(open_consumer(self._connection, [self._name]))
            self._asker = await stack.enter_async_context(open_consumer(self._connection, [self._name]))
            partitions = await topic_partitions(self._tail, full)
            self._tail.assign(partitions)
            found = await self._tail.offsets_for_times(dict.fromkeys(partitions, self._since or 0))
            for partition in partitions:
                places = [found[partition].offset] if found.get(partition) is not None else []
                places += [self._after[partition.partition]] if partition.partition in self._after else []
                if places:
                    self._tail.seek(partition, min(places))
                else:
                    await self._tail.seek_to_end(partition)
            yield

    async def read(self, upto: Mapping[TopicPartition, int] | None = None) -> None:
        """Read to the topic's end as it is now.

        Args:
            upto: Offsets of our own before which everything must be decided; another's open transaction is waited for.

        Raises:
            TimeoutError: It stays open.
        """
        partitions = self._tail.assignment()
        ends: dict[TopicPartition, int] = await self._asker.end_offsets(partitions) if self._transactions else {}
        ends |= upto or {}
        deadline, quiet = time.monotonic() + UNDECIDED_SECONDS, False
        while self._is_behind(ends) or not (ends or quiet):
            batch = await self._tail.getmany(timeout_ms=POLL_MS)
            for records in batch.values():
                for record in records:
                    self._note(record)
            quiet = not batch
            if batch:
                deadline = time.monotonic() + UNDECIDED_SECONDS
            elif time.monotonic() > deadline:
                raise TimeoutError

    def over(self, id_: str, version: Version, value: bytes | None) -> Version | None:
        """The version that lies over this one; None where this one is the newest, or the newest is the same again."""
        seen = self._seen.get(id_)
        if seen is None or seen.content == _content(value) or not seen.version.is_newer_than(version):
            return None
        return seen.version

    def _is_behind(self, ends: Mapping[TopicPartition, int]) -> bool:
        """Whether something is left to read before these ends, else before those that the last fetch told."""
        partitions = self._tail.assignment()
        known = partition_progress(self._tail, partitions)
        if ends:
            return any(end and (at not in known or known[at].position < end) for at, end in ends.items())
        return len(known) < len(partitions) or any(one.waiting for one in known.values())

    def _note(self, record: Any) -> None:
        id_ = id_of(self._name, record.value, record.key)
        if id_ is None or id_ not in self._seen:
            return
        version = version_of(self._name, record.partition, record.offset, record.timestamp, record.headers)
        seen = self._seen[id_]
        if seen is None or version.is_newer_than(seen.version):
            self._seen[id_] = _Seen(version, _content(record.value))


def id_of(name: str, value: bytes | None, key: bytes | None) -> str | None:
    """The id of the article that a record is about; None where nothing tells."""
    if value and name == RAW:
        try:
            return RawArticle.read(value, key).id
        except InvalidDocumentError:
            pass
    try:
        return id_from_key(key or b"")
    except ValueError:
        return None


def _content(value: bytes | None) -> bytes:
    return b"" if value is None else hashlib.blake2b(value, digest_size=16).digest()


__all__ = ["Newest", "Version", "id_of", "version_of"]
