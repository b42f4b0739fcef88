"""A lane is everything that one input partition owns: a bounded queue, one task, a fenced producer.

Articles are processed first; a transaction only wraps what is ready, so that a slow article never holds one open.

Why nothing is lost or doubled: only the last process that called InitProducerId for a partition's transactional id can
commit, and every owner reads the committed offset of the partition *after* its own InitProducerId (see `app.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder
from copydesk.runtime.settings import Settings

BATCH = 50
"""Most articles in a transaction: a crash replays no more than this of a partition."""

TURN_SECONDS = 1.0
"""How long a lane with more in its queue keeps the stage's process before it commits and another lane has its turn.

A transaction costs the same for one article as for fifty. Lanes that took turns article by article committed one or two
at a time wherever there were several of them: ADR 0012.
"""

BATCH_BYTES = 262_144
"""Of a produce request's batch. Measured: kafka's 16 KB makes batches of three articles, a fifth of the throughput."""

TRANSACTION_BYTES = 8 * 1024 * 1024
"""After so many bytes of results a transaction is full: fifty of the largest would be half a gigabyte."""

QUEUE_BYTES = 64 * 1024 * 1024
"""Most bytes that wait in all lanes of a worker."""


class Budget:
    """Bytes that may wait in memory; a single article larger than all of it still gets through, alone."""

    def __init__(self, limit: int = QUEUE_BYTES) -> None:
        """Nothing taken yet."""
        self._limit = limit
        self._taken = 0
        self._freed = asyncio.Event()

    async def take(self, size: int) -> None:
        """Wait until there is room for so many bytes. One task at a time."""
        while self._taken and self._taken + size > self._limit:
            self._freed.clear()
            await self._freed.wait()
        self._taken += size

    def free(self, size: int) -> None:
        """Give back what was taken."""
        self._taken -= size
        self._freed.set()


class Work(Protocol):
    """What a lane asks of its worker."""

    settings: Settings
    builder: RecordBuilder
    budget: Budget
    turn: asyncio.Lock
    producer_bytes: int
    smallest_limit: int

    @property
    def halted(self) -> bool:
        """Whether no more articles are taken."""

    def handle(
        self, more: Callable[[], ConsumedRecord | None], wanted: Callable[[], bool]
    ) -> AsyncGenerator[ProcessedArticle]:
        """What became of the articles that `more` gives, one by one; ends where it has none or they are not ours."""

    def committed(self, ready: Sequence[ProcessedArticle]) -> None:
        """These are done with for good."""

    def fail(self, error: BaseException) -> None:
        """The world is broken: end the process."""


class Lane:
    """One input partition's work."""

    def __init__(self, work: Work, partition: TopicPartition) -> None:
        """A closed lane; `open` and `start` set it to work."""
        self.partition = partition
        self.next = 0
        """The first offset that is still to be committed."""
        self._expected = 0
        """The first offset that was not seen yet; what lies before it is dropped, against any rewind."""
        self._work = work
        self._queue: asyncio.Queue[ConsumedRecord] = asyncio.Queue(BATCH)
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._holding = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def closing(self) -> bool:
        """Whether the partition is being given up."""
        return self._closing.is_set()

    @property
    def holding(self) -> int:
        """Articles in hand and in the queue."""
        return self._holding

    async def open(self) -> None:
        """Get ready to write. Here nothing; a transactional lane fences the partition's older owners."""

    def start(self, offset: int) -> None:
        """Begin to work, from this offset on."""
        self.next = self._expected = offset
        self._task = asyncio.create_task(self._run(), name=f"lane {self.partition.topic}/{self.partition.partition}")

    async def put(self, incoming: ConsumedRecord) -> None:
        """Queue an article; waits while the lane or the worker's memory is full."""
        # one that is being given up takes none: the partition's next owner reads it again
        if self.closing or incoming.offset < self._expected:
            return
        self._expected = incoming.offset + 1
        await self._work.budget.take(len(incoming.value or b""))
        self._holding += 1
        self._idle.clear()
        try:
            await self._queue.put(incoming)
        except asyncio.CancelledError:  # faust ends who feeds us
            self._drop(incoming)
            raise
        if self._task is not None and self._task.done():  # closed meanwhile: nobody takes it from the queue any more
            self._drop_queue()

    def give_up(self) -> None:
        """Finish the article in hand, drop the queue: nothing of it is committed, the next owner reads it again."""
        self._closing.set()

    async def close(self) -> None:
        """Stop; `give_up` and `idle` come first, unless the worker is ending anyway."""
        self._closing.set()
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._drop_queue()

    async def idle(self) -> None:
        """Wait until nothing is in hand; `give_up` comes first."""
        await self._idle.wait()

    async def write(self, ready: Sequence[ProcessedArticle], offset: int) -> None:
        """Write these records and commit the input up to this offset."""
        raise NotImplementedError

    async def renew(self) -> None:
        """Get over a write that the broker refused."""

    async def _run(self) -> None:
        try:
            while True:
                await self._batch()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - fenced, timed out, broker gone: the process ends and says so
            self._work.fail(error)

    async def _batch(self) -> None:
        """Process what waits, up to a transaction's worth, and commit it."""
        taken = [await self._queue.get()]
        async with self._work.turn:
            ready = await self._process(taken)
        if self._work.halted:
            del ready[-1:]  # the article that it halts over is left; those before it show why
        if ready:
            async with asyncio.timeout(self._work.settings.transaction_seconds):
                await self._commit(ready)
        if self._work.halted:
            await self._closing.wait()
        for incoming in taken:
            self._drop(incoming)

    async def _process(self, taken: list[ConsumedRecord]) -> list[ProcessedArticle]:
        """What became of the article in `taken` and of those behind it in the queue, which it adds to `taken`."""
        ready: list[ProcessedArticle] = []
        size, end, given = 0, time.monotonic() + TURN_SECONDS, 0

        def more() -> ConsumedRecord | None:
            nonlocal given
            if given == len(taken):
                full = given == BATCH or size > TRANSACTION_BYTES or time.monotonic() > end
                if full or not self._wanted() or self._queue.empty():
                    return None
                taken.append(self._queue.get_nowait())
            given += 1
            return taken[given - 1]

        if self._wanted():
            async with aclosing(self._work.handle(more, self._wanted)) as handled:
                async for one in handled:
                    ready.append(one)
                    size += len(one.record.value or b"")
                    if self._work.halted:
                        break
        return ready

    def _wanted(self) -> bool:
        return not (self.closing or self._work.halted)

    async def _commit(self, ready: list[ProcessedArticle]) -> None:
        offset = ready[-1].incoming.offset + 1
        try:
            await self.write(ready, offset)
        except MessageSizeTooLargeError:
            # the error of one record fails its whole batch: judge singly, so that its neighbours do not suffer
            await self.renew()
            if len(ready) > 1:
                for one in ready:
                    await self._commit([one])
                return
            ready = [await self._write_refused(ready[0], offset)]
        self.next = offset
        self._work.committed(ready)

    async def _write_refused(self, one: ProcessedArticle, offset: int) -> ProcessedArticle:
        """Another record for an article whose record the broker refused for its size."""
        builder = self._work.builder
        if one.outcome.disposition == "passed":
            refused = builder.oversized(one.incoming, one.outcome, "the broker refused the result")
            one = refused._replace(spans=one.spans)
            try:
                await self.write([one], offset)
            except MessageSizeTooLargeError:
                await self.renew()
            else:
                return one
        one = builder.without_value(one)
        await self.write([one], offset)
        return one

    def _drop_queue(self) -> None:
        while not self._queue.empty():
            self._drop(self._queue.get_nowait())

    def _drop(self, incoming: ConsumedRecord) -> None:
        self._holding -= 1
        if not self._holding:
            self._idle.set()
        self._work.budget.free(len(incoming.value or b""))


