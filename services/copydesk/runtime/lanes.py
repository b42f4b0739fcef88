"""Lanes: each assigned input partition has a bounded queue, one task and its own committer.

The task processes what is queued, up to a transaction's worth, then commits it. Articles are processed first: a
transaction only wraps results that are ready, so that a slow article never holds one open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import NamedTuple, NoReturn

from aiokafka import TopicPartition

from copydesk.runtime.committing import Changelog, Committer
from copydesk.runtime.processing import Processor
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle
from copydesk.runtime.resuming import ResumePoint
from copydesk.runtime.state.keeper import StateKeeper
from copydesk.runtime.state.partition_state import PartitionState

BATCH_ARTICLES = 50
"""Maximum number of articles in a transaction: a crash replays at most this many of a partition."""

TURN_SECONDS = 1.0
"""Maximum time for which a lane with a full queue keeps the stage's process before it commits and another lane's turn
begins. A transaction costs the same for one article as for fifty. When lanes took turns article by article, they
committed one or two at a time wherever there were several of them (ADR 0012)."""

TRANSACTION_BYTES = 8 * 1024 * 1024
"""Bytes of results after which a transaction is full: fifty of the largest would be half a gigabyte."""

QUEUE_BYTES = 64 * 1024 * 1024
"""Maximum number of bytes that wait in the queues of all lanes of a worker."""


class MemoryBudget:
    """Limit on the bytes that wait in memory. A single article larger than the limit still passes, alone."""

    def __init__(self, limit: int = QUEUE_BYTES) -> None:
        """Start with nothing taken. `limit` is in bytes."""
        self._limit = limit
        self._taken = 0
        self._released = asyncio.Event()

    async def take(self, size: int) -> None:
        """Wait until `size` bytes are free, and take them. Only one task may wait at a time."""
        while self._taken and self._taken + size > self._limit:
            self._released.clear()
            await self._released.wait()
        self._taken += size

    def release(self, size: int) -> None:
        """Give back `size` bytes."""
        self._taken -= size
        self._released.set()


class LaneContext(NamedTuple):
    """Everything that the lanes of a worker share."""

    processor: Processor
    """Processes the articles of all lanes, one lane at a time."""

    budget: MemoryBudget
    """Limits the bytes in all queues together."""

    commit_seconds: float
    """Maximum time of a commit."""

    on_committed: Callable[[Sequence[ProcessedArticle]], None]
    """Called with the articles of every commit."""

    on_halt: Callable[[ProcessedArticle], None]
    """Called with the article over which the worker halts; it is not committed."""

    abort: Callable[[BaseException], NoReturn]
    """Ends the process after an error that is no article's fault: fenced, timed out, broker gone, or a bug."""

    states: StateKeeper | None = None
    """Keeps the states of the partitions, for a stage that has one."""


