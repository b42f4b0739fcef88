"""Commits: the outputs of a batch of articles, the changes of a state, and the input's offset.

Why nothing is lost or duplicated with `exactly_once`: only the last process that called InitProducerId for a
partition's transactional id can commit, and every owner reads the partition's committed offset *after* its own
InitProducerId (see `faust_app.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.producing import BATCH_BYTES, make_producer
from copydesk.runtime.records import ProcessedArticle, RecordBuilder
from copydesk.runtime.settings import Settings
from copydesk.runtime.state.partition_state import PartitionState
from copydesk.stage import Stage


class Committer:
    """Commits the articles of one input partition."""

    def __init__(self, builder: RecordBuilder) -> None:
        """Prepare. `builder` makes the dead letters of records that the broker refuses for their size."""
        self.label = ""
        """Metadata that is committed with every offset: the id of the input topic (`resuming.py`)."""
        self.offset = 0
        """Offset at which the partition was resumed, or that was committed last."""
        self.changelog: Changelog | None = None
        """The partition's changelog, for a stage with a state."""
        self._builder = builder

    async def open(self) -> None:
        """Prepare to write."""

    async def close(self) -> None:
        """Release what `open` acquired."""

    async def commit(
        self,
        articles: Sequence[ProcessedArticle],
        on_committed: Callable[[Sequence[ProcessedArticle]], None],
    ) -> None:
        """Write the outputs of these articles and commit the input's offset behind the last one.

        Args:
            articles: Articles of one partition, in the order of their offsets.
            on_committed: Called with the articles once they are committed; several times if they had to be
                committed one by one.
        """
        offset = articles[-1].consumed.offset + 1
        try:
            # 1. Write the outputs and commit the offset. With transactions, readers see both or neither.
            await self.write(articles, offset)
        except MessageSizeTooLargeError:
            if self.changelog is not None:
                raise RuntimeError(
                    "the broker refused a record for its size, although it fits the limits that the worker read at its "
                    "start, and rows of the state may depend on it: a restarted worker reads the limits anew"
                ) from None
            # 2. A record was too large for its topic and failed its whole batch. Get a working producer.
            await self.reset_producer()
            # 3. Commit the articles one by one, so that only the one at fault is affected.
            if len(articles) > 1:
                for article in articles:
                    await self.commit([article], on_committed)
                return
            # 4. Replace the refused record by a dead letter.
            articles = [await self._write_dead_letter(articles[0], offset)]
        # 5. Report: everything before the offset is done.
        self.offset = offset
        on_committed(articles)

    async def _write_dead_letter(self, article: ProcessedArticle, offset: int) -> ProcessedArticle:
        """Write a dead letter in place of a record that the broker refused for its size."""
        if article.outcome.disposition == "passed":
            refused = self._builder.oversized(article.consumed, article.outcome, "the broker refused the result")
            article = refused._replace(spans=article.spans)
            try:
                await self.write([article], offset)
            except MessageSizeTooLargeError:
                await self.reset_producer()
            else:
                return article
        article = self._builder.without_value(article)
        await self.write([article], offset)
        return article

    def _labelled(self, offset: int) -> OffsetAndMetadata:
        return OffsetAndMetadata(offset, self.label)

    async def write(self, articles: Sequence[ProcessedArticle], offset: int) -> None:
        """Write the outputs of these articles, if there are any, and commit the input up to this offset.

        Raises:
            MessageSizeTooLargeError: The broker refused a record for its size.
        """
        raise NotImplementedError

    async def reset_producer(self) -> None:
        """Get a working producer after a refused write."""


class Changelog(NamedTuple):
    """State of an input partition, and the partition of the changelog in which it is kept."""

    state: PartitionState
    partition: TopicPartition

    async def send(self, producer: AIOKafkaProducer, offset: int) -> int:
        """Send the uncommitted rows; returns the first offset behind them.

        Args:
            producer: A started producer.
            offset: First input offset behind the articles of the commit.
        """
        topic, partition = self.partition
        futures = [
            await producer.send(topic, row.value, key=row.key, headers=row.headers, partition=partition)
            for row in self.state.changelog_rows(offset)
        ]
        metadata = await asyncio.gather(*futures)
        return int(metadata[-1].offset) + 1


