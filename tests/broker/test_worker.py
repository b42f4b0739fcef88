"""One worker on a broker, article by article."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from harness.brokers import Broker, free_port_pair
from harness.running import Cluster, Follower, Worker, run_command, stage_processes

TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")
OUT = TOPICS[1:]

Make = Callable[..., Cluster]


def raw(text: str, **more: object) -> bytes:
    return json.dumps({"text": text, **more}).encode()


Sent = tuple[bytes | None, bytes | None, dict[str, bytes]]


async def outcomes(cluster: Cluster, records: Sequence[Sent]) -> Follower:
    """Send these through the probe and wait until each has its outcome; nothing else may come."""
    await cluster.create(*TOPICS)
    await cluster.send("articles.raw", records)
    await cluster.run("probe")
    async with cluster.follow(*OUT) as follower:
        await follower.until(len(records))
        await follower.settle(1.0)
    assert len(follower.rows) == len(records)
    return follower


async def test_a_result_carries_key_headers_and_trace(cluster: Make) -> None:
    trace = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    here = cluster()
    follower = await outcomes(
        here,
        [
            (
                b"some key",
                raw("plain text", id="bbc/1"),
                {"traceparent": trace, "x-mine": b"stays", "ce_id": b"in-1", "ce_type": b"x"},
            )
        ],
    )
    (row,) = follower.rows
    assert row.topic == "articles.cleaned"
    assert row.key == b"bbc/1"
    assert row.document["text"] == "plain text"
    assert row.headers["traceparent"] == trace.decode()
    assert row.headers["x-mine"] == "stays"
    assert row.headers["ce_type"] == "copydesk.article.cleaned.v1"
    assert row.headers["ce_subject"] == "bbc/1"
    assert row.headers["ce_source"] == "/copydesk/probe"
    assert row.headers["content-type"] == "application/json"
    assert row.headers["copydesk-origin"].endswith("/0")
    assert row.headers["ce_ingestedtime"] <= row.headers["ce_time"]
    assert row.headers["ce_id"] != "in-1"
    line = here.workers[0].articles()[0]
    assert {"topic", "partition", "offset", "article_id", "trace_id", "disposition"} <= line.keys()
    assert line["trace_id"] == "0af7651916cd43dd8448eb211c80319c"


async def test_every_mishap_is_one_dead_letter_and_the_neighbours_pass(cluster: Make) -> None:
    here = cluster(COPYDESK_MAX_ARTICLE_SECONDS="2", COPYDESK_MAX_CHILD_BYTES="600000000")
    good: list[Sent] = [(b"g%d" % number, raw(f"good {number}"), {}) for number in range(40)]
    bad: dict[bytes, tuple[bytes, str, str]] = {
        b"hang": (raw("HANG"), "failed", "Timeout"),
        b"exit": (raw("EXIT"), "failed", "Crashed"),
        b"eat": (raw("EAT"), "failed", "Crashed"),
        b"raise": (raw("RAISE boom"), "failed", "RuntimeError"),
        b"reject": (raw("REJECT not news"), "rejected", "Reject"),
        b"break": (raw("BREAK"), "failed", "InvalidDocumentError"),
        b"json": (b"{not json", "invalid", "InvalidDocumentError"),
        b"blank": (raw(" \n"), "invalid", "InvalidDocumentError"),
        b"deep": (b'{"text": "x", "metadata": ' + b"[" * 100_000, "invalid", "InvalidDocumentError"),
        b"utf": (b'{"text": "caf\xe9"}', "invalid", "InvalidDocumentError"),
    }
    records = [*good[:20], *((key, value, {"x-mine": b"stays"}) for key, (value, _, _) in bad.items()), *good[20:]]
    follower = await outcomes(here, records)
    assert {row.key for row in follower.of("articles.cleaned")} == {key for key, _, _ in good}
    letters = {row.key: row for row in follower.of("articles.probe.dlq")}
    assert letters.keys() == bad.keys()
    for key, (value, reason, name) in bad.items():
        assert key is not None
        row = letters[key]
        assert row.value == value, "the original bytes"
        assert row.headers["x-mine"] == "stays"
        assert (row.headers["dlq.reason"], row.headers["dlq.exception.class"]) == (reason, name)
        assert row.headers["dlq.stage"] == "probe"
        assert row.headers["dlq.topic"] == f"{here.prefix}articles.raw"
        assert row.headers["dlq.attempt"] == "1"
    assert "boom" in letters[b"raise"].headers["dlq.exception.stacktrace"]
    assert "memory" in letters[b"eat"].headers["dlq.exception.message"]
    assert letters[b"reject"].headers["dlq.exception.stacktrace"] == ""
    assert here.workers[0].alive, "no article takes a worker down"


async def test_an_article_that_kills_its_process_once_is_tried_again(cluster: Make, tmp_path: object) -> None:
    follower = await outcomes(cluster(), [(b"k", raw(f"ONCE {tmp_path}/tried"), {})])
    assert [row.topic for row in follower.rows] == ["articles.cleaned"]


async def test_what_a_stage_prints_does_not_get_between_the_frames(cluster: Make) -> None:
    follower = await outcomes(cluster(), [(b"k", raw("PRINT \x00\x00\x00\x05noise"), {}), (b"l", raw("next"), {})])
    assert {row.topic for row in follower.rows} == {"articles.cleaned"}


async def test_a_tombstone_passes_down_and_one_without_an_id_is_a_dead_letter(cluster: Make) -> None:
    follower = await outcomes(cluster(), [(b"bbc/1", None, {}), (b"\xff\xfe", None, {})])
    (tombstone,) = follower.of("articles.cleaned")
    assert (tombstone.key, tombstone.value) == (b"bbc/1", None)
    assert tombstone.headers["ce_subject"] == "bbc/1"
    assert [row.headers["dlq.reason"] for row in follower.of("articles.probe.dlq")] == ["invalid"]


async def test_a_result_too_large_for_its_topic_hits_only_itself(cluster: Make) -> None:
    here = cluster()
    limits = {"articles.cleaned": {"max.message.bytes": "20000"}, "articles.probe.dlq": {"max.message.bytes": "30000"}}
    await here.create(*TOPICS, partitions=1, configs=limits)
    large = raw("GROW 25000 " + "y" * 40_000)
    await here.send(
        "articles.raw",
        [
            (b"a", raw("before"), {}),
            (b"b", raw("GROW 25000"), {}),
            (b"c", large, {"x-mine": b"stays"}),
            (b"d", raw("after"), {}),
        ],
    )
    await here.run("probe")
    async with here.follow(*OUT) as follower:
        await follower.until(4)
        await follower.settle(1.0)
    assert [row.key for row in follower.of("articles.cleaned")] == [b"a", b"d"]
    small, pointer = follower.of("articles.probe.dlq")
    assert {small.headers["dlq.reason"], pointer.headers["dlq.reason"]} == {"oversized"}
    assert small.value == raw("GROW 25000")
    assert pointer.value == b"", "too large for the dead letters, too: only where it lies"
    assert (pointer.headers["dlq.partition"], pointer.headers["dlq.offset"]) == ("0", "2")
    assert pointer.headers["x-mine"] == "stays"


async def test_slow_articles_never_hold_a_transaction_open(cluster: Make) -> None:
    """Two seconds each over twelve lanes, with a transaction time-out of ten: opened too early, all would be fenced."""
    here = cluster(COPYDESK_TRANSACTION_SECONDS="10")
    await here.create(*TOPICS, partitions=12)
    await here.send("articles.raw", [(b"k%d" % number, raw(f"SLEEP 2 {number}"), {}) for number in range(14)])
    worker = await here.run("probe")
    async with here.follow(*OUT) as follower:
        await follower.until(14, seconds=60)
        await follower.settle(1.0)
    assert len(follower.of("articles.cleaned")) == 14
    assert worker.alive


async def test_the_halt_keeps_a_bad_deploy_from_draining_the_topic(cluster: Make) -> None:
    here = cluster(COPYDESK_DLQ_MAX_CONSECUTIVE="5", COPYDESK_METRICS_PORT="0")
    await here.create(*TOPICS)
    await here.send("articles.raw", [(b"k%d" % number, raw("RAISE bug"), {}) for number in range(200)])
    async with here.follow(*OUT) as follower:
        for _restart in range(2):
            worker = await here.run("probe")
            halted = await worker.says("halted")
            assert "in a row failed" in halted["problem"]
            await follower.settle(1.0)
            status, out, _ = await here.command("health", "probe", "--ready", COPYDESK_HEALTH_FILE=_health(here))
            assert (status, b"halted" in out) == (1, True)
            status, _, _ = await here.command("health", "probe", COPYDESK_HEALTH_FILE=_health(here))
            assert status == 0, "halted is alive"
            assert await worker.stop() == 0
    assert len(follower.rows) <= 10, "what is uncommitted stays in the topic"
    assert sum((await here.committed("probe", "articles.raw")).values()) == len(follower.rows)


def _health(cluster: Cluster) -> str:
    return str(cluster.health_file("probe", len(cluster.workers) - 1))


async def test_a_bad_feed_never_halts(cluster: Make) -> None:
    here = cluster(COPYDESK_DLQ_MAX_CONSECUTIVE="5")
    follower = await outcomes(here, [(b"k%d" % number, b"{bad", {}) for number in range(300)])
    assert len(follower.of("articles.probe.dlq")) == 300
    assert here.workers[0].alive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_finishes_what_is_in_hand_and_leaves_nothing_behind(
    cluster: Make, number: signal.Signals
) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", [(b"k%d" % n, raw(f"SLEEP 1 {n}"), {}) for n in range(30)])
    worker = await here.run("probe")
    await worker.says("article")
    children = stage_processes(worker.process.pid)
    assert children
    worker.signal(number)
    assert await worker.ended(15) == 0, "in order, long before all thirty are done"
    assert not any(_runs(child) for child in children)
    done = sum((await here.committed("probe", "articles.raw")).values())
    assert 1 <= done < 30
    async with here.follow(*OUT) as follower:
        await follower.settle(1.0)
    assert len(follower.rows) == done


async def test_a_second_signal_ends_at_once(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", [(b"k", raw("HANG"), {})])
    worker = await here.run("probe")
    children = await _in_hand(here, worker)
    worker.signal(signal.SIGINT)
    await worker.says("stopping")
    worker.signal(signal.SIGINT)
    assert await worker.ended(5) == 130
    await _gone(children)


async def test_a_killed_worker_leaves_no_child_not_even_one_that_hangs(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", [(b"k", raw("HANG"), {})])
    worker = await here.run("probe")
    children = await _in_hand(here, worker)
    worker.signal(signal.SIGKILL)
    await worker.ended(5)
    await _gone(children)


async def test_metrics_add_up(cluster: Make) -> None:
    import urllib.request

    here = cluster(COPYDESK_METRICS_PORT="0")
    follower = await outcomes(here, [(b"a", raw("x"), {}), (b"b", b"{", {}), (b"c", raw("REJECT"), {})])
    assert len(follower.rows) == 3
    url = (await here.workers[0].says("metrics"))["url"]

    def get(path: str) -> str:
        with urllib.request.urlopen(url.replace("/metrics", path)) as response:  # noqa: S310 - ours, on loopback
            found: str = response.read().decode()
            return found

    metrics = await asyncio.to_thread(get, "/metrics")
    for disposition, count in {"passed": 1, "invalid": 1, "rejected": 1, "failed": 0, "oversized": 0}.items():
        assert f'copydesk_articles_total{{disposition="{disposition}",stage="probe"}} {count}.0' in metrics
    assert 'copydesk_article_seconds_count{stage="probe"} 3.0' in metrics
    assert 'copydesk_halted{stage="probe"} 0.0' in metrics
    health = json.loads(await asyncio.to_thread(get, "/health"))
    assert health["problem"] is None
    assert health["worker"]["state"] == "ready"


async def test_at_least_once_is_the_same_work(cluster: Make) -> None:
    follower = await outcomes(
        cluster(COPYDESK_DELIVERY="at_least_once"), [(b"k%d" % n, raw(f"text {n}"), {}) for n in range(200)]
    )
    assert len(follower.of("articles.cleaned")) == 200


async def test_auto_takes_what_the_broker_has(cluster: Make, broker: Broker) -> None:
    here = cluster(COPYDESK_DELIVERY="auto")
    await outcomes(here, [(b"k", raw("x"), {})])
    said_so = any(line.get("event") == "at least once" for line in here.workers[0].lines)
    assert said_so is not broker.transactions


# ------------------------------------------------------------------------------------------ bad surroundings


async def test_a_broker_that_is_away_at_the_start_is_exit_3() -> None:
    status, out, err = await run_command(
        "run", "cleaner", environ={"COPYDESK_BROKERS": f"127.0.0.1:{free_port_pair()}", "COPYDESK_BROKER_SECONDS": "3"}
    )
    assert (status, out) == (3, b"")
    assert "no broker answers" in err
    assert len(err.splitlines()) == 1, err


async def test_a_missing_topic_is_exit_5_and_names_the_command(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw")
    status, _, err = await here.command("run", "cleaner")
    assert status == 5
    assert "articles.cleaned" in err
    assert "copydesk topics apply" in err


async def test_different_partition_counts_are_exit_5(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw", "articles.cleaned", partitions=3)
    await here.create("articles.cleaner.dlq", partitions=2)
    status, _, err = await here.command("run", "cleaner")
    assert status == 5
    assert "partition counts differ" in err


async def test_a_setting_that_cannot_be_is_exit_2() -> None:
    status, _, err = await run_command("run", "cleaner", environ={"COPYDESK_METRICS_PORT": "many"})
    assert status == 2
    assert "COPYDESK_METRICS_PORT" in err


async def test_sigterm_before_it_is_ready_is_143(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS)
    worker = await here.run("probe", COPYDESK_TEST_LOAD_SECONDS="30")
    async with asyncio.timeout(30):
        while not stage_processes(worker.process.pid):
            await asyncio.sleep(0.05)
    assert await worker.stop(10) == 143


async def _in_hand(cluster: Cluster, worker: Worker) -> list[int]:
    """Wait until an article is in hand; the worker's children."""
    await worker.says("ready")
    path = Path(_health(cluster))
    async with asyncio.timeout(20):
        while not await asyncio.to_thread(_tells_of_work, path):
            await asyncio.sleep(0.05)
    children = stage_processes(worker.process.pid)
    assert children
    return children