class Lane:
    """The work of one input partition."""

    def __init__(self, context: LaneContext, partition: TopicPartition, committer: Committer) -> None:
        """Create a closed lane; `open` and `start` set it to work.

        Args:
            context: What all lanes of the worker share.
            partition: The input partition.
            committer: Writes the outputs and commits the input's offset.
        """
        self.partition = partition
        self.next = 0
        """First offset that is not committed yet."""
        self._expected = 0
        """First offset that was not queued yet. Older records are dropped, so that no rewind repeats an article."""
        self._point: ResumePoint | None = None
        self._state: PartitionState | None = None
        self._context = context
        self._processor = context.processor
        self._committer = committer
        self._queue: asyncio.Queue[ConsumedRecord] = asyncio.Queue(BATCH_ARTICLES)
        self._revoked = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._in_flight = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def revoked(self) -> bool:
        """True once the partition is being given up."""
        return self._revoked.is_set()

    @property
    def in_flight(self) -> int:
        """Number of articles that are queued, processed or being committed."""
        return self._in_flight

    # ------------------------------------------------------------------------------------------ life of a lane

    async def open(self) -> None:
        """Prepare to write. With transactions, this fences the partition's older owners."""
        await self._committer.open()

    def start(self, point: ResumePoint) -> None:
        """Begin to work at this point."""
        self.next = self._expected = point.offset
        self._committer.label, self._committer.offset = point.label, point.offset
        self._point = point
        self._task = asyncio.create_task(self._run(), name=f"lane {self.partition.topic}/{self.partition.partition}")

    async def put(self, record: ConsumedRecord) -> None:
        """Queue a record. Waits while the queue or the worker's memory is full."""
        # a revoked lane takes none: the partition's next owner reads the record again
        if self.revoked or record.offset < self._expected:
            return
        self._expected = record.offset + 1
        await self._context.budget.take(len(record.value or b""))
        self._in_flight += 1
        self._idle.clear()
        try:
            await self._queue.put(record)
        except asyncio.CancelledError:  # faust cancels its reading task
            self._drop(record)
            raise
        if self._task is not None and self._task.done():  # closed meanwhile: nobody empties the queue any more
            self._drop_queue()

    def revoke(self) -> None:
        """Finish the current article and drop the queue. Nothing dropped is committed; the next owner reads it."""
        self._revoked.set()

    async def wait_idle(self) -> None:
        """Wait until no article is in flight; call `revoke` first."""
        await self._idle.wait()

    async def close(self) -> None:
        """Stop. Call `revoke` and `wait_idle` first, unless the worker is ending anyway."""
        self._revoked.set()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._drop_queue()
        if self._context.states is not None:
            self._context.states.close(self.partition)
        await self._committer.close()

    # -------------------------------------------------------------------------------------------- the work

    async def _run(self) -> None:
        try:
            await self._prepare()
            while True:
                await self._run_batch()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - fenced, timed out, broker gone, a bug: the process ends
            self._context.abort(error)

    async def _prepare(self) -> None:
        """Restore the partition's state, and label the committed offset if it has no label."""
        if self._point is None:
            raise RuntimeError("the lane has no point to resume at")
        states = self._context.states
        if states is not None:
            # not while partitions are assigned: a long restore must not cost the membership
            self._state = await states.open(self.partition, self._point, lambda: not self.revoked)
            if self._state is None:
                return
            changelog = TopicPartition(states.changelog, self.partition.partition)
            self._committer.changelog = Changelog(self._state, changelog)
        if self._point.to_label:
            async with asyncio.timeout(self._context.commit_seconds):
                await self._committer.write([], self.next)

    async def _run_batch(self) -> None:
        """Process the queued records, up to a transaction's worth, and commit them."""
        batch = _Batch(self._queue, self._still_wanted, first=await self._queue.get())
        await self._process(batch)
        if batch.articles:
            async with asyncio.timeout(self._context.commit_seconds):
                await self._committer.commit(batch.articles, self._note_committed)
        if self._processor.halted:
            await self._revoked.wait()
        for record in batch.records:
            self._drop(record)

    async def _process(self, batch: _Batch) -> None:
        """Process the records of a batch. The article over which the worker halts is left out."""
        records = self._processor.process(batch.next_record, self._still_wanted, self._state)
        async with aclosing(records) as articles:
            async for article in articles:
                if self._processor.halted:
                    self._context.on_halt(article)
                    return
                batch.add(article)

    def _still_wanted(self) -> bool:
        return not (self.revoked or self._processor.halted)

    def _note_committed(self, articles: Sequence[ProcessedArticle]) -> None:
        self.next = articles[-1].consumed.offset + 1
        self._context.on_committed(articles)
        if self._context.states is not None:
            self._context.states.check_size()

    def _drop_queue(self) -> None:
        while not self._queue.empty():
            self._drop(self._queue.get_nowait())

    def _drop(self, record: ConsumedRecord) -> None:
        """Note that a record is done with, or will be read again by the next owner."""
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()
        self._context.budget.release(len(record.value or b""))


class _Batch:
    """The records taken from a lane's queue for one transaction, and the articles made of them."""

    def __init__(
        self, queue: asyncio.Queue[ConsumedRecord], still_wanted: Callable[[], bool], *, first: ConsumedRecord
    ) -> None:
        self.records = [first]
        self.articles: list[ProcessedArticle] = []
        self._queue = queue
        self._still_wanted = still_wanted
        self._given = 0
        self._result_bytes = 0
        self._turn_end = 0.0

    def add(self, article: ProcessedArticle) -> None:
        """Add a processed article."""
        self.articles.append(article)
        self._result_bytes += article.size

    def next_record(self) -> ConsumedRecord | None:
        """Next record of the batch, taken from the queue; None if the batch is full or the queue is empty."""
        if not self._given:
            self._turn_end = time.monotonic() + TURN_SECONDS  # the lane's turn begins
        if self._given == len(self.records):
            if self._is_full() or not self._still_wanted() or self._queue.empty():
                return None
            self.records.append(self._queue.get_nowait())
        self._given += 1
        return self.records[self._given - 1]

    def _is_full(self) -> bool:
        return (
            self._given == BATCH_ARTICLES or self._result_bytes > TRANSACTION_BYTES or time.monotonic() > self._turn_end
        )


def revoke_lanes(lanes: Mapping[TopicPartition, Lane]) -> None:
    """Have all lanes finish their current article and drop their queues."""
    for lane in lanes.values():
        lane.revoke()


async def close_lanes(lanes: dict[TopicPartition, Lane]) -> None:
    """Remove all lanes from the dictionary and close them."""
    closed = list(lanes.values())
    lanes.clear()
    await asyncio.gather(*(lane.close() for lane in closed))


__all__ = ["BATCH_ARTICLES", "TRANSACTION_BYTES", "Lane", "LaneContext", "MemoryBudget", "close_lanes", "revoke_lanes"]
