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

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from copydesk.client.consumer import open_consumer
from copydesk.client.producing import started_producer
from copydesk.client.progress import partition_progress
from copydesk.client.tail import Poller, open_tail
from copydesk.contracts.topics import topics_with
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.operations.replay.index import ReplayIndex
from copydesk.operations.replay.plan import HaltedError, Plan, Tally
from copydesk.operations.replay.writing import Clients, ReplayedArticle, ReplayWriter
from copydesk.runtime.committing import make_output_producer
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.lanes import BATCH_ARTICLES, TRANSACTION_BYTES
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.processing import Processor
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder
from copydesk.runtime.settings import Settings, settings_digest, stage_settings
from copydesk.runtime.stage_process import StageProcess
from copydesk.runtime.state.tables import TableReader
from copydesk.stage import Stage

BATCH_SECONDS = 5.0
"""Longest time for which a result waits for company: what is not committed yet is done again after a crash."""


class Replay:
    """One replay of a stage's source topic.

    Example::

        async with Replay(stage, settings, Plan(since, until), transactions=True) as replay:
            await replay.scan()
            async for tally in replay.run():
                print(tally.left)
    """

    _processor: Processor
    _clients: Clients
    _writer: ReplayWriter

    def __init__(
        self, stage: Stage, settings: Settings, plan: Plan, *, transactions: bool, resume: str | None = None
    ) -> None:
        """Nothing is connected yet.

        Args:
            stage: The stage whose source is replayed.
            settings: The broker and the limits, as for a worker.
            plan: Which records are replayed.
            transactions: Whether the broker has transactions.
            resume: Id of a replay that was cut off; what it committed is not done again.
        """
        self.id = resume or uuid4().hex[:12]
        self._group = f"copydesk.{stage.name}.replay-{self.id}"
        self.group = settings.full_name(self._group)
        self.tally = Tally()
        self._stage = stage
        self._settings = settings
        self._described = topics_with([stage])
        self._plan = plan
        self._transactions = transactions
        self._exit = AsyncExitStack()
        self._stage_process = StageProcess(stage, settings)
        self._tables = TableReader(stage.tables, settings)
        self._halt = Halt(ratio=settings.dlq_max_ratio, consecutive=settings.dlq_max_consecutive)
        self._index = ReplayIndex(stage, plan, self.tally)
        self._spans: dict[TopicPartition, tuple[int, int]] = {}
        """First and last offset to replay of each partition that is not finished."""
        self._offsets: dict[TopicPartition, int] = {}
        """Offsets to commit with the next batch."""

    async def __aenter__(self) -> Self:
        """Check the topics and connect.

        Raises:
            BrokerAwayError: The broker does not answer, or it refuses the login.
            SetupError: A topic is missing, or the stage has a state.
        """
        settings, stage = self._settings, self._stage
        if stage.state is not None:
            raise SetupError(
                f"{stage.name} remembers what it has read: a replay would count it twice. To rebuild its state, stop "
                "its workers, delete its changelog and reset its offsets (infra/RUNBOOK.md, rebuild a state)"
            )
        async with broker_checks.admin(settings) as client:
            await broker_checks.check_topics(client, settings, stage)
            limits = await broker_checks.size_limits(client, settings, stage)
        digest = settings_digest(stage_settings(stage))
        self._processor = Processor(
            self._stage_process,
            RecordBuilder(stage, settings, settings_digest=digest, limits=limits, group=self.group),
            halt=self._halt,
            metrics=Metrics(stage),
            progress=ProgressClock(),
            tables=self._tables.tables,
            takes_tombstones=stage.tombstones,
        )
        producer = make_output_producer(
            stage,
            settings,
            limits,
            transactional_id=f"{self.group}-{uuid4().hex[:8]}" if self._transactions else None,
        )
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._stage_process.stop)
            if stage.tables:
                stack.push_async_callback(self._tables.stop)
                await self._tables.start(transactions=self._transactions)
            self._clients = Clients(
                await stack.enter_async_context(open_tail(settings, stage.source, transactions=self._transactions)),
                # the group only keeps its offsets; nobody joins it
                await stack.enter_async_context(open_consumer(settings, [stage.source], group=self._group)),
                await stack.enter_async_context(started_producer(producer, settings)),
            )
            self._exit = stack.pop_all()
        self._writer = ReplayWriter(
            self._clients,
            self._index,
            self.tally,
            settings,
            group=self.group,
            transactions=self._transactions,
            process=self._process,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Disconnect, and stop the stage's process."""
        await self._exit.aclose()

    async def scan(self) -> Tally:
        """Find the records to replay: the newest versions of their articles, of the time that the plan names."""
        await self._clients.tail.seek_to_time(self._plan.begin_ms)
        await self._clients.tail.read(self._index.add_scanned)
        source = self._settings.full_name(self._stage.source)
        for number, offset in self._index.places():
            partition = TopicPartition(source, number)
            first, last = self._spans.get(partition, (offset, offset))
            self._spans[partition] = min(first, offset), max(last, offset)
            self.tally.wanted += 1
        return self.tally

    async def seconds_an_article(self) -> float:
        """Processing time of an article in seconds, measured on a sample of the found ones; nothing is written."""
        articles = [record for record in self._index.sample if record.value is not None]
        if not articles:
            return 0.0
        await self._stage_process.start()
        begin = time.monotonic()
        for record in articles:
            self._stage_process.submit(record.key, record.value or b"")
            await self._stage_process.next_outcome()
        return (time.monotonic() - begin) / len(articles)

    async def run(self) -> AsyncIterator[Tally]:
        """Replay what `scan` found; yields the sums after every batch.

        Raises:
            HaltedError: Too many articles failed; what is committed stays, the rest can be resumed.
            LoadError: The stage cannot be loaded.
            BrokerAwayError: The broker does not answer any more.
            KafkaError: The broker refused something.
        """
        await self._seek_to_spans()
        batch: list[ReplayedArticle] = []
        size, begin = 0, time.monotonic()
        async for partition, record in self._records():
            self._offsets[partition] = record.offset + 1
            wanted, id_ = self._index.select(record)
            if wanted:
                processed = await self._process(ConsumedRecord.from_aiokafka(record))
                batch.append(ReplayedArticle(id_, processed))
                size += processed.size
            if len(batch) >= BATCH_ARTICLES or size > TRANSACTION_BYTES or time.monotonic() - begin > BATCH_SECONDS:
                await self._writer.write(batch, self._offsets)
                yield self.tally
                batch, size, begin = [], 0, time.monotonic()
        await self._writer.write(batch, self._offsets)
        yield self.tally

    async def _seek_to_spans(self) -> None:
        """Go to the first record of each partition that the run which this one resumes has not done."""
        reader = self._clients.reader
        reader.assign(list(self._spans))
        done = {partition.partition: await reader.committed(partition) or 0 for partition in self._spans}
        for partition, (first, last) in list(self._spans.items()):
            reader.seek(partition, max(first, done[partition.partition]))
            if done[partition.partition] > last:
                del self._spans[partition]
        self.tally.before = sum(offset < done[number] for number, offset in self._index.places())

    async def _records(self) -> AsyncIterator[tuple[TopicPartition, Any]]:
        """Records between the first and the last offset to replay, of one partition after the other."""
        reader: AIOKafkaConsumer = self._clients.reader
        poller = Poller(reader, self._settings)
        while self._spans:
            batch = await poller.poll(*self._spans, max_records=BATCH_ARTICLES)
            for partition, records in batch.items():
                for record in records:
                    if partition in self._spans and record.offset <= self._spans[partition][1]:
                        yield partition, record
            for partition, progress in partition_progress(reader, self._spans).items():
                if progress.position > self._spans[partition][1]:
                    del self._spans[partition]

    async def _process(self, record: ConsumedRecord) -> ProcessedArticle:
        """Process one record.

        Raises:
            HaltedError: Too many articles failed.
        """
        article = await self._processor.process_one(record)
        if self._halt.reason:
            raise HaltedError(self._halt.reason)
        # what a stage writes for other stages to learn from is not written twice
        internal = {self._settings.full_name(name) for name in self._stage.outputs if self._described[name].internal}
        return article._replace(more=tuple(record for record in article.more if record.topic not in internal))


__all__ = ["Replay"]
