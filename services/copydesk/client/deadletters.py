"""Dead letters: found by where, why and when; published again where they were read.

What was retried is remembered with the group `copydesk.dlq`, in the same transaction as the retry itself where the
broker has transactions: its committed offset says up to where all was, and the offset's metadata what beyond. (The
embedded broker keeps no metadata: there what lies behind a gap is taken again, and its result replaces the older one.)

An article of which a newer version lies on the topic is left alone: the old one, published again, would come to lie
over it. That is looked for before and, where there are transactions, once more between sending and committing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, aclosing, suppress
from datetime import datetime
from typing import NamedTuple, Self
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.connection import Connection
from copydesk.client.consumer import max_message_bytes
from copydesk.client.consuming import Message, consume
from copydesk.client.producing import make_producer
from copydesk.client.versions import Newest, Version, id_of, version_of
from copydesk.contracts import deadletter
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header, header

GROUP = "copydesk.dlq"
METADATA_BYTES = 4096  # Kafka's own offset.metadata.max.bytes
BATCH = 50
FETCH_MS = 10_000
MOST_ATTEMPTS = 999_999_999  # what the header `dlq.attempt` holds


class Wanted(NamedTuple):
    """Which dead letters; what is empty or None asks for nothing."""

    ids: Collection[str] = ()
    reasons: Collection[str] = ()
    since: datetime | None = None
    until: datetime | None = None

    def takes(self, message: Message, letter: DeadLetter) -> bool:
        """Whether it is one of these."""
        return (
            (not self.ids or article_id(message) in self.ids or place(message) in self.ids)
            and (not self.reasons or letter.reason in self.reasons)
            and (self.since is None or message.timestamp >= self.since.timestamp() * 1000)
            and (self.until is None or message.timestamp < self.until.timestamp() * 1000)
        )


class Found(NamedTuple):
    """A dead letter, and what its headers tell."""

    message: Message
    letter: DeadLetter


def article_id(message: Message) -> str | None:
    """The id by which a dead letter is asked for: its article's as far as the key or the headers tell it."""
    return header(message.headers, "ce_subject") or (
        message.key.decode("utf-8", "backslashreplace") if message.key else None
    )


def place(message: Message) -> str:
    """Where it lies: topic, partition, offset."""
    return f"{message.topic}/{message.partition}/{message.offset}"


async def find_dead_letters(name: str, wanted: Wanted, connection: Connection) -> AsyncIterator[Found]:
    """The dead letters of a topic that are wanted; what is no dead letter is passed over.

    Raises:
        BrokerAwayError: Nothing answers.
        UnknownTopicError: There is no such topic.
    """
    async with aclosing(consume(name, follow=False, connection=connection)) as messages:
        async for message in messages:
            try:
                letter = message.dead_letter
            except msgspec.ValidationError:
                continue
            if wanted.takes(message, letter):
                yield Found(message, letter)


class Retried(NamedTuple):
    """What became of a dead letter that was to be retried: where it is now, or why not."""

    found: Found
    to: str | None
    problem: str | None = None
    newer: str | None = None
    """Where a newer version of its article lies, for which it was left alone."""


class _OvertakenError(Exception):
    """A newer version of an article came while its older one was being sent."""


