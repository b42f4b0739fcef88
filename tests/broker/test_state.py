"""A stage that remembers: its state, changelog, outputs and offsets, through restarts, faults and upgrades."""

from __future__ import annotations

import json
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from harness.running import Cluster, Follower, Row

TOPICS = ("articles.raw", "articles.tallied", "tally.steps", "articles.tally.dlq", "tally.changelog")
COMPACTED = {"tally.changelog": {"cleanup.policy": "compact"}}
SINK = "articles.tallied"

Make = Callable[..., Cluster]
Sent = tuple[bytes | None, bytes | None, dict[str, bytes]]


def article(id_: str, number: int, text: str = "some words") -> Sent:
    return id_.encode(), json.dumps({"id": id_, "text": text, "metadata": {"number": number}}).encode(), {}


def articles(count: int, *, begin: int = 0, ids: int = 7) -> list[Sent]:
    return [article(f"a{number % ids}", number) for number in range(begin, begin + count)]


def check(rows: Iterable[Row], sent: int, *, exactly_once: bool) -> None:
    """Every article once; the counts of each id run from 1 without a gap, in the order of the partition.

    Without transactions an article may come twice after a kill, but never with another count.
    """
    found = [row for row in rows if row.topic == SINK]
    times = Counter(row.document["article"] for row in found)
    assert len(times) == sent
    assert max(times.values()) == 1 or not exactly_once
    counts: dict[bytes | None, dict[int, None]] = defaultdict(dict)
    for row in sorted(found, key=lambda row: (row.partition, row.offset)):
        counts[row.key][row.document["count"]] = None
    assert len({(row.document["article"], row.document["count"]) for row in found}) == sent
    assert all(list(numbers) == list(range(1, len(numbers) + 1)) for numbers in counts.values()), counts


async def make(cluster: Make, **environ: str) -> Cluster:
    here = cluster(**environ)
    await here.create(*TOPICS, partitions=3, configs=COMPACTED)
    return here


async def until(follower: Follower, count: int) -> None:
    await follower.until(lambda rows: sum(row.topic == SINK for row in rows) >= count)


@pytest.mark.parametrize("kept", ["memory", "folder"])
async def test_a_state_survives_kills_and_is_restored_before_the_first_input(
    cluster: Make, kept: str, tmp_path: Path
) -> None:
    here = await make(cluster, **({"COPYDESK_STATE_DIR": str(tmp_path)} if kept == "folder" else {}))
    async with here.follow(*TOPICS[1:]) as follower:
        total = 0
        for number in range(3):
            worker = await here.run("tally")
            await here.send("articles.raw", articles(60, begin=total))
            total += 60
            await until(follower, total)
            worker.signal(signal.SIGKILL if number < 2 else signal.SIGTERM)
            await worker.ended()
        await follower.settle(1.0)
        check(follower.rows, total, exactly_once=here.broker.transactions)
        restored = [line["records"] for line in worker.lines if line.get("event") == "restored"]
        if kept == "memory":
            assert sum(restored) >= 7, "all rows come from the changelog"
        elif here.broker.transactions:
            assert sum(restored) == 0, "the folder was whole, and no row was read again"
        steps = [row for row in follower.rows if row.topic == "tally.steps"]
        assert len(steps) == len(follower.of(SINK)), "the second output is written with the first"
        assert {row.partition for row in steps} == {0}, "to the partition that the stage names"
        assert len({row.headers["ce_id"] for row in follower.rows if row.topic in {SINK, "tally.steps"}}) == 2 * total


async def test_two_workers_share_the_partitions_and_the_state_moves_with_them(cluster: Make) -> None:
    here = await make(cluster)
    async with here.follow(*TOPICS[1:]) as follower:
        first = await here.run("tally")
        await first.says("ready")
        await here.send("articles.raw", articles(90))
        await until(follower, 90)
        second = await here.run("tally")
        await second.says("restored", 90)
        await here.send("articles.raw", articles(90, begin=90))
        await until(follower, 180)
        assert await first.stop() == 0
        await here.send("articles.raw", articles(90, begin=180))
        await until(follower, 270)
        await follower.settle(1.0)
        check(follower.rows, 270, exactly_once=here.broker.transactions)


