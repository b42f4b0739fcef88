"""The way of an article through a worker, with a stage's process that is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import aclosing

from prometheus_client import generate_latest

from copydesk.contracts.envelope import header
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle
from harness.fakes import FakeLog, FakeWorker, record


def always() -> bool:
    return True


async def process(
    worker: FakeWorker, records: Sequence[ConsumedRecord], still_assigned: Callable[[], bool] = always
) -> list[ProcessedArticle]:
    given = iter(records)
    async with aclosing(worker.processor.process(lambda: next(given, None), still_assigned)) as articles:
        return [article async for article in articles]


async def test_each_record_has_one_output_in_its_order() -> None:
    articles = await process(FakeWorker(), [record(offset, b"%d" % offset) for offset in range(9)])
    assert [article.consumed.offset for article in articles] == list(range(9))
    assert [article.outputs[0].value for article in articles] == [b"%d" % offset for offset in range(9)]
    assert [header(article.outputs[0].headers, "copydesk-origin") for article in articles][:2] == ["0/0", "0/1"]


async def test_several_records_are_submitted_ahead_of_the_one_that_is_awaited() -> None:
    worker = FakeWorker()
    await process(worker, [record(offset) for offset in range(6)])
    assert max(worker.stage_process.ahead) == worker.stage_process.slots


async def test_a_tombstone_keeps_its_place_and_does_not_reach_the_stage() -> None:
    worker = FakeWorker()
    articles = await process(worker, [record(0, b"a"), record(1, None), record(2, b"c")])
    assert [article.outputs[0].value for article in articles] == [b"a", None, b"c"]
    assert len(worker.stage_process.ahead) == 2


async def test_nothing_is_taken_of_a_partition_that_is_not_assigned_any_more() -> None:
    worker = FakeWorker()
    assert await process(worker, [record(0)], lambda: False) == []
    assert worker.stage_process.ahead == []


async def test_a_revoked_partition_ends_the_work() -> None:
    asked = iter([True, True, True])
    articles = await process(FakeWorker(), [record(offset) for offset in range(5)], lambda: next(asked, False))
    assert [article.consumed.offset for article in articles] == [0, 1]


async def test_an_article_that_does_not_pass_is_a_dead_letter_and_counts_towards_the_halt() -> None:
    worker = FakeWorker(consecutive=2)
    articles = await process(worker, [record(0, b"FAIL"), record(1), record(2, b"FAIL")])
    assert [article.outputs[0].topic for article in articles] == [
        "articles.probe.dlq",
        "articles.cleaned",
        "articles.probe.dlq",
    ]
    assert not worker.processor.halted
    await process(worker, [record(3, b"FAIL")])
    assert worker.processor.halted


async def test_one_record_by_itself() -> None:
    article = await FakeWorker().processor.process_one(record(7, b"x"))
    assert (article.consumed.offset, article.outputs[0].value) == (7, b"x")


async def test_what_is_committed_is_counted_and_logged() -> None:
    worker, log = FakeWorker(consecutive=9), FakeLog()
    articles = await process(worker, [record(0), record(1, b"FAIL"), record(2)])
    worker.processor.count_committed(articles, log, log_passed=False)  # type: ignore[arg-type]
    exported = generate_latest(worker.metrics.registry).decode()
    assert 'copydesk_articles_total{disposition="passed",stage="probe"} 2.0' in exported
    assert 'copydesk_articles_total{disposition="failed",stage="probe"} 1.0' in exported
    assert 'copydesk_commits_total{stage="probe"} 1.0' in exported
    assert 'copydesk_end_to_end_seconds_count{stage="probe"} 2.0' in exported
    assert [(level, fields["offset"]) for level, _, fields in log.lines] == [("warning", 1)]
    worker.processor.count_committed(articles, log, log_passed=True)  # type: ignore[arg-type]
    assert [level for level, _, _ in log.lines] == ["warning", "info", "warning", "info"]
