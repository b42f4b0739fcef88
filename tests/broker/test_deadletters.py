"""Dead letters looked at, exported, and tried again once the stage is mended; articles withdrawn by command."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition

from copydesk.client import Connection
from copydesk.client.dead_letters import DeadLetterFilter
from copydesk.operations.retry import Retry, RetryResult
from harness.brokers import Broker
from harness.running import STAGES, Cluster

DEAD_LETTERS = tuple(f"articles.{stage}.dlq" for stage in ("probe", "relay", "cleaner", "extractor", "coherence"))
TOPICS = ("articles.raw", "articles.cleaned", "articles.tallied", "tally.steps", "articles.tally.dlq", *DEAD_LETTERS)

Make = Callable[..., Cluster]
Sent = tuple[bytes | None, bytes | None, dict[str, bytes]]
PROBE = ("--stage", "probe")


def lines(out: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


async def test_a_broken_stage_is_mended_and_everything_arrives_once(
    cluster: Make, broker: Broker, tmp_path: Path
) -> None:
    """Broken, mended, retried: every article once, the attempt counted, nothing retried twice."""
    flag = tmp_path / "broken"
    flag.touch()
    here = cluster(PYTHONPATH=str(STAGES), COPYDESK_DLQ_MAX_CONSECUTIVE="1000", COPYDESK_DLQ_MAX_RATIO="1")
    await here.create(*TOPICS, partitions=3)
    broken: list[Sent] = [
        (b"b%d" % n, json.dumps({"text": f"BROKEN {flag} {n}"}).encode(), {"x-mine": b"1"}) for n in range(120)
    ]
    nameless: list[Sent] = [(None, json.dumps({"text": f"BROKEN {flag} nameless"}).encode(), {})]
    rejected: list[Sent] = [(b"never", b'{"text": "REJECT it"}', {})]
    await here.send("articles.raw", [*broken, *nameless, (b"good", b'{"text": "good"}', {})])
    await here.run("probe")
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        await follower.until(122)
        # last: without metadata of offsets, a letter behind one that is not retried would be retried again, and the
        # letter of the nameless article may lie on any partition
        await here.send("articles.raw", rejected)
        await follower.until(123)
        status, out, _ = await here.command("dlq", "list", *PROBE, "--reason", "failed", "--json")
        assert (status, len(lines(out))) == (1, 121)

        retry = ("dlq", "retry", *PROBE, "--reason", "failed")
        status, out, err = await here.command(*retry, "--dry-run")
        assert (status, len(out.splitlines())) == (0, 121), err
        assert "121 would be retried" in err

        status, out, err = await here.command("dlq", "retry", "--id", "b7")
        assert (status, len(out.splitlines())) == (0, 1), err
        await follower.until(124)
        again = [row for row in follower.of("articles.probe.dlq") if row.key == b"b7"]
        assert [row.headers["dlq.attempt"] for row in again] == ["1", "2"], "a retry that fails counts on"

        flag.unlink()
        status, out, err = await here.command(*retry)
        assert status == 0, err
        # b7 by its second letter, the others by their first; a broker that keeps no metadata with an offset remembers
        # no gaps: there b7's first letter is taken again
        more = 0 if broker.transactions else 1
        assert f"{121 + more} retried, 0 could not be" in err
        await follower.until(lambda rows: sum(row.topic == "articles.cleaned" for row in rows) == 122 + more)
        status, _, err = await here.command(*retry)
        assert (status, err.strip()) == (0, "0 retried, 0 could not be")
        await follower.settle()
    passed = follower.of("articles.cleaned")
    names = {key for key, _, _ in broken}
    keys = [row.key for row in passed if row.key in names]  # the nameless one's is made of its content
    assert set(keys) == names
    assert len(keys) == len(broken) + more
    assert len(passed) == 122 + more
    assert {row.headers.get("x-mine") for row in passed if row.key in keys} == {"1"}
    assert not any(name.startswith("dlq.") for row in passed for name in row.headers)


async def test_no_retry_puts_an_old_version_over_a_newer_one(
    cluster: Make, broker: Broker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A newer version, a newer one that failed, too, a withdrawal, one under another key; one that comes meanwhile."""
    flag = tmp_path / "broken"
    flag.touch()
    here = cluster(PYTHONPATH=str(STAGES), COPYDESK_DLQ_MAX_CONSECUTIVE="1000", COPYDESK_DLQ_MAX_RATIO="1")
    await here.create(*TOPICS, partitions=3)

    def broken(id_: str, version: int, key: bytes | None = b"") -> Sent:
        value = json.dumps({"id": id_, "text": f"BROKEN {flag} version {version}"}).encode()
        return (id_.encode() if key == b"" else key, value, {})

    ids = ("alone", "mended", "twice", "withdrawn", "keyed", "raced")
    await here.send("articles.raw", [*(broken(id_, 1) for id_ in ids), broken("twice", 2)])
    await here.run("probe")
    async with here.follow("articles.raw", "articles.cleaned", "articles.probe.dlq") as follower:
        await follower.until(lambda rows: sum(row.topic == "articles.probe.dlq" for row in rows) == 7)
        flag.unlink()
        newer: list[Sent] = [(b"mended", b'{"text": "version 2"}', {}), (b"withdrawn", None, {})]
        await here.send("articles.raw", [*newer, broken("keyed", 2, b"by something else")])
        await follower.until(lambda rows: sum(row.topic == "articles.cleaned" for row in rows) == 3)
        status, out, err = await here.command("dlq", "retry", *PROBE, "--dry-run")
        assert (status, len(out.splitlines())) == (0, 3), err
        assert "3 would be retried, 0 could not be, 4 left alone for a newer version" in err

        connection = Connection(brokers=broker.brokers, topic_prefix=here.prefix)
        send = Retry._send

        async def overtaken(self: Retry, sent: list[RetryResult]) -> dict[TopicPartition, int]:
            """Between the look and the sending a newer version comes."""
            if "raced" in {one.found.message.id for one in sent}:
                await here.send("articles.raw", [(b"raced", b'{"text": "version 2"}', {})])
            return await send(self, sent)

        if broker.transactions:
            monkeypatch.setattr(Retry, "_send", overtaken)
        async with Retry("articles.probe.dlq", connection, transactions=broker.transactions) as retry:
            done = [one async for one in retry.run(DeadLetterFilter())]
        assert {one.found.message.id for one in done if one.newer} >= {"mended", "twice", "withdrawn", "keyed"}
        assert not any(one.problem for one in done)
        await follower.until(lambda rows: {row.key for row in rows if row.topic == "articles.cleaned"} >= {b"raced"})
        await follower.until(lambda rows: sum(row.topic == "articles.cleaned" for row in rows) == 6)
        await follower.settle()
    last = {
        row.key: row for row in sorted(follower.of("articles.cleaned"), key=lambda row: (row.timestamp, row.offset))
    }
    texts = {(key or b"").decode(): row.document["text"][-9:] if row.value else None for key, row in last.items()}
    expected = {"alone": 1, "mended": 2, "twice": 2, "keyed": 2, "raced": 2 if broker.transactions else 1}
    assert texts == {"withdrawn": None, **{id_: f"version {number}" for id_, number in expected.items()}}


