"""Reading to the end of a topic, and the first records of partitions.

The end is a moving target and a fetch says less than it seems: its last stable offset may be older than records that
were written since, another producer's open transaction may hide records, and a broker that has gone looks like a quiet
topic. `Tail.read` takes all three into account.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.consumer import open_consumer, topic_partitions
from copydesk.client.progress import at_end, partition_progress

POLL_MS = 200
"""Longest wait of one poll for records, in milliseconds."""

QUIET_SECONDS = 10.0
"""After this time without a record a reader checks that the broker still answers."""

AWAY_LOG_SECONDS = 60.0
"""Time between two log lines about a broker that does not answer."""

_log = logging.getLogger("copydesk.client")

Batch = dict[TopicPartition, list[Any]]


class Poller:
    """Polls a consumer and notices when the broker is gone: aiokafka would wait for it for ever."""

    def __init__(self, consumer: AIOKafkaConsumer, connection: Connection, *, waits: bool = False) -> None:
        """Nothing is polled yet.

        Args:
            consumer: A started consumer.
            connection: The broker.
            waits: Wait for a broker that does not answer, and log that now and then, instead of raising.
        """
        self._consumer = consumer
        self._connection = connection
        self._waits = waits
        self._quiet_since: float | None = None
        self._away_since: float | None = None
        self._logged = float("-inf")

    async def poll(self, *partitions: TopicPartition, max_records: int | None = None) -> Batch:
        """Records of each partition that came within `POLL_MS`; empty if none came.

        Args:
            partitions: Partitions to read; default: all assigned ones.
            max_records: Most records to return.

        Raises:
            BrokerAwayError: No record came for `QUIET_SECONDS` and the broker does not answer; not if it is waited for.
        """
        if self._quiet_since is None:
            self._quiet_since = time.monotonic()
        batch: Batch = await self._consumer.getmany(*partitions, timeout_ms=POLL_MS, max_records=max_records)
        if batch:
            self._quiet_since = None  # the time that the caller takes for these records is not quiet time
        elif time.monotonic() - self._quiet_since > QUIET_SECONDS:
            self._note(answers=await self._connection.answers())
            self._quiet_since = None
        return batch

    def _note(self, *, answers: bool) -> None:
        """Raise if the broker does not answer, or log it; log that it is back."""
        now = time.monotonic()
        if answers:
            if self._away_since is not None:
                _log.warning("%s answers again after %.0f s", self._connection.brokers, now - self._away_since)
            self._away_since = None
            return
        if not self._waits:
            raise self._connection.unavailable_error(f"for {QUIET_SECONDS:g} s")
        if self._away_since is None:
            self._away_since = now - QUIET_SECONDS
        if now - self._logged > AWAY_LOG_SECONDS:
            self._logged = now
            seconds = now - self._away_since
            _log.warning("no broker answers at %s for %.0f s: waiting for it", self._connection.brokers, seconds)


class Tail:
    """Reader that follows one topic: each `read` goes on from the last one to the end as it is then.

    Example::

        async with open_tail(connection, "articles.raw", transactions=True) as tail:
            await tail.seek_to_time(1_700_000_000_000)
            await tail.read(note)
    """

    def __init__(
        self, reader: AIOKafkaConsumer, end_reader: AIOKafkaConsumer, connection: Connection, *, transactions: bool
    ) -> None:
        """See `open_tail`."""
        self._reader = reader
        self._end_reader = end_reader
        self._connection = connection
        self._transactions = transactions

    async def seek_to_time(self, milliseconds: int, *, offsets: Mapping[int, int] | None = None) -> None:
        """Go to the first record of this time or later, or to the end if there is none.

        Args:
            milliseconds: Time since 1970.
            offsets: By partition number, offsets at which to begin if the time's record lies behind them.
        """
        await seek_to_time(self._reader, self._reader.assignment(), milliseconds, offsets=offsets)

    async def read(
        self,
        note: Callable[[Any], None],
        *,
        decided_to: Mapping[TopicPartition, int] | None = None,
        undecided_seconds: float | None = None,
    ) -> None:
        """Read to the topic's end as it is now: to the last stable offset of each partition.

        Args:
            note: Called with each record.
            decided_to: Offsets of the caller's own open transaction. Everything before them must be decided, so other
                producers' open transactions are waited for.
            undecided_seconds: Longest wait for them without a record; None: no limit.

        Raises:
            BrokerAwayError: No record came for `QUIET_SECONDS` and the broker does not answer.
            TimeoutError: A transaction stays open for too long.
        """
        partitions = self._reader.assignment()
        # Asked for now, after whatever was written before this call: the last fetch may be older than that.
        ends: dict[TopicPartition, int] = {}
        if self._transactions:
            ends = await self._end_reader.end_offsets(partitions)
        ends |= decided_to or {}
        poller, quiet = Poller(self._reader, self._connection), False
        last_record = time.monotonic()
        while self._is_behind(partitions, ends) or not (ends or quiet):
            batch = await poller.poll()
            for records in batch.values():
                for record in records:
                    note(record)
            quiet = not batch
            if batch:
                last_record = time.monotonic()
            elif undecided_seconds is not None and time.monotonic() - last_record > undecided_seconds:
                raise TimeoutError

    def _is_behind(self, partitions: Collection[TopicPartition], ends: Mapping[TopicPartition, int]) -> bool:
        """Return whether something is left before these ends; without ends, before those of the last fetch."""
        if not ends:
            return not at_end(self._reader, partitions)
        progress = partition_progress(self._reader, partitions)
        return any(
            end and (partition not in progress or progress[partition].position < end) for partition, end in ends.items()
        )


@asynccontextmanager
async def open_tail(connection: Connection, name: str, *, transactions: bool) -> AsyncIterator[Tail]:
    """Connected reader of a topic's whole tail, all partitions assigned; disconnected at the end.

    Args:
        connection: The broker.
        name: The topic, without prefix.
        transactions: Whether the broker has transactions. The latest offset that a broker without them returns cannot
            be relied on, so there reading ends with an empty poll.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    # Two consumers: a broker answers the requests of a connection in turn, and a fetch may hold the next answer back
    # for half a second.
    async with open_consumer(connection, [name]) as reader, open_consumer(connection, [name]) as end_reader:
        reader.assign(await topic_partitions(reader, connection.full_name(name)))
        yield Tail(reader, end_reader, connection, transactions=transactions)