async def test_what_a_stateful_stage_refuses_changes_nothing(cluster: Make) -> None:
    here = await make(cluster, COPYDESK_MAX_ARTICLE_SECONDS="2", COPYDESK_MAX_CHILD_BYTES="600000000")
    bad = ["HANG", "EXIT", "RAISE boom", "REJECT no", "EAT"]
    sent = [one for number in range(5) for one in (article("a", number), article("a", 100, bad[number]))]
    async with here.follow(*TOPICS[1:]) as follower:
        await here.send("articles.raw", sent)
        await here.run("tally")
        await until(follower, 5)
        await follower.until(lambda rows: sum(row.topic.endswith(".dlq") for row in rows) == 5)
        await follower.settle(1.0)
        check(follower.rows, 5, exactly_once=here.broker.transactions)


async def test_a_tombstone_reaches_the_stage_and_removes_its_row(cluster: Make) -> None:
    here = await make(cluster)
    async with here.follow(*TOPICS[1:]) as follower:
        await here.run("tally")
        await here.send("articles.raw", [article("a", 0), article("a", 1), (b"a", None, {}), article("a", 2)])
        await follower.until(lambda rows: sum(row.topic == SINK for row in rows) == 4)
        counts = [row.document["count"] if row.value else None for row in follower.of(SINK)]
        assert counts == [1, 2, None, 1]


async def test_a_lost_changelog_stops_the_worker_which_says_so(cluster: Make) -> None:
    here = await make(cluster)
    async with here.follow(SINK) as follower:
        worker = await here.run("tally")
        await here.send("articles.raw", articles(30))
        await until(follower, 30)
        assert await worker.stop() == 0
    await here.recreate("tally.changelog", partitions=3, configs=COMPACTED)
    worker = await here.run("tally")
    assert await worker.ended() == 5
    problem = next(line["problem"] for line in worker.lines if line.get("event") == "set up wrongly")
    assert "holds no commit" in problem
    assert "COPYDESK_LOST_STATE=begin" in problem
    again = await here.run("tally", COPYDESK_LOST_STATE="begin")
    assert (await again.says("state begins anew"))["partition"] in range(3)


async def test_rows_of_an_older_version_are_upgraded_and_of_a_newer_one_stop_the_worker(cluster: Make) -> None:
    here = await make(cluster)
    async with here.follow(SINK) as follower:
        worker = await here.run("tally")
        await here.send("articles.raw", [article("a", 0), article("a", 1)])
        await until(follower, 2)
        assert await worker.stop() == 0
        newer = await here.run("tally", COPYDESK_TEST_TALLY="2")
        await here.send("articles.raw", [article("a", 2)])
        await until(follower, 3)
        assert [row.document["count"] for row in follower.of(SINK)] == [1, 2, 2001]
        assert await newer.stop() == 0
    older = await here.run("tally")
    assert await older.ended() == 5
    assert "rows of format 2, and this version knows 1" in str(older.lines)


async def test_a_state_that_outgrows_its_memory_is_told(cluster: Make) -> None:
    here = await make(cluster, COPYDESK_MAX_STATE_BYTES="5000")
    worker = await here.run("tally")
    await here.send("articles.raw", articles(200, ids=200))
    assert await worker.ended() == 5
    assert "COPYDESK_MAX_STATE_BYTES" in str(worker.lines[-1])


async def test_a_time_in_the_future_does_not_move_the_stream(cluster: Make) -> None:
    here = await make(cluster)
    future = {"ce_ingestedtime": b"2099-01-01T00:00:00Z"}
    async with here.follow(SINK) as follower:
        worker = await here.run("tally")
        key, value, _ = article("a", 0)
        await here.send("articles.raw", [(key, value, future), article("a", 1)])
        await until(follower, 2)
        first, second = (row.document["time"] for row in follower.of(SINK))
        assert first == second, "stream time never goes back"
        assert first - follower.rows[0].timestamp <= 3_600_000
        await worker.says("ingestion time in the future")


async def test_a_replay_of_a_stateful_stage_is_refused(cluster: Make) -> None:
    here = await make(cluster)
    stages = str(Path(__file__).parents[1] / "stages")
    command = ("replay", "articles.raw", "--from", "2026-11-01", "--stage", "tally")
    code, _, err = await here.command(*command, PYTHONPATH=stages)
    assert code == 5
    assert "would count it twice" in err
