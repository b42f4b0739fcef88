"""The stage's process through the worker's own code, without a broker."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from copydesk_teststages import stage

from copydesk.client.connection import Connection
from copydesk.runtime.execution import Outcome
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.processing import Processor
from copydesk.runtime.records import ConsumedRecord, RecordBuilder
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from harness.require import ROOT

Make = Callable[[Settings], StageProcess]


def raw(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


@pytest.fixture
async def child(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Make]:
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests" / "stages"))
    made: list[StageProcess] = []

    def make(settings: Settings) -> StageProcess:
        monkeypatch.setenv("COPYDESK_MAX_CHILD_BYTES", str(settings.max_child_bytes))
        made.append(StageProcess(stage, settings))
        return made[-1]

    yield make
    for one in made:
        await one.stop()


def always() -> bool:
    return True


async def process(
    child: StageProcess, value: bytes, key: bytes | None = b"k", still_assigned: Callable[[], bool] = always
) -> Outcome | None:
    """Outcome of one article that is submitted alone."""
    child.submit(key, value)
    return await child.next_outcome(still_assigned)


async def outcome(child: StageProcess, text: str, key: bytes | None = b"k") -> Outcome:
    found = await process(child, raw(text), key)
    assert found is not None
    return found


async def test_bytes_in_bytes_out(child: Make) -> None:
    one = child(Settings())
    found = await outcome(one, "hello")
    assert found.disposition == "passed"
    assert (found.article_id, found.model) == ("k", "none")
    assert json.loads(found.value)["text"] == "hello"
    first = one.pid
    assert (await outcome(one, "again")).disposition == "passed"
    assert one.pid == first


@pytest.mark.parametrize(
    ("text", "disposition", "name"),
    [
        ("REJECT no", "rejected", "Reject"),
        ("RAISE bug", "failed", "RuntimeError"),
        ("BREAK", "failed", "InvalidDocumentError"),
        (" ", "invalid", "InvalidDocumentError"),
    ],
)
async def test_what_a_stage_raises(child: Make, text: str, disposition: str, name: str) -> None:
    one = child(Settings())
    found = await outcome(one, text)
    assert found.error is not None
    assert (found.disposition, found.error.class_name) == (disposition, name)
    assert (await outcome(one, "next")).disposition == "passed"


async def test_a_hanging_article_costs_a_process_and_the_next_one_passes(child: Make) -> None:
    one = child(Settings(max_article_seconds=0.5))
    await outcome(one, "first")
    before = one.pid
    found = await outcome(one, "HANG")
    assert found.error is not None
    assert (found.disposition, found.error.class_name, found.article_id) == ("failed", "Timeout", "k")
    assert found.ended_process
    assert (await outcome(one, "next")).disposition == "passed"
    assert one.pid != before


async def test_crash_and_memory_are_told_apart(child: Make) -> None:
    one = child(Settings(max_child_bytes=400_000_000))
    crashed, eaten = await outcome(one, "EXIT"), await outcome(one, "EAT")
    assert crashed.error is not None
    assert eaten.error is not None
    assert "ended with 9" in crashed.error.message
    assert "ran out of memory (limit 400000000 bytes)" in eaten.error.message


async def test_an_article_is_given_a_second_chance_alone(child: Make, tmp_path: Path) -> None:
    assert (await outcome(child(Settings()), f"ONCE {tmp_path}/tried")).disposition == "passed"


async def test_no_second_chance_for_what_is_not_ours_any_more(child: Make) -> None:
    assigned = iter([True, False])
    one = child(Settings(max_article_seconds=0.3))
    assert await process(one, raw("HANG"), still_assigned=lambda: next(assigned)) is None


async def test_what_is_not_ours_any_more_ends_with_the_grace(child: Make) -> None:
    """Long before its own time is over; the next article has a new process."""
    one = child(Settings(max_article_seconds=90, grace_seconds=0.2))
    await outcome(one, "first")
    before, begin = one.pid, time.monotonic()
    assigned = iter([True, True])
    assert await process(one, raw("HANG"), still_assigned=lambda: next(assigned, False)) is None
    assert time.monotonic() - begin < 60
    assert (await outcome(one, "next")).disposition == "passed"
    assert one.pid != before


async def test_what_is_done_within_the_grace_is_kept(child: Make) -> None:
    one = child(Settings(grace_seconds=30))
    assigned = iter([True])
    found = await process(one, raw("SLEEP 1.2 s"), still_assigned=lambda: next(assigned, False))
    assert found is not None
    assert found.disposition == "passed"


async def test_articles_wait_for_their_turn(child: Make) -> None:
    limits = dict.fromkeys((stage.sink, stage.dead_letters), 100_000)
    processor = Processor(
        child(Settings()),
        RecordBuilder(stage, Connection(), settings_digest="", limits=limits),
        halt=Halt(ratio=1, consecutive=100),
        metrics=Metrics(stage),
        progress=ProgressClock(),
    )
    records = [
        ConsumedRecord("articles.raw", 0, number, 0, b"k%d" % number, raw(f"text {number}"), ()) for number in range(50)
    ]
    found = await asyncio.gather(*(processor.process_one(record) for record in records))
    texts = [json.loads(each.outputs[0].value or b"")["text"] for each in found]
    assert texts == [f"text {number}" for number in range(50)]


async def test_megabytes_and_emptiness_go_through(child: Make) -> None:
    one = child(Settings())
    assert len((await outcome(one, "x" * 6_000_000)).value) > 6_000_000
    empty = await process(one, b"", key=None)
    assert empty is not None
    assert empty.disposition == "invalid"


async def test_a_stage_that_cannot_be_loaded_says_why(child: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_TEST_LOAD_SECONDS", "never")
    with pytest.raises(LoadError, match="could not convert string to float"):
        await child(Settings()).start()


async def test_loading_has_an_end(child: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COPYDESK_TEST_LOAD_SECONDS", "30")
    with pytest.raises(LoadError, match=r"loading took over 0\.5 s"):
        await child(Settings(load_seconds=0.5)).start()


async def _taken(child: StageProcess, texts: list[str]) -> list[Outcome]:
    """Outcomes of articles that were all submitted before the first outcome was awaited."""
    for number, text in enumerate(texts):
        child.submit(b"k%d" % number, raw(text))
    found = [await child.next_outcome(always) for _ in texts]
    assert child.free_slots > 0
    return [one for one in found if one is not None]


async def test_articles_that_lie_ahead_are_answered_in_order(child: Make) -> None:
    found = await _taken(child(Settings()), [f"text {number}" for number in range(200)])
    assert [json.loads(one.value)["text"] for one in found] == [f"text {number}" for number in range(200)]


async def test_of_those_that_lie_ahead_the_one_that_costs_the_process_is_blamed(child: Make, tmp_path: Path) -> None:
    texts = ["a", "EXIT", "b", f"ONCE {tmp_path}/tried", "HANG", "c", "EXIT", "EXIT", "d"]
    found = await _taken(child(Settings(max_article_seconds=1)), texts)
    blamed = {f"k{number}": "Timeout" if number == 4 else "Crashed" for number in (1, 4, 6, 7)}
    assert {one.article_id: one.error.class_name for one in found if one.error is not None} == blamed
    assert [one.article_id for one in found] == [f"k{number}" for number in range(len(texts))]


async def test_what_lies_ahead_is_finished_with_the_grace(child: Make) -> None:
    one = child(Settings(max_article_seconds=90, grace_seconds=0.3))
    await outcome(one, "first")
    for text in ("a", "b", "HANG", "c"):
        one.submit(b"k", raw(text))
    first = await one.next_outcome(always)
    found = [await one.next_outcome(lambda: False) for _ in range(2)]
    assert first is not None
    assert found[0] is not None, "it was in the pipe"
    assert found[1] is None
    assert one.free_slots > 0, "nothing of it is left"
    assert (await outcome(one, "next")).disposition == "passed"


async def test_only_quick_articles_lie_ahead(child: Make) -> None:
    one = child(Settings())
    assert one.free_slots == 1, "nobody knows yet how long they take"
    await outcome(one, "quick")
    assert one.free_slots > 1
    await outcome(one, "SLEEP 0.1 s")
    assert one.free_slots == 1
    await outcome(one, "quick")
    one.submit(b"k", raw("x" * 500_000))
    assert one.free_slots == 0, "one large article is enough"
    assert await one.next_outcome(always) is not None