async def seek_to_time(
    consumer: AIOKafkaConsumer,
    partitions: Collection[TopicPartition],
    milliseconds: int,
    *,
    offsets: Mapping[int, int] | None = None,
) -> None:
    """Set each partition to its first record of this time or later, or to its end if there is none.

    Args:
        consumer: A consumer to which the partitions are assigned.
        partitions: Partitions to set.
        milliseconds: Time since 1970.
        offsets: By partition number, offsets at which to begin if the time's record lies behind them.
    """
    offsets = offsets or {}
    by_time = await consumer.offsets_for_times(dict.fromkeys(partitions, milliseconds))
    for partition in partitions:
        starts = [by_time[partition].offset] if by_time.get(partition) is not None else []
        if partition.partition in offsets:
            starts.append(offsets[partition.partition])
        if starts:
            consumer.seek(partition, min(starts))
        else:
            await consumer.seek_to_end(partition)


async def first_records(consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition], *, seconds: float) -> Batch:
    """First records of each partition from its position on; a partition in which nothing waits is left out.

    Args:
        consumer: A consumer to which the partitions are assigned.
        partitions: Partitions to read.
        seconds: Time limit; a partition that did not answer by then is left out, too.

    Raises:
        KafkaError: The broker refuses a fetch.
    """
    first: Batch = {}
    remaining, deadline = set(partitions), time.monotonic() + seconds
    while remaining and time.monotonic() < deadline:
        for partition, records in (await consumer.getmany(*remaining, timeout_ms=POLL_MS)).items():
            if records:
                first[partition] = records
                remaining.discard(partition)
        progress = partition_progress(consumer, remaining)
        remaining -= {partition for partition in progress if not progress[partition].waiting}
    return first


__all__ = ["POLL_MS", "Poller", "Tail", "first_records", "open_tail", "seek_to_time"]
