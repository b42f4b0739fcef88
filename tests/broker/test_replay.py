"""Replay of a topic beside live workers: no old result replaces a newer one."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from copydesk_teststages import stage as probe

from copydesk.operations.replay import Plan, Replay, writing
from copydesk.runtime.committing import send_outputs
from copydesk.runtime.settings import read_settings
from harness.brokers import Broker
from harness.running import STAGES, Cluster, Follower, Row

TOPICS = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.probe.dlq", "articles.relay.dlq")

Make = Callable[..., Cluster]


def raw(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


def now() -> datetime:
    return datetime.now(UTC)


def read_sums(out: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


async def begin(cluster: Make, *, partitions: int = 3, **environ: str) -> Cluster:
    here = cluster(PYTHONPATH=str(STAGES), **environ)
    await here.create(*TOPICS, partitions=partitions)
    return here


def replay(since: datetime, until: datetime, *more: str, stage: str = "probe") -> tuple[str, ...]:
    topic = "articles.raw" if stage == "probe" else "articles.cleaned"
    times = ("--from", since.isoformat(), "--to", until.isoformat())
    return ("replay", topic, "--stage", stage, *times, "--json", *more)


def origin(row: Row) -> int:
    return int(row.headers["copydesk-origin"].partition("/")[2])


def by_key(rows: Iterable[Row]) -> dict[bytes | None, list[Row]]:
    """The rows of each key in the order of their partition."""
    found: dict[bytes | None, list[Row]] = {}
    for row in sorted(rows, key=lambda row: (row.partition, row.offset)):
        found.setdefault(row.key, []).append(row)
    return found


async def test_the_newest_of_a_time_are_replaced_and_nothing_else(cluster: Make, tmp_path: Path) -> None:
    here = await begin(cluster)
    before = now()
    await here.send("articles.raw", [(b"k%d" % n, raw(f"text {n}"), {"x-mine": b"1"}) for n in range(20)])
    await here.send("articles.raw", [(b"k3", raw("text 3, corrected"), {}), (b"k4", None, {})])
    await here.send("articles.raw", [(b"bad", raw("REJECT it"), {}), (None, b"{no json", {})])
    await asyncio.sleep(0.01)  # the broker's time goes by milliseconds
    middle = now()
    await here.send("articles.raw", [(b"k5", raw("text 5, corrected"), {}), (b"later", raw("later"), {})])
    live = await here.run("probe")
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        await follower.until(26)
        committed = await here.committed("probe", "articles.raw")

        status, out, err = await here.command(*replay(before, middle, "--dry-run"))
        assert status == 0, err
        # 24 messages: k3's first and k4's first are old by themselves, k5's by what came behind the time
        assert {name: read_sums(out)[name] for name in ("found", "newer", "to_replay")} == {
            "found": 24, "newer": 3, "to_replay": 21,
        }  # fmt: skip
        assert 0 < read_sums(out)["about_seconds"] < 600
        assert len(await follower.settle(0.5)) == 26, "a dry run writes nothing"

        status, out, err = await here.command(*replay(before, middle))
        assert status == 1, f"two became dead letters: {err}"
        sums = read_sums(out)
        assert (sums["replayed"], sums["passed"], sums["dead_letters"], sums["newer"]) == (21, 19, 2, 3)
        await follower.until(26 + 21)
        rows = await follower.settle(0.5)
    assert len(rows) == 47
    passed = by_key(row for row in rows if row.topic == "articles.cleaned")
    for n in range(20):
        first, *again = [row for row in passed[b"k%d" % n] if n not in {3, 4} or row is not passed[b"k%d" % n][0]]
        if n == 5:
            assert [row.document["text"] for row in (first, *again)] == ["text 5", "text 5, corrected"]
            continue
        (second,) = again
        assert (second.value, second.headers["ce_id"]) == (first.value, first.headers["ce_id"])
        for name in ("copydesk-origin", "ce_ingestedtime", "ce_type", "ce_source", "ce_subject", "x-mine"):
            assert second.headers.get(name) == first.headers.get(name)
        assert second.headers["ce_time"] > first.headers["ce_time"]
    assert [row.document["text"] for row in passed[b"k3"]][1:] == ["text 3, corrected"] * 2
    assert [row.value is None for row in passed[b"k4"]] == [False, True, True]
    letters = [row.headers["dlq.group"] for row in rows if row.topic == "articles.probe.dlq"]
    assert Counter(letters) == {f"{here.prefix}copydesk.probe": 2, sums["group"]: 2}
    assert sums["group"].startswith(f"{here.prefix}copydesk.probe.replay-")
    assert await here.committed("probe", "articles.raw") == committed, "the live group's offsets are its own"
    assert [line["event"] for line in live.lines].count("ready") == 1, "and nobody joined it"

    ids = tmp_path / "ids"
    ids.write_text("k7\nk5\nunheard-of\n")
    status, out, err = await here.command(*replay(before, middle, "--ids", str(ids)))
    assert status == 0, err
    assert (read_sums(out)["found"], read_sums(out)["replayed"], read_sums(out)["newer"]) == (2, 1, 1)
    status, out, err = await here.command(*replay(before - timedelta(days=2), before - timedelta(days=1)))
    assert (status, read_sums(out)["found"]) == (0, 0), err


async def test_beside_live_traffic_no_old_result_lies_over_a_newer_one(
    cluster: Make, broker: Broker, tmp_path: Path
) -> None:
    """New versions come all the time while the old ones are replayed; each takes the stage 5 ms."""
    here = await begin(cluster)
    keys = [b"k%d" % n for n in range(300)]
    before = now()
    await here.send("articles.raw", [(key, raw(f"SLEEP 0.005 {n}"), {}) for n, key in enumerate(keys)])
    until = now() + timedelta(milliseconds=5)
    live = await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(len(keys))
        command = asyncio.create_task(here.command(*replay(before, until)))
        sent = 0
        for version in itertools.count(2):
            chosen = keys[version % 10 :: 10]
            await here.send("articles.raw", [(key, raw(f"SLEEP 0.005 version {version}"), {}) for key in chosen])
            sent += len(chosen)
            if command.done():
                break
            await asyncio.sleep(0.1)
        status, out, err = await command
        assert status == 0, err
        sums = read_sums(out)
        await follower.until(lambda rows: sum("version" in row.document["text"] for row in rows) >= sent, seconds=90)
        rows = await follower.settle(1.0)
    assert sums["found"] == 300
    assert sums["replayed"] + sums["newer"] == 300, "each is either replayed or replaced by a newer one"
    assert sums["newer"] > 0, "the traffic reached what was replayed"
    if broker.transactions:
        assert len(rows) == 300 + sent + sums["replayed"]
        for key, versions in by_key(rows).items():
            order = [origin(row) for row in versions]
            assert order == sorted(order), f"{key!r}: an old result over a newer one: {order}"
    for key, versions in by_key(rows).items():
        assert origin(versions[-1]) == max(map(origin, versions)), key
    assert live.alive


async def test_a_version_that_comes_in_the_last_moment_wins(
    cluster: Make, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The live worker has written the newer result after the replay last looked, and before it writes its own."""
    here = await begin(cluster, partitions=1)
    before = now()
    await here.send("articles.raw", [(b"a", raw("first"), {}), (b"b", raw("other"), {})])
    await here.run("probe")
    for name, value in here.environ.items():
        monkeypatch.setenv(name, value)
    send, sends = send_outputs, 0
    async with here.follow("articles.cleaned") as follower:
        await follower.until(2)

        async def late(*arguments: Any) -> None:
            nonlocal sends
            sends += 1
            if sends == 1:
                await here.send("articles.raw", [(b"a", raw("second"), {})])
                await follower.until(3)
            await send(*arguments)

        monkeypatch.setattr(writing, "send_outputs", late)
        async with Replay(probe, read_settings(), Plan(before, now()), transactions=broker.transactions) as attempt:
            await attempt.scan()
            async for _ in attempt.run():
                pass
            tally = attempt.tally
        rows = await follower.settle(1.0)
    texts = [row.document["text"] for row in by_key(rows)[b"a"]]
    # without transactions what was sent is there to see, and the newer result is written once more behind it
    assert texts == (["first", "second"] if broker.transactions else ["first", "second", "first", "second"])
    assert [row.document["text"] for row in by_key(rows)[b"b"]] == ["other", "other"]
    assert sends == 2
    assert (tally.overtaken, tally.replayed, tally.left) == (1, 1, 0), "each is counted once"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