async def test_dead_letters_are_shown_exported_and_chosen(cluster: Make, tmp_path: Path) -> None:
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create(*TOPICS, partitions=1)
    await here.send(
        "articles.raw",
        [
            (b"one", b'{"text": "RAISE boom"}', {}),
            (b"two", b"{no json", {"x": b"y"}),
            (b"three", b'{"text": "REJECT"}', {}),
        ],
    )
    await here.run("probe")
    async with here.follow("articles.probe.dlq") as follower:
        await follower.until(3)
    status, out, _ = await here.command("dlq", "show", "articles.probe.dlq/0/0")
    assert status == 0
    assert b"RuntimeError: boom" in out
    status, _, err = await here.command("dlq", "show", "nothing")
    assert status == 1
    assert "copydesk dlq list" in err
    status, out, err = await here.command("dlq", "list", *PROBE, "--id", "two", "--json")
    assert [letter["key"] for letter in lines(out)] == ["two"]
    ids = tmp_path / "ids"
    ids.write_text("one\n\nthree\n")
    status, out, _ = await here.command("dlq", "export", *PROBE, "--ids", str(ids))
    assert [letter["key"] for letter in lines(out)] == ["one", "three"]
    assert lines(out)[0]["value"] == '{"text": "RAISE boom"}'
    status, out, _ = await here.command("dlq", "list", *PROBE, "--until", "2020-01-01")
    assert (status, out) == (0, b"")
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    status, out, _ = await here.command("dlq", "list", *PROBE, "--since", later)
    assert (status, out) == (0, b"")
    status, _, err = await here.command("dlq", "retry")
    assert status == 2
    assert "--all" in err


