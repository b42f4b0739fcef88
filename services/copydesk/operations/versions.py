"""Versions of an article: which of two records is the newer one, and the newest version of each article of interest."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.publishing import RAW
from copydesk.client.tail import Tail, open_tail
from copydesk.contracts import envelope
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.contracts.envelope import Headers
from copydesk.contracts.ids import id_from_key

UNDECIDED_SECONDS = 40.0
"""Longest wait for another producer's open transaction; those of workers end after 30 s."""

_find_origin = re.compile(r"([0-9]{1,9})/([0-9]{1,18})").fullmatch


class Version(NamedTuple):
    """Version of an article: the record's place, the place of the raw article behind it, and its time."""

    partition: int
    offset: int
    origin_partition: int
    origin_offset: int
    time: int
    """Time at which the raw article was appended, milliseconds since 1970."""

    def is_newer_than(self, other: Version) -> bool:
        """Return whether this version replaces the other one.

        Two of three must say so: the raw article's offset, its time, and the record's offset. Each alone may be wrong:
        offsets start again when a topic is created anew, clocks differ between producers, and a record that was
        written at least once may come again behind a newer version. Offsets of different partitions say nothing.

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
    """Version of the article in a record.

    Args:
        name: The topic, without prefix.
        partition: Partition of the record.
        offset: Offset of the record.
        timestamp: Time of the append, milliseconds since 1970.
        headers: Headers of the record.
    """
    origin_partition, origin_offset, time = partition, offset, timestamp
    if name != RAW:
        if match := _find_origin(envelope.header(headers, envelope.ORIGIN) or ""):
            origin_partition, origin_offset = int(match[1]), int(match[2])
        ingested = envelope.header(headers, envelope.INGESTED) or ""
        time = round(envelope.seconds(ingested, default=time / 1000) * 1000)
    return Version(partition, offset, origin_partition, origin_offset, time)


def id_of_record(name: str, value: bytes | None, key: bytes | None) -> str | None:
    """Id of the article in a record, or None if neither document nor key has one.

    Args:
        name: The topic, without prefix.
        value: Value of the record.
        key: Key of the record.
    """
    if value and name == RAW:
        try:
            return RawArticle.read(value, key).id
        except InvalidDocumentError:
            pass
    try:
        return id_from_key(key or b"")
    except ValueError:
        return None


class NewestVersions:
    """Newest known version of each article, and whether it is wanted: to be replayed, for instance.

    190 bytes an article, measured over a million with ids of 16 characters: ids are kept as digests and versions
    packed, since a tuple of five numbers would take three times as much.
    """

    _packed = struct.Struct(">iqiqq?")

    def __init__(self) -> None:
        """No version is known."""
        self._known: dict[bytes, bytes] = {}
        """By digest of the id: a packed version with its content behind it; empty while no version is known."""

    def watch(self, id_: str) -> None:
        """Remember the article's versions from now on."""
        self._known.setdefault(_digest(id_), b"")

    def add(
        self, id_: str, version: Version, *, wanted: bool = False, remember: bool = False, content: bytes = b""
    ) -> bool:
        """Take a version into account.

        Args:
            id_: The article's id.
            version: One of its versions.
            wanted: Whether this version is wanted as long as it is the newest.
            remember: Take an article into account of which nothing is known yet, too.
            content: Digest of the content, kept with the version.

        Returns:
            True if it replaced a version that was wanted.
        """
        key = _digest(id_)
        packed = self._known.get(key)
        if packed is None and not remember:
            return False
        was_wanted = False
        if packed:
            known, was_wanted = self._unpack(packed)
            if not version.is_newer_than(known):
                return False
        self._known[key] = self._packed.pack(*version, wanted) + content
        return was_wanted

    def done(self, id_: str) -> None:
        """The newest version of the article is not wanted any more."""
        key = _digest(id_)
        packed = self._known[key]
        version, _ = self._unpack(packed)
        self._known[key] = self._packed.pack(*version, 0) + packed[self._packed.size :]

    def wants(self, id_: str, partition: int, offset: int) -> bool:
        """Return whether the record at this place is the newest version of the article, and wanted."""
        packed = self._known.get(_digest(id_))
        if not packed:
            return False
        version, wanted = self._unpack(packed)
        return wanted and (version.partition, version.offset) == (partition, offset)

    def wanted_places(self) -> Iterator[tuple[int, int]]:
        """Partition and offset of each version that is wanted."""
        for packed in self._known.values():
            if packed:
                version, wanted = self._unpack(packed)
                if wanted:
                    yield version.partition, version.offset

    def newest(self, id_: str) -> tuple[Version, bytes] | None:
        """Newest known version of the article and the digest of its content, or None if none is known."""
        packed = self._known.get(_digest(id_))
        return (self._unpack(packed)[0], packed[self._packed.size :]) if packed else None

    def __contains__(self, id_: str) -> bool:
        """Return whether the article's versions are remembered."""
        return _digest(id_) in self._known

    def _unpack(self, packed: bytes) -> tuple[Version, bool]:
        *version, wanted = self._packed.unpack_from(packed)
        return Version._make(version), wanted