class TransactionalCommitter(Committer):
    """Exactly once: results, dead letters and the input's offset in one transaction."""

    _producer: AIOKafkaProducer

    def __init__(
        self, builder: RecordBuilder, partition: TopicPartition, new_producer: Callable[..., AIOKafkaProducer]
    ) -> None:
        """Prepare for an input partition.

        Args:
            builder: As for `Committer`.
            partition: The input partition.
            new_producer: Makes a producer for the argument `transactional_id`; `open` starts it.
        """
        super().__init__(builder)
        self._partition = partition
        self._new_producer = new_producer
        # one id per input partition is required: aiokafka sends no group generation with its offsets (KIP-447)
        self._transactional_id = f"{builder.group}-{partition.topic}-{partition.partition}"

    async def open(self) -> None:
        """Fence the partition's older owners: InitProducerId aborts the transactions that they have open."""
        self._producer = self._new_producer(transactional_id=self._transactional_id)
        await self._producer.start()

    async def close(self) -> None:
        """Stop the producer."""
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(10):
                await self._producer.stop()

    async def write(self, articles: Sequence[ProcessedArticle], offset: int) -> None:
        """Write the outputs and the offset in one transaction."""
        end = 0
        await self._producer.begin_transaction()
        await send_outputs(self._producer, articles)
        if self.changelog is not None:
            end = await self.changelog.send(self._producer, offset)
        await self._producer.send_offsets_to_transaction({self._partition: self._labelled(offset)}, self._builder.group)
        await self._producer.commit_transaction()
        if self.changelog is not None:
            self.changelog.state.note_committed(offset, end)

    async def reset_producer(self) -> None:
        """Abort the transaction and start a new producer: a refused record leaves gaps in the sequence numbers."""
        with suppress(KafkaError):
            await self._producer.abort_transaction()
        await self._producer.stop()
        await self.open()


class PlainCommitter(Committer):
    """At least once: the input's offset is committed after all records were delivered."""

    def __init__(
        self,
        builder: RecordBuilder,
        partition: TopicPartition,
        producer: AIOKafkaProducer,
        commit_offset: Callable[[TopicPartition, OffsetAndMetadata], Awaitable[bool]],
    ) -> None:
        """Prepare for an input partition.

        Args:
            builder: As for `Committer`.
            partition: The input partition.
            producer: A started producer, shared by all partitions of the worker.
            commit_offset: Commits one partition's offset for the consumer group; False if another has the partition.
        """
        super().__init__(builder)
        self._partition = partition
        self._producer = producer
        self._commit_offset = commit_offset

    async def write(self, articles: Sequence[ProcessedArticle], offset: int) -> None:
        """Send the outputs, wait for their delivery, then the changes of the state, then commit the offset."""
        await send_outputs(self._producer, articles)
        if self.changelog is not None:
            await self._check_ownership()
            self.changelog.state.note_committed(offset, await self.changelog.send(self._producer, offset))
        await self._commit_offset(self._partition, self._labelled(offset))

    async def _check_ownership(self) -> None:
        """Commit once more where the group stands, which only the partition's owner can.

        A worker that was frozen must not write rows behind those of its successor: compaction would keep its own. There
        are no transactions that fence it, and this leaves it a few milliseconds.
        """
        if not await self._commit_offset(self._partition, self._labelled(self.offset)):
            raise RuntimeError(f"{self._partition.topic}/{self._partition.partition} belongs to another worker now")


def make_output_producer(
    stage: Stage, settings: Settings, limits: Mapping[str, int], *, transactional_id: str | None = None
) -> AIOKafkaProducer:
    """Make a producer for a stage's results and dead letters. It is not started yet.

    Args:
        stage: The stage.
        settings: Settings of the worker.
        limits: `max.message.bytes` of the stage's topics, by full name.
        transactional_id: Makes the producer transactional.
    """
    output_limits = (limits[settings.full_name(name)] for name in stage.written)
    return make_producer(
        settings,
        compression=settings.compression_type,
        max_record_bytes=max(limits.values()),
        # a record that its topic refuses for its size fails its whole batch: no batch is larger than a topic takes
        batch_bytes=min(BATCH_BYTES, *output_limits),
        request_seconds=settings.transaction_seconds,
        transactional_id=transactional_id,
        transaction_seconds=settings.transaction_seconds,
    )


async def send_outputs(producer: AIOKafkaProducer, articles: Sequence[ProcessedArticle]) -> None:
    """Send the outputs of these articles and wait for every delivery.

    Raises:
        MessageSizeTooLargeError: A record was refused for its size, and nothing worse happened.
        KafkaError: Any other failure.
    """
    futures = [
        await producer.send(
            output.topic, output.value, key=output.key, headers=output.headers, partition=output.partition
        )
        for article in articles
        for output in article.outputs
    ]
    results = await asyncio.gather(*futures, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    errors.sort(key=lambda error: isinstance(error, MessageSizeTooLargeError))
    if errors:
        raise errors[0]


__all__ = ["Changelog", "Committer", "PlainCommitter", "TransactionalCommitter", "make_output_producer", "send_outputs"]
