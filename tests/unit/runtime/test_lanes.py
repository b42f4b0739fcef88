"""A lane without a broker: its portions, and its end when told to stop."""

from __future__ import annotations

import asyncio

import pytest

from copydesk.runtime.lanes import BATCH_ARTICLES, MemoryBudget
from copydesk.runtime.resuming import ResumePoint
from harness.fakes import FakeCommitter, FakeWorker, put_all, record, resume_at, until


async def test_what_is_ready_together_is_one_write_and_its_last_offset_counts() -> None:
    committer = FakeCommitter()
    lane = FakeWorker().lane(committer)
    await put_all(lane, [record(offset) for offset in (5, 6, 9)])
    lane.start(resume_at(0))
    await lane.wait_idle()
    assert committer.writes == [(["articles.cleaned"] * 3, 10)]
    assert lane.in_flight == 0
    assert lane.next == 10
    await lane.close()


async def test_a_write_holds_at_most_fifty() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    lane = worker.lane(committer)
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    putting = asyncio.create_task(put_all(lane, [record(offset, b"") for offset in range(130)]))
    await until(lambda: lane.in_flight > BATCH_ARTICLES)
    worker.stage_process.gate.set()
    await putting
    await until(lambda: len(worker.committed) == 130)
    assert max(len(topics) for topics, _ in committer.writes) <= BATCH_ARTICLES
    await lane.close()


async def test_what_was_done_before_is_skipped() -> None:
    worker = FakeWorker()
    lane = worker.lane(FakeCommitter())
    lane.start(resume_at(7))
    await put_all(lane, [record(offset) for offset in (5, 6, 7, 6, 7)])
    await lane.wait_idle()
    assert [one.consumed.offset for one in worker.committed] == [7]
    await lane.close()


async def test_an_offset_without_label_is_committed_at_once_with_one() -> None:
    committer = FakeCommitter()
    lane = FakeWorker().lane(committer)
    lane.start(ResumePoint(7, 7, "topic_id=new", "unlabelled"))
    await until(lambda: bool(committer.writes))
    assert committer.writes == [([], 7)]
    assert committer.label == "topic_id=new"
    await lane.close()


async def test_where_the_label_is_there_nothing_is_committed_without_articles() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    lane = worker.lane(committer)
    lane.start(ResumePoint(7, 7, "topic_id=same", "committed"))
    await lane.put(record(7))
    await lane.wait_idle()
    assert committer.writes == [(["articles.cleaned"], 8)]
    await lane.close()


async def test_giving_up_drops_the_queue_and_commits_nothing_of_it() -> None:
    worker = FakeWorker()
    lane = worker.lane(FakeCommitter())
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    await put_all(lane, [record(offset) for offset in range(4)])
    lane.revoke()
    worker.stage_process.gate.set()
    await lane.wait_idle()
    assert worker.committed == [], "asked whether to go on, the article in hand was given up as well"
    await lane.put(record(9))
    assert lane.in_flight == 0, "what comes later is the next owner's"
    await lane.close()


async def test_a_full_lane_that_is_given_up_keeps_nobody_waiting() -> None:
    worker = FakeWorker()
    lane = worker.lane(FakeCommitter())
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    putting = asyncio.create_task(put_all(lane, [record(offset, b"") for offset in range(130)]))
    await until(lambda: lane.in_flight > BATCH_ARTICLES)
    lane.revoke()
    worker.stage_process.gate.set()
    async with asyncio.timeout(5):
        await putting
        await lane.wait_idle()
    assert worker.committed == []
    await lane.close()


async def test_a_halted_worker_has_written_what_came_before_and_nothing_more() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    lane = worker.lane(committer)
    await put_all(lane, [record(0), record(1), record(2, b"FAIL"), record(3)])
    lane.start(resume_at(0))
    await until(lambda: worker.processor.halted and bool(committer.writes))
    assert committer.writes == [(["articles.cleaned"] * 2, 2)]
    assert [article.consumed.offset for article in worker.halted_over] == [2], "and it says over which it halts"
    assert lane.in_flight == 4
    lane.revoke()
    await lane.wait_idle()
    assert [offset for _, offset in committer.writes] == [2]
    await lane.close()


