"""A topic's articles once more through a stage, beside live traffic, and never an old result over a newer one.

How an old result could come to lie over a newer one: version 1 of an article is read for a replay; version 2 arrives,
the live worker writes its result; then the replay writes its own, of version 1. Any check before the write leaves that
window open. So the check comes after it, while nobody can see it yet:

1. The results are sent in a transaction. Each has its place in the sink's partition now.
2. The source is read up to its end as it is *after* that. An article of which a newer version has come meanwhile is
   dropped: the transaction is aborted, and the others are sent again.
3. Only then is the transaction committed, with the replay's own offsets.

What came to the source after 2 was processed by the live worker after 2, so its result lies behind ours in the same
partition: an article's partition is that of its id. That holds whatever the live workers' delivery is, and nothing of
theirs is touched: group, offsets and transactional id are the replay's own. The sink need not be read for it, since the
source keeps a newer version longer than an older one.

A broker without transactions (the embedded one) cannot hide what is not checked yet: there an article that was
overtaken is processed again, from its newest version, before the replay ends.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import struct
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from copydesk.client.consumer import max_message_bytes, topic_partitions
from copydesk.client.producing import BATCH_BYTES, make_producer
from copydesk.client.progress import partition_progress
from copydesk.client.tail import QUIET_SECONDS as AWAY_SECONDS
from copydesk.client.versions import Version, version_of
from copydesk.contracts.articles import CleanedArticle, InvalidDocumentError
from copydesk.contracts.ids import id_from_key
from copydesk.operations import broker_checks
from copydesk.runtime import execution
from copydesk.runtime.execution import Disposition
from copydesk.runtime.halt import Halt
from copydesk.runtime.lanes import BATCH, TRANSACTION_BYTES
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder
from copydesk.runtime.settings import Settings, settings_digest, stage_settings
from copydesk.runtime.stage_process import StageProcess
from copydesk.stage import Stage

POLL_MS = 200
BATCH_SECONDS = 5.0
"""How long a result waits for company: what is not committed yet is done again after a crash."""

SAMPLE = 12
"""Articles that a dry run processes to tell how long all would take."""


class HaltedError(RuntimeError):
    """Too many articles failed; the message says how many."""


class Newest:
    """The newest version of each article, and whether it is to be replayed.

    190 bytes an article (measured over a million with ids of 16 characters): of those asked for, and of those behind
    them that are not keyed by their id.
    """

    _packed = struct.Struct(">iqiqq?")  # a tuple of five numbers would take three times as much

    def __init__(self) -> None:
        """Nothing known."""
        self._known: dict[bytes, bytes] = {}

    def add(self, id_: str, version: Version, *, wanted: bool, remember: bool) -> bool:
        """Take a version into account; of an article that is not known only if it is to be remembered.

        Returns:
            Whether it took the place of one that was to be replayed.
        """
        key = _digest(id_)
        packed = self._known.get(key)
        if packed is None:
            if remember:
                self._known[key] = self._packed.pack(*version, wanted)
            return False
        known, was_wanted = self._unpack(packed)
        if not version.is_newer_than(known):
            return False
        self._known[key] = self._packed.pack(*version, wanted)
        return was_wanted

    def done(self, id_: str) -> None:
        """The newest version is replayed."""
        key = _digest(id_)
        version, _ = self._unpack(self._known[key])
        self._known[key] = self._packed.pack(*version, 0)

    def wants(self, id_: str, partition: int, offset: int) -> bool:
        """Whether what lies there is the newest version of its article, and to be replayed."""
        packed = self._known.get(_digest(id_))
        if packed is None:
            return False
        version, wanted = self._unpack(packed)
        return wanted and (version.partition, version.offset) == (partition, offset)

    def places(self) -> Iterator[tuple[int, int]]:
        """Partition and offset of each version that is to be replayed."""
        for packed in self._known.values():
            version, wanted = self._unpack(packed)
            if wanted:
                yield version.partition, version.offset

    def _unpack(self, packed: bytes) -> tuple[Version, bool]:
        *version, wanted = self._packed.unpack(packed)
        return Version._make(version), wanted


def _digest(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode("utf-8", "replace"), digest_size=16).digest()


class Plan(NamedTuple):
    """What a replay asks for."""

    since: datetime
    until: datetime
    """Appended at `since` or later, and before this."""

    ids: Collection[str] = ()
    """Only these articles; empty: all."""


class Tally:
    """What became of a replay's articles."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.found = 0
        """Messages of the time (and of the ids) asked for."""
        self.wanted = 0
        """Of these, the newest versions of their articles when the replay began."""
        self.before = 0
        """Of these, done by the replay that this one resumes."""
        self.overtaken = 0
        """Of these, those of which a newer version came while the replay ran."""
        self.became: Counter[Disposition] = Counter()
        """Replayed, by disposition."""

    @property
    def newer(self) -> int:
        """Skipped for a newer version on the topic."""
        return self.found - self.wanted + self.overtaken

    @property
    def replayed(self) -> int:
        """How many were processed and written."""
        return self.became.total()

    @property
    def left(self) -> int:
        """How many of the wanted are not done with; at the end: gone from the topic by its retention."""
        return self.wanted - self.before - self.overtaken - self.replayed