async def test_a_pointer_is_retried_with_the_original_while_that_is_there(cluster: Make) -> None:
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create(
        *TOPICS, partitions=1, configs={name: {"max.message.bytes": "20000"} for name in TOPICS[1:]}
    )  # the dead letters take less than the article
    value = json.dumps({"text": "GROW 30000", "metadata": {"pad": "x" * 30_000}}).encode()
    await here.send("articles.raw", [(b"big", value, {})])
    await here.run("probe")
    async with here.follow("articles.probe.dlq") as follower:
        (pointer,) = await follower.until(1)
        assert pointer.value == b""
        status, _, err = await here.command("dlq", "retry", *PROBE)
        assert (status, "1 retried" in err) == (0, True), err
        await follower.until(2)
    async with here.follow("articles.raw") as raw:
        rows = await raw.until(2)
    assert [row.value for row in rows] == [value, value]
    assert [row.headers.get("dlq.attempt") for row in rows] == [None, "2"]


async def test_withdraw_passes_down_and_the_id_may_come_again(cluster: Make, tmp_path: Path) -> None:
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", [(b"a/1", b'{"text": "first"}', {}), (b"a/2", b'{"text": "second"}', {})])
    await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(2)
        ids = tmp_path / "ids"
        ids.write_text("a/2\n")
        status, _, err = await here.command("withdraw", "a/1", "--ids", str(ids))
        assert (status, "2 withdrawn" in err) == (0, True), err
        await follower.until(4)
        await here.send("articles.raw", [(b"a/1", b'{"text": "corrected"}', {})])
        await follower.until(5)
    assert [(row.key, row.value is None) for row in follower.rows] == [
        (b"a/1", False), (b"a/2", False), (b"a/1", True), (b"a/2", True), (b"a/1", False),
    ]  # fmt: skip
    assert follower.rows[-1].document["text"] == "corrected"
    status, _, err = await here.command("withdraw", "x" * 300)
    assert (status, "0 withdrawn" in err) == (1, True)
    assert (await here.command("withdraw"))[0] == 2


async def test_trace_follows_one_article_over_all_topics(cluster: Make) -> None:
    """By key, by the id inside the document, as a dead letter; others stay out."""
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create(*TOPICS, "articles.extracted", "articles.scored", partitions=2)
    await here.send(
        "articles.raw",
        [
            (None, b'{"id": "a/1", "text": "by its id"}', {}),
            (b"other", b'{"text": "mentions a/1"}', {}),
            (b"a/2", b'{"text": "RAISE boom"}', {}),
        ],
    )
    await here.run("probe")
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        await follower.until(3)
    status, out, err = await here.command("trace", "a/1", "--json")
    assert status == 0, err
    assert [(step["topic"], step["what"]) for step in lines(out)] == [
        ("articles.raw", "published"),
        ("articles.cleaned", "published"),
    ]
    status, out, err = await here.command("trace", "a/2")
    assert status == 0, err
    assert b"failed" in out
    assert b"RuntimeError: boom (attempt 1, read from" in out
    status, _, err = await here.command("trace", "a/3")
    assert status == 1
    assert "no message of a/3" in err