async def test_a_replay_that_was_cut_off_goes_on_where_it_was(
    cluster: Make, broker: Broker, number: signal.Signals
) -> None:
    here = await begin(cluster, partitions=2, COPYDESK_TRANSACTION_SECONDS="10")
    before = now()
    await here.send("articles.raw", [(b"k%d" % n, raw(f"SLEEP 0.02 {n}"), {}) for n in range(150)])
    until = now() + timedelta(milliseconds=5)
    arguments = replay(before, until)
    async with here.follow("articles.cleaned") as follower:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "copydesk", *arguments),
            env={**os.environ, **here.environ}, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stderr is not None
        id_ = ""
        while not id_:
            words = (await process.stderr.readline()).decode().split()
            id_ = words[1] if words[:1] == ["replay"] else ""
        await follower.until(51)  # the second batch: the first is committed
        process.send_signal(number)
        assert await process.wait() == (143 if number is signal.SIGTERM else -number)
        status, out, err = await here.command(*arguments, "--resume", id_)
        assert status == 0, err
        sums = read_sums(out)
        await _arrived(follower, 150)
        rows = await follower.settle(0.5)
    assert sums["done_before"] >= 50
    assert sums["done_before"] + sums["replayed"] == 150
    assert {row.key for row in rows} == {b"k%d" % n for n in range(150)}
    if broker.transactions:
        assert len(rows) == 150


