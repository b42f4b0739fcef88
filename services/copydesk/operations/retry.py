"""Retrying dead letters: publishing them again to the topic from which they were read, each once.

The group `copydesk.dlq` remembers what was retried: its committed offset of a dead letter topic says up to where
everything was, and the offset's metadata names the offsets behind that. Where the broker has transactions, it is
committed in the same transaction as the retry itself. (The embedded broker keeps no metadata: there a letter behind a
gap is retried again, and its result replaces the older one.)

A dead letter is left alone if a newer version of its article is on the topic: the older version, published again, would
come to lie behind it. This is checked before sending and, with transactions, once more between sending and committing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.connection import Connection
from copydesk.client.consumer import max_message_bytes, open_consumer
from copydesk.client.dead_letters import DeadLetterFilter, FoundDeadLetter, find_dead_letters
from copydesk.client.producing import make_producer, publish_unless_overtaken, started_producer
from copydesk.client.tail import first_records
from copydesk.contracts import deadletter
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header
from copydesk.operations.offset_ranges import OffsetRanges
from copydesk.operations.versions import NewerVersions, Version, id_of_record, version_of

GROUP = "copydesk.dlq"
BATCH_LETTERS = 50
FETCH_SECONDS = 10.0  # time limit for fetching an original
MAX_ATTEMPTS = 999_999_999  # largest number that the header `dlq.attempt` holds

OPEN_TRANSACTION = "a transaction that is open on its topic hides whether it is the newest: try again in a minute"


class RetryResult(NamedTuple):
    """Result of retrying one dead letter."""

    found: FoundDeadLetter
    to: str | None
    """Topic to which it was published; None: it was not."""

    problem: str | None = None
    """Reason why it could not be retried."""

    newer: str | None = None
    """Place of a newer version of its article, for which it was left alone."""


class Retry:
    """Publishes dead letters of one topic again, each once.

    Example::

        async with Retry("articles.cleaner.dlq", connection, transactions=True) as retry:
            async for result in retry.run(DeadLetterFilter(reasons=["failed"])):
                print(result.found.letter.stage, result.to or result.problem)
    """

    _consumer: AIOKafkaConsumer
    """Reads and commits what was retried; it reads no records."""

    _producer: AIOKafkaProducer

    def __init__(
        self, name: str, connection: Connection, *, transactions: bool, again: bool = False, dry_run: bool = False
    ) -> None:
        """Nothing is connected yet.

        Args:
            name: The dead letter topic, without prefix.
            connection: The broker.
            transactions: Whether the broker has transactions.
            again: Retry letters that were retried before, too.
            dry_run: Return the results without publishing anything.
        """
        self._name = name
        self._connection = connection
        self._transactions = transactions
        self._again = again
        self._dry_run = dry_run
        self._group = connection.full_name(GROUP)
        self._exit = AsyncExitStack()
        self._retried: dict[int, OffsetRanges] = {}
        """By partition number of the dead letter topic, the offsets that were retried."""
        self._newer: dict[str, NewerVersions] = {}
        """By full name of a source topic, newer versions of the articles to retry."""

    async def __aenter__(self) -> Self:
        """Connect.

        Raises:
            BrokerAwayError: The broker does not answer, or it refuses the login.
        """
        async with AsyncExitStack() as stack:
            self._consumer = await stack.enter_async_context(open_consumer(self._connection, [self._name], group=GROUP))
            producer = make_producer(
                self._connection,
                max_record_bytes=max_message_bytes(self._name),
                transactional_id=f"{self._group}-{self._name}-{uuid4().hex}" if self._transactions else None,
            )
            self._producer = await stack.enter_async_context(started_producer(producer, self._connection))
            self._exit = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._exit.aclose()

    async def run(self, conditions: DeadLetterFilter) -> AsyncIterator[RetryResult]:
        """Retry the letters that meet the conditions and were not retried before; yield each once it is committed."""
        async with AsyncExitStack() as stack:
            async for found in self._find(conditions):
                self._watch(found)
            for newer in self._newer.values():
                await stack.enter_async_context(newer.connected())
            batch: list[RetryResult] = []
            async for found in self._find(conditions):
                if found.letter.topic not in self._newer:
                    continue  # came after the first pass: left to the next retry
                batch.append(await self._prepare(found))
                if len(batch) == BATCH_LETTERS:
                    for result in await self._publish(batch):
                        yield result
                    batch = []
            for result in await self._publish(batch):
                yield result

    async def _find(self, conditions: DeadLetterFilter) -> AsyncIterator[FoundDeadLetter]:
        """Letters that meet the conditions and were not retried before."""
        async for found in find_dead_letters(self._name, conditions, self._connection):
            if self._again or found.message.offset not in await self._load_retried(found.message.partition):
                yield found

    # ------------------------------------------------------------------------------------------- newer versions

    def _watch(self, found: FoundDeadLetter) -> None:
        """Look for newer versions of the letter's article."""
        letter = found.letter
        if letter.topic not in self._newer:
            source, connection = self._source(letter), self._connection
            self._newer[letter.topic] = NewerVersions(source, connection, transactions=self._transactions)
        if (id_ := self._id(found)) is not None:
            self._newer[letter.topic].watch(id_, self._version(found), timestamp=int(letter.timestamp))

    def _source(self, letter: DeadLetter) -> str:
        """Topic from which the letter was read, without prefix."""
        return letter.topic.removeprefix(self._connection.topic_prefix)

    def _id(self, found: FoundDeadLetter) -> str | None:
        return id_of_record(self._source(found.letter), found.message.value, found.message.key)

    def _version(self, found: FoundDeadLetter) -> Version:
        letter, headers = found.letter, deadletter.original(found.message.headers)
        place = int(letter.partition), int(letter.offset), int(letter.timestamp)
        return version_of(self._source(letter), *place, headers)

    def _newer_version(self, result: RetryResult) -> Version | None:
        """Newer version of the article that is known by now, or None."""
        if (id_ := self._id(result.found)) is None:
            return None
        newer = self._newer[result.found.letter.topic]
        return newer.find(id_, self._version(result.found), result.found.message.value)

    def _is_overtaken(self, result: RetryResult) -> bool:
        return self._newer_version(result) is not None

    def _leave_if_overtaken(self, result: RetryResult) -> RetryResult:
        """The same result, or one that says where the newer version is."""
        if result.to is None or (version := self._newer_version(result)) is None:
            return result
        return result._replace(to=None, newer=f"{result.found.letter.topic}/{version.partition}/{version.offset}")

    # ----------------------------------------------------------------------------------------------- originals

    async def _prepare(self, found: FoundDeadLetter) -> RetryResult:
        """Decide whether a letter can be retried; if it is only a pointer, fetch the original."""
        letter = found.letter
        if int(letter.attempt) >= MAX_ATTEMPTS:
            return RetryResult(found, None, "it has been tried too often to count")
        if found.message.value == b"":  # a pointer: the whole was too large for the dead letter topic
            original = await self._fetch_original(letter)
            if original is None:
                return RetryResult(found, None, f"the original is gone from {letter.topic}/{letter.partition}")
            found.message.key, found.message.value, found.message.headers = original
        if found.message.key is None and found.message.value is None:
            return RetryResult(found, None, "it has neither key nor value")
        return RetryResult(found, letter.topic)

    async def _fetch_original(self, letter: DeadLetter) -> tuple[bytes | None, bytes | None, tuple[Header, ...]] | None:
        """Key, value and headers of the record that became the letter, or None if it is gone."""
        partition, offset = TopicPartition(letter.topic, int(letter.partition)), int(letter.offset)
        async with open_consumer(self._connection, [self._source(letter)]) as reader:
            reader.assign([partition])
            reader.seek(partition, offset)
            try:
                records = await first_records(reader, [partition], seconds=FETCH_SECONDS)
            except KafkaError:
                return None
        for record in records.get(partition, []):
            if record.offset == offset:
                return record.key, record.value, tuple(record.headers)
        return None

    # ---------------------------------------------------------------------------------------------- publishing

    async def _publish(self, batch: Sequence[RetryResult]) -> list[RetryResult]:
        """Publish a batch and remember it: both or neither, where the broker has transactions."""
        for newer in self._newer.values():
            await newer.read()
        try:
            if not self._dry_run:
                await self._commit([result for result in batch if result.to is not None])
        except TimeoutError:
            results = [self._leave_if_overtaken(result) for result in batch]
            return [result._replace(to=None, problem=OPEN_TRANSACTION) if result.to else result for result in results]
        return [self._leave_if_overtaken(result) for result in batch]

    async def _commit(self, candidates: Sequence[RetryResult]) -> None:
        """Send all candidates that are not overtaken, and commit that they were retried.

        Raises:
            TimeoutError: Another producer's open transaction hides whether they are overtaken; nothing was published.
        """
        for result in candidates:
            await self._load_retried(result.found.message.partition)
        if self._transactions:
            published = await publish_unless_overtaken(
                self._producer,
                candidates,
                is_overtaken=self._is_overtaken,
                send=self._send,
                catch_up=self._catch_up,
                offsets=self._offsets_with,
                group=self._group,
            )
        else:
            published = [result for result in candidates if not self._is_overtaken(result)]
            if offsets := self._offsets_with(published):
                await self._send(published)
                self._consumer.assign(list(offsets))
                await self._consumer.commit(offsets)
        for result in published:
            self._retried[result.found.message.partition].add(result.found.message.offset)

    async def _catch_up(self, sent: Mapping[TopicPartition, int]) -> None:
        """Read every source topic up to what was sent, and to its end as it is now."""
        for topic, newer in self._newer.items():
            await newer.read({partition: offset for partition, offset in sent.items() if partition.topic == topic})

    async def _send(self, results: Sequence[RetryResult]) -> dict[TopicPartition, int]:
        """Send letters to their topics; returns the first offset of each partition that was written to."""
        futures = []
        for result in results:
            message, letter = result.found
            attempt = str(int(letter.attempt) + 1).encode()
            futures.append(
                await self._producer.send(
                    letter.topic,
                    message.value,
                    key=message.key,
                    # an article without a key goes back to its partition; the key of another one chooses it
                    partition=int(letter.partition) if message.key is None else None,
                    headers=[*deadletter.original(message.headers), ("dlq.attempt", attempt)],
                )
            )
        first: dict[TopicPartition, int] = {}
        for future in futures:
            metadata = await future
            partition = TopicPartition(metadata.topic, metadata.partition)
            first[partition] = min(metadata.offset, first.get(partition, metadata.offset))
        return first

    # --------------------------------------------------------------------------------------------- remembering

    def _offsets_with(self, results: Iterable[RetryResult]) -> dict[TopicPartition, OffsetAndMetadata]:
        """Offsets to commit once these letters are retried, too."""
        ranges: dict[int, OffsetRanges] = {}
        for result in results:
            number = result.found.message.partition
            ranges.setdefault(number, self._retried[number].copy()).add(result.found.message.offset)
        topic = self._connection.full_name(self._name)
        return {TopicPartition(topic, number): retried.as_offset() for number, retried in ranges.items()}

    async def _load_retried(self, number: int) -> OffsetRanges:
        """Offsets of a partition that were retried, from the committed offset and its metadata."""
        if number not in self._retried:
            partition = TopicPartition(self._connection.full_name(self._name), number)
            committed = await self._consumer._coordinator.fetch_committed_offsets([partition])  # noqa: SLF001 - aiokafka has no public way to the metadata
            self._retried[number] = OffsetRanges.from_offset(committed.get(partition))
        return self._retried[number]


__all__ = ["Retry", "RetryResult"]