class TransactionalLane(Lane):
    """Exactly once: results, dead letters and the input's offset in one transaction."""

    _producer: AIOKafkaProducer

    async def open(self) -> None:
        """Fence the partition's older owners: InitProducerId aborts what they have open."""
        settings = self._work.settings
        self._producer = AIOKafkaProducer(
            # one id an input partition is mandatory: aiokafka has no KIP-447
            transactional_id=f"{self._work.builder.group}-{self.partition.topic}-{self.partition.partition}",
            transaction_timeout_ms=int(settings.transaction_seconds * 1000),
            **producer_options(self._work),
        )
        await self._producer.start()

    async def write(self, ready: Sequence[ProcessedArticle], offset: int) -> None:
        """One transaction."""
        await self._producer.begin_transaction()
        await _send(self._producer, ready)
        await self._producer.send_offsets_to_transaction({self.partition: offset}, self._work.builder.group)
        await self._producer.commit_transaction()

    async def renew(self) -> None:
        """Abort, and start a producer anew: a refused record leaves the old one's sequence numbers broken."""
        with suppress(KafkaError):
            await self._producer.abort_transaction()
        await self._producer.stop()
        await self.open()

    async def close(self) -> None:
        """Stop the producer, too."""
        await super().close()
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(10):
                await self._producer.stop()


class PlainLane(Lane):
    """At least once: the input's offset is committed after the delivery is confirmed."""

    def __init__(
        self,
        work: Work,
        partition: TopicPartition,
        producer: AIOKafkaProducer,
        commit: Callable[[TopicPartition, int], Awaitable[None]],
    ) -> None:
        """A lane that shares the worker's producer."""
        super().__init__(work, partition)
        self._producer = producer
        self._commit_offset = commit

    async def write(self, ready: Sequence[ProcessedArticle], offset: int) -> None:
        """Send, wait until all is delivered, commit."""
        await _send(self._producer, ready)
        await self._commit_offset(self.partition, offset)


def give_up(lanes: Mapping[TopicPartition, Lane]) -> None:
    """Have every lane finish the article in hand and drop its queue."""
    for lane in lanes.values():
        lane.give_up()


async def close_lanes(lanes: dict[TopicPartition, Lane]) -> None:
    """Close every lane, and forget it."""
    closed = list(lanes.values())
    lanes.clear()
    await asyncio.gather(*(lane.close() for lane in closed))


def producer_options(work: Work) -> dict[str, Any]:
    """The settings that both kinds of lane's producers share."""
    settings = work.settings
    return {
        "acks": "all",
        "compression_type": settings.compression_type,
        # an article that the topic refuses for its size fails its whole batch: no batch larger than the topic takes
        "max_batch_size": min(BATCH_BYTES, work.smallest_limit),
        "max_request_size": work.producer_bytes,
        "request_timeout_ms": int(settings.transaction_seconds * 1000),
        **settings.options(),
    }


async def _send(producer: AIOKafkaProducer, ready: Sequence[ProcessedArticle]) -> None:
    """Send all and wait for every delivery.

    Raises:
        MessageSizeTooLargeError: One was refused for its size, if that is all that went wrong.
        KafkaError: Any other failure.
    """
    records = [one.record for one in ready]
    futures = [await producer.send(r.topic, r.value, key=r.key, headers=r.headers) for r in records]
    results = await asyncio.gather(*futures, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    errors.sort(key=lambda error: isinstance(error, MessageSizeTooLargeError))
    if errors:
        raise errors[0]