async def _arrived(follower: Follower, count: int) -> None:
    await follower.until(lambda rows: len({row.key for row in rows}) >= count)


async def test_behind_a_stage_the_raw_articles_order_counts(cluster: Make) -> None:
    """A record written at least once may lie behind a newer version; only the header shows its age."""
    here = await begin(cluster)
    before = now()
    await here.send("articles.raw", [(b"a", raw("old"), {}), (b"a", raw("new"), {}), (b"b", raw("b"), {})])
    await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(3)
    old = next(row for row in follower.rows if row.key == b"a" and row.document["text"] == "old")
    await here.send(
        "articles.cleaned", [(old.key, old.value, {name: value.encode() for name, value in old.headers.items()})]
    )
    status, out, err = await here.command(*replay(before, now() + timedelta(seconds=1), stage="relay"))
    assert status == 0, err
    assert (read_sums(out)["found"], read_sums(out)["replayed"], read_sums(out)["newer"]) == (4, 2, 2)
    async with here.follow("articles.extracted") as follower:
        rows = await follower.until(2)
    assert {row.document["text"] for row in rows} == {"new", "b"}


@pytest.mark.parametrize("before_offset", [12, 20])
async def test_what_expires_meanwhile_is_told_and_not_waited_for(
    cluster: Make, broker: Broker, monkeypatch: pytest.MonkeyPatch, before_offset: int
) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker cannot delete records")
    here = await begin(cluster, partitions=1)
    before = now()
    await here.send("articles.raw", [(b"k%d" % n, raw(f"text {n}"), {}) for n in range(20)])
    for name, value in here.environ.items():
        monkeypatch.setenv(name, value)
    plan = Plan(before, now() + timedelta(seconds=1))
    async with Replay(probe, read_settings(), plan, transactions=True) as attempt:
        assert (await attempt.scan()).wanted == 20
        admin = AIOKafkaAdminClient(bootstrap_servers=broker.brokers)
        await admin.start()
        try:
            partition = TopicPartition(f"{here.prefix}articles.raw", 0)
            await admin.delete_records({partition: RecordsToDelete(before_offset=before_offset)})
        finally:
            await admin.close()
        async for tally in attempt.run():
            assert tally.replayed <= 20 - before_offset
        assert (attempt.tally.replayed, attempt.tally.left) == (20 - before_offset, before_offset)


async def test_a_broken_stage_halts_the_replay_too(cluster: Make) -> None:
    here = await begin(cluster)
    before = now()
    await here.send("articles.raw", [(b"k%d" % n, raw("RAISE bug"), {}) for n in range(100)])
    status, out, err = await here.command(*replay(before, now() + timedelta(seconds=1)))
    assert status == 1
    assert "in a row failed" in read_sums(out)["problem"]
    assert "--resume" in err
    assert read_sums(out)["dead_letters"] < 20


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("articles.cleaned", "--stage", "cleaner", "--from", "2026-01-01"), "reads articles.raw"),
        (("articles.raw", "--stage", "cleaner", "--from", "yesterday"), "say a time"),
        (("articles.raw", "--stage", "cleaner", "--from", "2026-01-02", "--to", "2026-01-01"), "before --to"),
        (("articles.raw", "--stage", "cleaner"), "--from"),
    ],
)
async def test_what_cannot_be_replayed_is_wrong_use(cluster: Make, arguments: tuple[str, ...], what: str) -> None:
    status, _, err = await cluster().command("replay", *arguments)
    assert status == 2
    assert what in err