class Retry:
    """Publishes dead letters of one topic again where they were read, each once.

    Example::

        async with Retry("articles.cleaner.dlq", connection, transactions=True) as retry:
            async for done in retry.run(Wanted(reasons=["failed"])):
                print(done.found.letter.stage, done.to or done.problem)
    """

    def __init__(
        self, name: str, connection: Connection, *, transactions: bool, again: bool = False, dry_run: bool = False
    ) -> None:
        """Nothing is connected yet.

        Args:
            name: The dead letter topic, without a prefix.
            connection: The broker.
            transactions: Whether it has them.
            again: Take what was retried before, too.
            dry_run: Only tell what would be retried.
        """
        self._name = name
        self._connection = connection
        self._transactions = transactions
        self._again = again
        self._dry_run = dry_run
        self._group = connection.full_name(GROUP)
        self._consumer = AIOKafkaConsumer(
            group_id=self._group,
            enable_auto_commit=False,
            isolation_level="read_committed",
            max_partition_fetch_bytes=max_message_bytes(name),
            **connection.aiokafka_options(),
        )
        self._producer = make_producer(
            connection,
            max_record_bytes=max_message_bytes(name),
            transactional_id=f"{self._group}-{name}-{uuid4().hex}" if transactions else None,
        )
        self._done: dict[int, Ranges] = {}
        self._newest: dict[str, Newest] = {}
        """By the full name of the topic that was read."""

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerAwayError: Nothing answers.
        """
        try:
            await self._consumer.start()
            await self._producer.start()
        except (KafkaError, OSError) as error:
            await self.__aexit__()
            raise await self._connection.diagnose_connection(type(error).__name__) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        with suppress(KafkaError):
            await self._producer.stop()
        await self._consumer.stop()

    async def run(self, wanted: Wanted) -> AsyncIterator[Retried]:
        """Retry what is wanted and was not retried before; what became of each, once it is committed."""
        async with AsyncExitStack() as stack:
            async for found in self._find(wanted):
                self._want(found)
            for newest in self._newest.values():
                await stack.enter_async_context(newest.reading())
            batch: list[Retried] = []
            async for found in self._find(wanted):
                if found.letter.topic not in self._newest:
                    continue  # it came after the first look: the next retry's
                batch.append(await self._prepare(found))
                if len(batch) == BATCH:
                    for done in await self._publish(batch):
                        yield done
                    batch = []
            for done in await self._publish(batch):
                yield done

    async def _find(self, wanted: Wanted) -> AsyncIterator[Found]:
        """What is wanted and was not retried before."""
        async for found in find_dead_letters(self._name, wanted, self._connection):
            if self._again or found.message.offset not in await self._ranges(found.message.partition):
                yield found

    def _want(self, found: Found) -> None:
        """Newer versions of its article are of interest."""
        letter = found.letter
        if letter.topic not in self._newest:
            name = letter.topic.removeprefix(self._connection.topic_prefix)
            self._newest[letter.topic] = Newest(name, self._connection, transactions=self._transactions)
        id_ = self._id(found)
        if id_ is not None:
            self._newest[letter.topic].want(id_, self._version(found), timestamp=int(letter.timestamp))

    def _id(self, found: Found) -> str | None:
        name = found.letter.topic.removeprefix(self._connection.topic_prefix)
        return id_of(name, found.message.value, found.message.key)

    def _version(self, found: Found) -> Version:
        letter, headers = found.letter, deadletter.original(found.message.headers)
        name = letter.topic.removeprefix(self._connection.topic_prefix)
        return version_of(name, int(letter.partition), int(letter.offset), int(letter.timestamp), headers)

    def _unless_newer(self, one: Retried) -> Retried:
        """The same, or that it is left alone."""
        id_ = self._id(one.found)
        if one.to is None or id_ is None:
            return one
        newest, value = self._newest[one.found.letter.topic], one.found.message.value
        over = newest.over(id_, self._version(one.found), value)
        if over is None:
            return one
        return one._replace(to=None, newer=f"{one.found.letter.topic}/{over.partition}/{over.offset}")

    async def _prepare(self, found: Found) -> Retried:
        """Where it goes; the original's bytes are fetched where the dead letter is only a pointer."""
        letter = found.letter
        if int(letter.attempt) >= MOST_ATTEMPTS:
            return Retried(found, None, "it has been tried too often to count")
        if found.message.value == b"":  # a pointer: the whole was too large for the topic
            original = await self._original(letter)
            if original is None:
                return Retried(found, None, f"the original is gone from {letter.topic}/{letter.partition}")
            found.message.key, found.message.value, found.message.headers = original
        if found.message.key is None and found.message.value is None:
            return Retried(found, None, "it has neither key nor value")
        return Retried(found, letter.topic)

    async def _original(self, letter: DeadLetter) -> tuple[bytes | None, bytes | None, tuple[Header, ...]] | None:
        partition, offset = TopicPartition(letter.topic, int(letter.partition)), int(letter.offset)
        reader = AIOKafkaConsumer(
            isolation_level="read_committed",
            max_partition_fetch_bytes=max_message_bytes(""),
            **self._connection.aiokafka_options(),
        )
        await reader.start()
        try:
            reader.assign([partition])
            reader.seek(partition, offset)
            for record in (await reader.getmany(partition, timeout_ms=FETCH_MS, max_records=1)).get(partition, []):
                if record.offset == offset:
                    return record.key, record.value, tuple(record.headers)
        except KafkaError:
            pass
        finally:
            await reader.stop()
        return None

    async def _publish(self, batch: Sequence[Retried]) -> list[Retried]:
        """Send a batch and remember it, both or neither where there are transactions."""
        for newest in self._newest.values():
            await newest.read()
        while True:
            batch = [self._unless_newer(one) for one in batch]
            sent = [one for one in batch if one.to is not None]
            try:
                if sent and not self._dry_run:
                    await self._commit(sent)
            except _OvertakenError:
                continue
            except TimeoutError:
                why = "a transaction that is open on its topic hides whether it is the newest: try again in a minute"
                return [one._replace(to=None, problem=why) if one.to else one for one in batch]
            return list(batch)

    async def _commit(self, sent: Sequence[Retried]) -> None:
        """Send, see whether anything newer came, remember.

        Raises:
            _OvertakenError: It did; nothing was published.
            TimeoutError: Another's open transaction keeps it from being seen; nothing was published.
        """
        ranges = {one.found.message.partition: await self._ranges(one.found.message.partition) for one in sent}
        ranges = {number: each.copy() for number, each in ranges.items()}
        for one in sent:
            ranges[one.found.message.partition].add(one.found.message.offset)
        offsets = {
            TopicPartition(self._connection.full_name(self._name), number): each.as_offset()
            for number, each in ranges.items()
        }
        if self._transactions:
            async with self._producer.transaction():
                first = await self._send(sent)
                for topic, newest in self._newest.items():
                    await newest.read({at: offset for at, offset in first.items() if at.topic == topic})
                if any(self._unless_newer(one).newer for one in sent):
                    raise _OvertakenError  # aborts: nobody sees what was sent
                await self._producer.send_offsets_to_transaction(offsets, self._group)
        else:
            await self._send(sent)
            self._consumer.assign(list(offsets))
            await self._consumer.commit(offsets)
        self._done |= ranges

    async def _send(self, sent: Sequence[Retried]) -> dict[TopicPartition, int]:
        """Where the first of them lies in each partition."""
        futures = []
        for one in sent:
            message, letter = one.found
            attempt = str(int(letter.attempt) + 1).encode()
            futures.append(
                await self._producer.send(
                    letter.topic,
                    message.value,
                    key=message.key,
                    # an article without a key goes back to its partition, one with a key finds it by itself
                    partition=int(letter.partition) if message.key is None else None,
                    headers=[*deadletter.original(message.headers), ("dlq.attempt", attempt)],
                )
            )
        first: dict[TopicPartition, int] = {}
        for future in futures:
            told = await future
            at = TopicPartition(told.topic, told.partition)
            first[at] = min(told.offset, first.get(at, told.offset))
        return first

    async def _ranges(self, number: int) -> Ranges:
        if number not in self._done:
            partition = TopicPartition(self._connection.full_name(self._name), number)
            told = await self._consumer._coordinator.fetch_committed_offsets([partition])  # noqa: SLF001 - metadata has no public way
            self._done[number] = Ranges.read(told.get(partition))
        return self._done[number]


