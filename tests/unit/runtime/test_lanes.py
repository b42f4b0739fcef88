"""A lane without a broker: what it writes, in what portions, and what it does when told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError
from copydesk_teststages import stage

from copydesk.client.connection import Connection
from copydesk.runtime.execution import Outcome
from copydesk.runtime.lanes import BATCH, Budget, Lane
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder
from copydesk.runtime.settings import Settings

HERE = TopicPartition("articles.raw", 0)


class Work:
    """A worker whose stage is instant."""

    def __init__(self) -> None:
        self.settings = Settings()
        limits = {"articles.cleaned": 10_000, "articles.probe.dlq": 10_000}
        self.builder = RecordBuilder(stage, Connection(), settings_digest="", limits=limits)
        self.budget = Budget(1_000)
        self.turn = asyncio.Lock()
        self.producer_bytes = self.smallest_limit = 10_000
        self.halted = False
        self.done: list[ProcessedArticle] = []
        self.errors: list[BaseException] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def handle(
        self, more: Callable[[], ConsumedRecord | None], wanted: Callable[[], bool]
    ) -> AsyncGenerator[ProcessedArticle]:
        while incoming := more():
            await self.gate.wait()
            if not wanted():
                return
            self.halted = incoming.value == b"halts"
            yield self.builder.build(
                incoming, Outcome(disposition="passed", article_id="a", value=incoming.value or b""), 0
            )

    def committed(self, ready: Sequence[ProcessedArticle]) -> None:
        self.done.extend(ready)

    def fail(self, error: BaseException) -> None:
        self.errors.append(error)


class Recorder(Lane):
    """A lane that remembers what it would have written."""

    def __init__(self, work: Work, *, refuse: bytes | None = None) -> None:
        super().__init__(work, HERE)
        self.writes: list[tuple[list[str], int]] = []
        self.renewed = 0
        self._refuse = refuse

    async def write(self, ready: Sequence[ProcessedArticle], offset: int) -> None:
        if any(one.record.value == self._refuse for one in ready):
            raise MessageSizeTooLargeError
        self.writes.append(([one.record.topic for one in ready], offset))

    async def renew(self) -> None:
        self.renewed += 1


def article(offset: int, value: bytes = b"{}") -> ConsumedRecord:
    return ConsumedRecord(
        topic="articles.raw", partition=0, offset=offset, timestamp=1000, key=b"k", value=value, headers=()
    )


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def test_what_is_ready_together_is_one_write_and_its_last_offset_counts() -> None:
    work = Work()
    lane = Recorder(work)
    await _put_all(lane, [article(offset) for offset in (5, 6, 9)])
    lane.start(0)
    await lane.idle()
    assert lane.writes == [(["articles.cleaned"] * 3, 10)]
    assert lane.holding == 0
    assert lane.next == 10
    await lane.close()


async def test_a_write_holds_at_most_fifty() -> None:
    work = Work()
    lane = Recorder(work)
    work.gate.clear()
    lane.start(0)
    putting = asyncio.create_task(_put_all(lane, [article(offset, b"") for offset in range(130)]))
    await until(lambda: lane.holding > BATCH)
    work.gate.set()
    await putting
    await until(lambda: len(work.done) == 130)
    assert max(len(topics) for topics, _ in lane.writes) <= BATCH
    await lane.close()


async def _put_all(lane: Lane, articles: list[ConsumedRecord]) -> None:
    for one in articles:
        await lane.put(one)


async def test_what_was_done_before_is_skipped() -> None:
    work = Work()
    lane = Recorder(work)
    lane.start(7)
    await _put_all(lane, [article(offset) for offset in (5, 6, 7, 6, 7)])
    await lane.idle()
    assert [one.incoming.offset for one in work.done] == [7]
    await lane.close()


async def test_giving_up_drops_the_queue_and_commits_nothing_of_it() -> None:
    work = Work()
    lane = Recorder(work)
    work.gate.clear()
    lane.start(0)
    await _put_all(lane, [article(offset) for offset in range(4)])
    lane.give_up()
    work.gate.set()
    await lane.idle()
    assert work.done == [], "asked whether to go on, the article in hand was given up as well"
    await lane.put(article(9))
    assert lane.holding == 0, "what comes later is the next owner's"
    await lane.close()


async def test_a_full_lane_that_is_given_up_keeps_nobody_waiting() -> None:
    work = Work()
    lane = Recorder(work)
    work.gate.clear()
    lane.start(0)
    putting = asyncio.create_task(_put_all(lane, [article(offset, b"") for offset in range(130)]))
    await until(lambda: lane.holding > BATCH)
    lane.give_up()
    work.gate.set()
    async with asyncio.timeout(5):
        await putting
        await lane.idle()
    assert work.done == []
    await lane.close()


async def test_a_halted_worker_has_written_what_came_before_and_nothing_more() -> None:
    work = Work()
    lane = Recorder(work)
    await _put_all(lane, [article(0), article(1), article(2, b"halts"), article(3)])
    lane.start(0)
    await until(lambda: work.halted and bool(lane.writes))
    assert lane.writes == [(["articles.cleaned"] * 2, 2)]
    assert lane.holding == 4
    lane.give_up()
    await lane.idle()
    assert [offset for _, offset in lane.writes] == [2]
    await lane.close()


async def test_a_worker_that_has_halted_writes_nothing() -> None:
    work = Work()
    lane = Recorder(work)
    work.gate.clear()
    lane.start(0)
    await lane.put(article(0))
    work.halted = True
    work.gate.set()
    lane.give_up()
    await lane.idle()
    assert lane.writes == []
    await lane.close()


async def test_a_refused_record_hits_only_itself() -> None:
    work = Work()
    lane = Recorder(work, refuse=b"large")
    work.gate.clear()
    lane.start(0)
    await _put_all(lane, [article(0, b"a"), article(1, b"large"), article(2, b"c")])
    work.gate.set()
    await lane.idle()
    dispositions = [one.outcome.disposition for one in work.done]
    assert dispositions == ["passed", "oversized", "passed"]
    assert work.done[1].record.value == b"", "its dead letter, refused as well, is a pointer"
    assert [offset for _, offset in lane.writes] == [1, 2, 3]
    await lane.close()


async def test_a_broken_world_ends_the_worker() -> None:
    work = Work()

    class Broken(Recorder):
        async def write(self, ready: Sequence[ProcessedArticle], offset: int) -> None:  # noqa: ARG002 - it never gets there
            raise ConnectionError("gone")

    lane = Broken(work)
    lane.start(0)
    await lane.put(article(0))
    await until(lambda: bool(work.errors))
    assert isinstance(work.errors[0], ConnectionError)
    assert lane.holding == 1
    await lane.close()


async def test_memory_is_bounded_but_one_large_article_gets_through() -> None:
    budget = Budget(100)
    await budget.take(500)
    waiting = asyncio.create_task(budget.take(10))
    await asyncio.sleep(0)
    assert not waiting.done()
    budget.free(500)
    async with asyncio.timeout(1):
        await waiting


@pytest.mark.parametrize("size", [0, 100])
async def test_what_fits_does_not_wait(size: int) -> None:
    budget = Budget(100)
    async with asyncio.timeout(1):
        await budget.take(size)