class _Pending(NamedTuple):
    """A result that waits to be written."""

    id_: str | None
    ready: ProcessedArticle


class _OvertakenError(Exception):
    """A newer version of an article came while its result was being written."""


class Replay:
    """One replay.

    Example::

        async with Replay(stage, settings, Plan(since, until), transactions=True) as replay:
            await replay.scan()
            async for tally in replay.run():
                print(tally.left)
    """

    def __init__(
        self, stage: Stage, settings: Settings, plan: Plan, *, transactions: bool, resume: str | None = None
    ) -> None:
        """Nothing is connected yet.

        Args:
            stage: Whose source is replayed.
            settings: The broker and the limits, as for a worker.
            plan: What is replayed.
            transactions: Whether the broker has them.
            resume: The id of a replay that was cut off; what it committed is not done again.
        """
        self.id = resume or uuid4().hex[:12]
        self.group = settings.full_name(f"copydesk.{stage.name}.replay-{self.id}")
        self.tally = Tally()
        self._stage = stage
        self._settings = settings
        self._plan = plan
        self._transactions = transactions
        self._begin, self._end = (max(0, int(when.timestamp() * 1000)) for when in (plan.since, plan.until))
        self._source = settings.full_name(stage.source)
        self._tail = self._consumer()  # follows the source to its end, again and again
        self._reader = self._consumer()  # reads what is replayed
        # asks for the ends: a broker answers a connection's requests in turn, and those that read wait half a second
        self._asker = self._consumer()
        self._producer: AIOKafkaProducer | None = None
        self._child = StageProcess(stage, settings)
        self._halt = Halt(ratio=settings.dlq_max_ratio, consecutive=settings.dlq_max_consecutive)
        self._builder: RecordBuilder
        self._newest = Newest()
        self._nameless: list[tuple[int, int]] = []
        """Where records lie that can have no result, only a dead letter."""
        self._span: dict[TopicPartition, tuple[int, int]] = {}
        """First and last offset to replay."""
        self._sample: list[ConsumedRecord] = []
        self._next: dict[TopicPartition, int] = {}
        """To be committed with the next batch."""
        self._overtaking: dict[str, ConsumedRecord] = {}
        """Newer versions that came while results were being written; only where there are no transactions."""

    async def __aenter__(self) -> Self:
        """Connect, and check the topics.

        Raises:
            BrokerAwayError: Nothing answers.
            SetupError: A topic is missing.
        """
        settings, stage = self._settings, self._stage
        async with broker_checks.admin(settings) as client:
            await broker_checks.check_topics(client, settings, (stage.source, stage.sink, stage.dead_letters))
            limits = await broker_checks.size_limits(client, settings, stage)
        digest = settings_digest(stage_settings(stage))
        self._builder = RecordBuilder(stage, settings, settings_digest=digest, limits=limits, group=self.group)
        self._producer = make_producer(
            settings,
            compression=settings.compression_type,
            max_record_bytes=max(limits.values()),
            batch_bytes=min(
                BATCH_BYTES, *(limits[settings.full_name(name)] for name in (stage.sink, stage.dead_letters))
            ),
            request_seconds=settings.transaction_seconds,
            transactional_id=f"{self.group}-{uuid4().hex[:8]}" if self._transactions else None,
            transaction_seconds=settings.transaction_seconds,
        )
        try:
            for client in (self._tail, self._reader, self._asker, self._producer):
                await client.start()
        except (KafkaError, OSError) as error:
            await self.__aexit__()
            raise await settings.diagnose_connection(type(error).__name__) from None
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect."""
        await self._child.stop()
        for consumer in (self._tail, self._reader, self._asker):
            await consumer.stop()
        if self._producer is not None:
            with suppress(KafkaError):
                await self._producer.stop()

    def _consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            group_id=self.group,  # to read and commit its offsets; it is joined by nobody
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=max_message_bytes(self._stage.source),
            **self._settings.aiokafka_options(),
        )

    # ------------------------------------------------------------------------------------------------- finding

    async def scan(self) -> Tally:
        """Find what is to be replayed: the newest versions of their articles, of the time asked for."""
        await self._seek_to_begin()
        await self._follow(self._note_first)
        for number, offset in self._places():
            partition = TopicPartition(self._source, number)
            first, last = self._span.get(partition, (offset, offset))
            self._span[partition] = min(first, offset), max(last, offset)
            self.tally.wanted += 1
        return self.tally

    def _places(self) -> Iterator[tuple[int, int]]:
        """Partition and offset of everything that is to be replayed."""
        yield from self._newest.places()
        yield from self._nameless

    async def seconds_an_article(self) -> float:
        """How long an article takes, measured on some of those found; nothing is written."""
        articles = [(one.key, one.value) for one in self._sample if one.value is not None]
        if not articles:
            return 0.0
        await self._child.start()
        begin = time.monotonic()
        for key, value in articles:
            await self._child.run(key, value)
        return (time.monotonic() - begin) / len(articles)

    async def _seek_to_begin(self) -> None:
        partitions = await topic_partitions(self._tail, self._source)
        self._tail.assign(partitions)
        found = await self._tail.offsets_for_times(dict.fromkeys(partitions, self._begin))
        for partition in partitions:
            if (at := found.get(partition)) is not None:
                self._tail.seek(partition, at.offset)
            else:
                await self._tail.seek_to_end(partition)

    async def _follow(self, note: Callable[[Any], None]) -> None:
        """Read the source up to its end as it is now: to the last stable offset of each partition."""
        partitions = self._tail.assignment()
        # asked for after whatever was written before: what the last fetch told may be older than that
        ends: dict[TopicPartition, int] = await self._asker.end_offsets(partitions) if self._transactions else {}
        heard, quiet = time.monotonic(), False
        while self._behind(partitions, ends) or not (ends or quiet):
            batch = await self._tail.getmany(timeout_ms=POLL_MS)
            for records in batch.values():
                for record in records:
                    note(record)
            quiet = not batch
            if batch:
                heard = time.monotonic()
            elif time.monotonic() - heard > AWAY_SECONDS:
                await self._look_for_broker()
                heard = time.monotonic()

    def _behind(self, partitions: Collection[TopicPartition], ends: dict[TopicPartition, int]) -> bool:
        """Whether something is left to read before these ends, else before those that the last fetch told."""
        known = partition_progress(self._tail, partitions)
        if ends:
            return any(end and (at not in known or known[at].position < end) for at, end in ends.items())
        return len(known) < len(partitions) or any(one.waiting for one in known.values())

    async def _look_for_broker(self) -> None:
        if not await self._settings.answers():
            raise self._settings.unavailable_error(f"for {AWAY_SECONDS:g} s")

    def _note_first(self, record: Any) -> None:
        """A record of the first look: one of the time asked for may be one to replay."""
        id_ = article_id(self._stage, record.value, record.key)
        asked = self._asks_for(record, id_)
        if asked:
            self.tally.found += 1
            self._draw(record)
        if id_ is not None:
            # of an article that is keyed by something else a newer version may be read before an older one, from
            # another partition; of the others, what lies behind the time asked for is of no interest by itself
            remember = asked or record.key != id_.encode("utf-8", "replace")
            self._newest.add(id_, self._version_of(record), wanted=asked, remember=remember)
        elif asked:  # nothing can replace what has no id: it becomes a dead letter
            self._nameless.append((record.partition, record.offset))

    def _note(self, record: Any) -> None:
        """A record that came since: it may overtake one that is to be replayed."""
        id_ = article_id(self._stage, record.value, record.key)
        if id_ is None or not self._newest.add(id_, self._version_of(record), wanted=False, remember=False):
            return
        self.tally.overtaken += 1
        if not self._transactions:
            self._overtaking[id_] = ConsumedRecord.of(record)

    def _version_of(self, record: Any) -> Version:
        return version_of(self._stage.source, record.partition, record.offset, record.timestamp, record.headers)

    def _asks_for(self, record: Any, id_: str | None) -> bool:
        """Whether a record is of the time and the ids asked for."""
        return self._begin <= record.timestamp < self._end and (not self._plan.ids or id_ in self._plan.ids)

    def _draw(self, record: Any) -> None:
        """Keep the record with equal chance for all (reservoir sampling, Vitter's algorithm R)."""
        if len(self._sample) < SAMPLE:
            self._sample.append(ConsumedRecord.of(record))
        elif (place := random.randrange(self.tally.found)) < SAMPLE:  # noqa: S311 - no secret
            self._sample[place] = ConsumedRecord.of(record)

    # ------------------------------------------------------------------------------------------------- doing

    async def run(self) -> AsyncIterator[Tally]:
        """Replay what `scan` found; the sums after every batch.

        Raises:
            HaltedError: Too many articles failed; what is committed stays, what is not can be resumed.
            LoadError: The stage cannot be loaded.
            BrokerAwayError: The broker went away.
            KafkaError: It refused something.
        """
        await self._seek_to_span()
        batch: list[_Pending] = []
        size, since = 0, time.monotonic()
        async for partition, record in self._records():
            self._next[partition] = record.offset + 1
            one = await self._process(record)
            if one is not None:
                batch.append(one)
                size += len(one.ready.record.value or b"")
            if len(batch) >= BATCH or size > TRANSACTION_BYTES or time.monotonic() - since > BATCH_SECONDS:
                await self._write(batch)
                yield self.tally
                batch, size, since = [], 0, time.monotonic()
        await self._write(batch)
        yield self.tally

    async def _seek_to_span(self) -> None:
        self._reader.assign(list(self._span))
        done = {partition.partition: await self._reader.committed(partition) or 0 for partition in self._span}
        for partition, (first, last) in list(self._span.items()):
            self._reader.seek(partition, max(first, done[partition.partition]))
            if done[partition.partition] > last:
                del self._span[partition]
        self.tally.before = sum(offset < done[number] for number, offset in self._places())

    async def _records(self) -> AsyncIterator[tuple[TopicPartition, Any]]:
        """What lies between the first and the last offset that is to be replayed, partition by partition."""
        heard = time.monotonic()
        while self._span:
            batch = await self._reader.getmany(*self._span, timeout_ms=POLL_MS, max_records=BATCH)
            for partition, records in batch.items():
                for record in records:
                    if partition in self._span and record.offset <= self._span[partition][1]:
                        yield partition, record
            known = partition_progress(self._reader, self._span)
            for partition, reading in known.items():
                if reading.position > self._span[partition][1]:
                    del self._span[partition]
            if batch:
                heard = time.monotonic()
            elif time.monotonic() - heard > AWAY_SECONDS:
                await self._look_for_broker()
                heard = time.monotonic()

    async def _process(self, record: Any) -> _Pending | None:
        """The result of one record; None where it is not to be replayed."""
        id_ = article_id(self._stage, record.value, record.key)
        wanted = id_ is None or self._newest.wants(id_, record.partition, record.offset)
        if not wanted or not self._asks_for(record, id_):
            return None
        return _Pending(id_, await self._ready(ConsumedRecord.of(record)))

    async def _ready(self, incoming: ConsumedRecord) -> ProcessedArticle:
        now = time.time_ns() // 1_000_000
        if incoming.value is None:
            return self._builder.tombstone(incoming, now)
        outcome = await self._child.run(incoming.key, incoming.value)
        if outcome is None:
            raise RuntimeError("an article was given up that nobody gave up")
        ready = self._builder.build(incoming, outcome, now)
        self._halt.count(ready.outcome.disposition)
        if self._halt.reason:
            raise HaltedError(self._halt.reason)
        return ready

    # ------------------------------------------------------------------------------------------------- writing

    async def _write(self, batch: list[_Pending]) -> None:
        """Write what is still the newest of its article, and commit how far the replay is."""
        if not self._next:
            return
        await self._follow(self._note)  # most of what came while the batch was processed, before a transaction opens
        while True:
            batch = [one for one in batch if self._is_newest(one)]
            try:
                async with asyncio.timeout(self._settings.transaction_seconds):
                    await (self._commit(batch) if self._transactions else self._commit_plain(batch))
            except _OvertakenError:
                continue
            except TimeoutError:
                raise self._settings.unavailable_error(f"for {self._settings.transaction_seconds:g} s") from None
            break
        for one in batch:
            if not self._is_newest(one):  # without transactions: a newer one came behind it, and is counted as that
                continue
            self.tally.became[one.ready.outcome.disposition] += 1
            if one.id_ is not None:
                self._newest.done(one.id_)

    def _is_newest(self, one: _Pending) -> bool:
        incoming = one.ready.incoming
        return one.id_ is None or self._newest.wants(one.id_, incoming.partition, incoming.offset)

    async def _commit(self, batch: list[_Pending]) -> None:
        """Write in a transaction, see whether anything newer came, commit."""
        producer = self._connected()
        async with producer.transaction():
            await _send(producer, [one.ready for one in batch])
            await self._follow(self._note)
            if not all(self._is_newest(one) for one in batch):
                raise _OvertakenError  # aborts: nobody sees what was sent
            await producer.send_offsets_to_transaction(self._next, self.group)

    async def _commit_plain(self, batch: list[_Pending]) -> None:
        """Write, see whether anything newer came, and write the result of that again behind ours."""
        producer = self._connected()
        await _send(producer, [one.ready for one in batch])
        while True:
            self._overtaking.clear()
            await self._follow(self._note)
            if not (again := list(self._overtaking.values())):
                break
            await _send(producer, [await self._ready(incoming) for incoming in again])
        await self._reader.commit(self._next)

    def _connected(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("use `async with Replay(...) as replay`")
        return self._producer


async def _send(producer: AIOKafkaProducer, batch: Iterable[ProcessedArticle]) -> None:
    """Send all, and wait until each has its place in its topic."""
    records = [one.record for one in batch]
    futures = [await producer.send(r.topic, r.value, key=r.key, headers=r.headers) for r in records]
    for result in await asyncio.gather(*futures, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result


def article_id(stage: Stage, value: bytes | None, key: bytes | None) -> str | None:
    """The id under which a stage's result of this record is published, or None: the record can have no result."""
    if value is None:
        try:
            return id_from_key(key or b"")
        except ValueError:
            return None
    if issubclass(stage.input, CleanedArticle):  # what a stage wrote has its id in it
        return execution.peek_id(value, key)
    try:
        id_ = getattr(execution.read(stage.input, value, key), "id", None)
    except InvalidDocumentError:
        return execution.peek_id(value, key)
    return id_ if isinstance(id_, str) else execution.peek_id(b"", key)


__all__ = ["HaltedError", "Newest", "Plan", "Replay", "Tally", "article_id"]