class Ranges:
    """Offsets that are done: all below a first one, and ranges beyond it.

    >>> done = Ranges.read(None)
    >>> for offset in (0, 1, 5, 6, 9): done.add(offset)
    >>> done.as_offset()
    OffsetAndMetadata(offset=2, metadata='5-6,9')
    >>> 6 in done, 7 in done
    (True, False)
    """

    def __init__(self, below: int, beyond: Collection[int]) -> None:
        """Done: everything below, and these."""
        self._below = below
        self._beyond = set(beyond)

    @classmethod
    def read(cls, told: OffsetAndMetadata | None) -> Self:
        """From a committed offset."""
        if told is None or told.offset < 0:
            return cls(0, ())
        beyond: set[int] = set()
        for part in filter(None, (told.metadata or "").split(",")):
            first, _, last = part.partition("-")
            beyond.update(range(int(first), int(last or first) + 1))
        return cls(told.offset, beyond)

    def __contains__(self, offset: int) -> bool:
        """Whether it is done."""
        return offset < self._below or offset in self._beyond

    def copy(self) -> Ranges:
        """The same, apart."""
        return Ranges(self._below, self._beyond)

    def add(self, offset: int) -> None:
        """It is done, too."""
        self._beyond.add(offset)
        while self._below in self._beyond:
            self._beyond.discard(self._below)
            self._below += 1

    def as_offset(self) -> OffsetAndMetadata:
        """To be committed.

        Raises:
            ValueError: More gaps than an offset's metadata can tell.
        """
        told: list[str] = []
        first = last = None
        for offset in [*sorted(self._beyond), None]:
            if first is not None and last is not None and offset != last + 1:
                told.append(f"{first}-{last}" if last > first else str(first))
                first = None
            if first is None:
                first = offset
            last = offset
        metadata = ",".join(told)
        if len(metadata) > METADATA_BYTES:
            raise ValueError(
                "too many gaps between what was retried to remember them: retry all of an earlier time first"
            )
        return OffsetAndMetadata(self._below, metadata)


__all__ = ["Found", "Retried", "Retry", "Wanted", "article_id", "find_dead_letters", "place"]