class NewerVersions:
    """Versions on a topic that are newer than given ones of some articles.

    Example::

        newer = NewerVersions("articles.raw", connection, transactions=True)
        newer.watch("a", version, timestamp=1_700_000_000_000)
        async with newer.connected():
            await newer.read()
            newer.find("a", version, b"...")
    """

    def __init__(self, name: str, connection: Connection, *, transactions: bool) -> None:
        """Nothing is read yet.

        Args:
            name: The topic, without prefix.
            connection: The broker.
            transactions: Whether the broker has transactions.
        """
        self._name = name
        self._connection = connection
        self._transactions = transactions
        self._versions = NewestVersions()
        self._since: int | None = None
        self._offsets: dict[int, int] = {}
        """By partition number, the first offset of a watched version."""
        self._tail: Tail

    def watch(self, id_: str, version: Version, *, timestamp: int) -> None:
        """Look for versions that are newer than this one, appended at `timestamp` (milliseconds since 1970)."""
        self._versions.watch(id_)
        self._since = timestamp if self._since is None else min(self._since, timestamp)
        self._offsets[version.partition] = min(version.offset, self._offsets.get(version.partition, version.offset))

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """Connect and go to where the first newer version may lie; disconnect at the end.

        Raises:
            BrokerAwayError: The broker does not answer.
            UnknownTopicError: The topic does not exist.
        """
        async with open_tail(self._connection, self._name, transactions=self._transactions) as self._tail:
            await self._tail.seek_to_time(self._since or 0, offsets=self._offsets)
            yield

    async def read(self, decided_to: Mapping[TopicPartition, int] | None = None) -> None:
        """Read to the topic's end as it is now.

        Args:
            decided_to: Offsets of the caller's own open transaction. Everything before them must be decided, so other
                producers' open transactions are waited for.

        Raises:
            BrokerAwayError: The broker does not answer.
            TimeoutError: A transaction stays open.
        """
        await self._tail.read(self._note, decided_to=decided_to, undecided_seconds=UNDECIDED_SECONDS)

    def find(self, id_: str, version: Version, value: bytes | None) -> Version | None:
        """Version that is newer than this one, or None. A newer one with the same content does not count."""
        newest = self._versions.newest(id_)
        if newest is None or newest[1] == _content_digest(value) or not newest[0].is_newer_than(version):
            return None
        return newest[0]

    def _note(self, record: Any) -> None:
        id_ = id_of_record(self._name, record.value, record.key)
        if id_ is not None and id_ in self._versions:
            version = version_of(self._name, record.partition, record.offset, record.timestamp, record.headers)
            self._versions.add(id_, version, content=_content_digest(record.value))


def _digest(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode("utf-8", "replace"), digest_size=16).digest()


def _content_digest(value: bytes | None) -> bytes:
    return b"" if value is None else hashlib.blake2b(value, digest_size=16).digest()


__all__ = ["NewerVersions", "NewestVersions", "Version", "id_of_record", "version_of"]