async def test_a_worker_that_has_halted_writes_nothing() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    lane = worker.lane(committer)
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    await lane.put(record(0))
    worker.halt.reason = "1 article in a row failed"
    worker.stage_process.gate.set()
    lane.revoke()
    await lane.wait_idle()
    assert committer.writes == []
    await lane.close()


async def test_a_refused_record_hits_only_itself() -> None:
    worker, committer = FakeWorker(), FakeCommitter(refuse=b"large")
    lane = worker.lane(committer)
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    await put_all(lane, [record(0, b"a"), record(1, b"large"), record(2, b"c")])
    worker.stage_process.gate.set()
    await lane.wait_idle()
    dispositions = [one.outcome.disposition for one in worker.committed]
    assert dispositions == ["passed", "oversized", "passed"]
    assert worker.committed[1].outputs[0].value == b"", "its dead letter, refused as well, is a pointer"
    assert [offset for _, offset in committer.writes] == [1, 2, 3]
    assert lane.next == 3
    await lane.close()


async def test_a_broken_world_ends_the_worker() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    committer.error = ConnectionError("gone")
    lane = worker.lane(committer)
    lane.start(resume_at(0))
    await lane.put(record(0))
    await until(lambda: bool(worker.errors))
    assert isinstance(worker.errors[0], ConnectionError)
    assert lane.in_flight == 1
    await lane.close()


async def test_a_commit_that_takes_too_long_ends_the_worker() -> None:
    worker = FakeWorker()

    class Stuck(FakeCommitter):
        async def write(self, *_: object) -> None:
            await asyncio.Event().wait()

    lane = worker.lane(Stuck())
    lane._context = lane._context._replace(commit_seconds=0.01)
    lane.start(resume_at(0))
    await lane.put(record(0))
    await until(lambda: bool(worker.errors))
    assert isinstance(worker.errors[0], TimeoutError)
    await lane.close()


async def test_a_closed_lane_has_closed_its_committer_and_freed_its_memory() -> None:
    worker, committer = FakeWorker(), FakeCommitter()
    lane = worker.lane(committer)
    await lane.open()
    worker.stage_process.gate.clear()
    lane.start(resume_at(0))
    await put_all(lane, [record(offset, b"x" * 100) for offset in range(4)])
    await lane.close()
    assert committer.opened
    assert committer.closed
    async with asyncio.timeout(1):
        await worker.context.budget.take(700)


async def test_lanes_share_the_stages_process_turn_by_turn() -> None:
    """The second lane's articles are processed after the first lane's whole batch."""
    worker = FakeWorker()
    first, second = worker.lane(FakeCommitter()), worker.lane(FakeCommitter())
    worker.stage_process.gate.clear()
    await put_all(first, [record(offset, b"first") for offset in range(3)])
    await put_all(second, [record(offset, b"second") for offset in range(3)])
    first.start(resume_at(0))
    await asyncio.sleep(0)
    second.start(resume_at(0))
    await until(lambda: bool(worker.stage_process.ahead))
    worker.stage_process.gate.set()
    await until(lambda: len(worker.committed) == 6)
    assert [article.outputs[0].value for article in worker.committed] == [b"first"] * 3 + [b"second"] * 3
    await first.close()
    await second.close()


async def test_memory_is_bounded_but_one_large_article_gets_through() -> None:
    budget = MemoryBudget(100)
    await budget.take(500)
    waiting = asyncio.create_task(budget.take(10))
    await asyncio.sleep(0)
    assert not waiting.done()
    budget.release(500)
    async with asyncio.timeout(1):
        await waiting


@pytest.mark.parametrize("size", [0, 100])
async def test_what_fits_does_not_wait(size: int) -> None:
    budget = MemoryBudget(100)
    async with asyncio.timeout(1):
        await budget.take(size)