def _tells_of_work(path: Path) -> bool:
    return path.exists() and bool(json.loads(path.read_bytes())["in_hand"])


async def test_a_signal_waits_for_one_article_not_for_one_a_lane(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=12)
    await here.send("articles.raw", [(b"k%d" % n, raw(f"SLEEP 3 {n}"), {}) for n in range(60)])
    worker = await here.run("probe")
    await worker.says("article")
    assert await worker.stop(12) == 0


async def test_a_worker_that_stops_while_others_leave_finishes_what_is_in_hand(cluster: Make) -> None:
    """A rebalance that comes while faust is stopping must not cut off the article, nor hang the worker."""
    here = cluster()
    await here.create(*TOPICS, partitions=6)
    await here.send("articles.raw", [(b"k%d" % n, raw(f"SLEEP 4 {n}"), {}) for n in range(12)])
    workers = [await here.run("probe") for _ in range(3)]
    for worker in workers:
        await worker.says("article")
    workers[0].signal(signal.SIGTERM)
    workers[1].signal(signal.SIGTERM)
    assert [await worker.ended(25) for worker in workers[:2]] == [0, 0]
    async with here.follow(*OUT) as follower:
        await follower.until(12, seconds=90)
        rows = await follower.settle(2.0)
    assert len({row.key for row in rows}) == 12
    if here.broker.transactions:
        assert len(rows) == 12


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def _gone(pids: list[int], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while any(_runs(pid) for pid in pids):
            await asyncio.sleep(0.05)  # a process that is not our child cannot be awaited
