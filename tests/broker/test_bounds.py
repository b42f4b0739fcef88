"""Limits of a worker: memory, time, the grace of a stop, and articles of the largest size.

BOUNDS_ARTICLES=100000 runs the whole form of the first test.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Float64, Int16, Int32, Schema, String

from harness.brokers import Broker
from harness.running import STAGES, Cluster

TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")
WAITING = int(os.environ.get("BOUNDS_ARTICLES", "30000"))
SLOW_BYTES_A_SECOND = 100_000.0
GROWTH_BYTES = 200 * 1024**2
"""The queues' 64 MiB, what is fetched ahead of them, and the interpreter's own waste."""

Make = Callable[..., Cluster]


def raw(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


class QuotaResponse(Response):  # type: ignore[misc] # aiokafka is untyped
    API_KEY = 49
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "entries",
            Array(
                ("error_code", Int16),
                ("error_message", String("utf-8")),
                ("entity", Array(("type", String("utf-8")), ("name", String("utf-8")))),
            ),
        ),
    )


class QuotaRequest(RequestStruct):  # type: ignore[misc] # ditto
    API_KEY = 49
    API_VERSION = 0
    RESPONSE_TYPE = QuotaResponse
    SCHEMA = Schema(
        (
            "entries",
            Array(
                ("entity", Array(("type", String("utf-8")), ("name", String("utf-8")))),
                ("ops", Array(("key", String("utf-8")), ("value", Float64), ("remove", Boolean))),
            ),
        ),
        ("validate_only", Boolean),
    )


class Quota(Request[QuotaRequest]):  # type: ignore[misc] # ditto
    """Kafka's AlterClientQuotas, which aiokafka does not know."""

    API_KEY = 49

    def __init__(self, client_id: str, rate: float | None) -> None:
        self._entry = ([("client-id", client_id)], [("producer_byte_rate", rate or 0.0, rate is None)])

    def build(self, request_struct_class: type[QuotaRequest]) -> QuotaRequest:
        return request_struct_class([self._entry], False)  # noqa: FBT003 - as the schema orders them


@asynccontextmanager
async def slow_sink(here: Cluster) -> AsyncIterator[None]:
    """Workers may write so many bytes a second and no more."""
    admin = AIOKafkaAdminClient(bootstrap_servers=here.broker.brokers)
    await admin.start()
    try:
        response = await admin._send_request(Quota("copydesk", SLOW_BYTES_A_SECOND))
        assert response.entries[0][0] == 0, response
        yield
    finally:
        await admin._send_request(Quota("copydesk", None))
        await admin.close()


def resident(pid: int) -> int:
    match = re.search(r"^VmRSS:\s+(\d+) kB$", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"), re.MULTILINE)
    assert match
    return int(match[1]) * 1024


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_memory_is_bounded_while_much_waits_and_the_sink_is_slow(
    cluster: Make, broker: Broker, capsys: pytest.CaptureFixture[str]
) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker has no quotas, by which a sink is made slow")
    here = cluster(COPYDESK_TRANSACTION_SECONDS="60")
    await here.create(*TOPICS, partitions=12)
    await here.send("articles.raw", ((b"k%d" % n, raw(f"small {n} " * 20), {}) for n in range(WAITING)))
    async with slow_sink(here), here.follow("articles.cleaned") as follower:
        worker = await here.run("probe")
        await worker.says("ready")
        at_first = resident(worker.process.pid)
        most, passed = at_first, 0
        for _ in range(100):
            await asyncio.sleep(0.2)  # what is measured is a course in time
            most = max(most, resident(worker.process.pid))
        passed = len(follower.rows)
        left = WAITING - passed
        with capsys.disabled():
            print(  # noqa: T201 - the figure is what one runs this for
                f"\n{WAITING} small articles, a slow sink: {passed} passed in 20 s, "
                f"{at_first >> 20} MiB at first, {most >> 20} MiB at most"
            )
        assert passed > 0, "slow, not stopped"
        assert left > WAITING / 2, "slow indeed"
        assert most - at_first < GROWTH_BYTES
        assert await worker.stop(90) == 0


async def test_an_article_as_large_as_it_may_be_passes_and_a_larger_one_is_refused(
    cluster: Make, tmp_path: Path
) -> None:
    here = cluster(PYTHONPATH=str(STAGES))
    status, _, err = await here.command("topics", "apply", "--partitions", "1")
    assert status == 0, err
    limit = 5 * 1024**2
    (tmp_path / "large.json").write_bytes(raw("x" * (limit - 1_000)))
    (tmp_path / "larger.json").write_bytes(raw("x" * (limit + 1)))
    status, _, err = await here.command("publish", str(tmp_path / "large.json"))
    assert status == 0, err
    status, _, err = await here.command("publish", str(tmp_path / "larger.json"))
    assert status == 1
    assert f"bytes are over {limit:,}, the most that an article may have" in err
    await here.run("probe")
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        (row,) = await follower.until(1)
    assert row.topic == "articles.cleaned"
    assert len(row.document["text"]) == limit - 1_000


async def test_articles_longer_than_the_session_keep_their_partitions_and_health_answers(cluster: Make) -> None:
    here = cluster(COPYDESK_METRICS_PORT="0", COPYDESK_SESSION_SECONDS="3")
    await here.create(*TOPICS, partitions=3)
    await here.send("articles.raw", [(b"k%d" % n, raw(f"SLEEP 5 {n}"), {}) for n in range(3)])
    worker = await here.run("probe")
    url = (await worker.says("metrics"))["url"].replace("/metrics", "/health")
    await worker.says("ready")

    def ask() -> tuple[float, bytes]:
        begin = time.monotonic()
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 - ours, on loopback
            return time.monotonic() - begin, response.read()

    answers = []
    async with here.follow("articles.cleaned") as follower:
        while len(follower.rows) < 3:
            answers.append(await asyncio.to_thread(ask))
            await asyncio.sleep(0.5)  # asked from time to time
            assert len(answers) < 150, "three articles of five seconds"
        rows = await follower.settle(1.0)
    assert len(rows) == 3
    assert sum(line["event"] == "ready" for line in worker.lines) == 1, "nobody took its partitions away"
    reports = [json.loads(answer)["worker"] for _, answer in answers]
    assert any(one["in_hand"] for one in reports)
    assert max(seconds for seconds, _ in answers) < 4, "an article of five seconds is not waited for"


async def test_a_stop_does_not_wait_for_an_article_that_never_ends(cluster: Make) -> None:
    here = cluster(COPYDESK_GRACE_SECONDS="1", COPYDESK_MAX_ARTICLE_SECONDS="110")
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", [(b"a", raw("first"), {}), (b"b", raw("HANG"), {}), (b"c", raw("last"), {})])
    worker = await here.run("probe")
    async with here.follow(*TOPICS[1:]) as follower:
        await _in_hand(here)
        worker.signal(signal.SIGTERM)
        assert await worker.ended(60) == 0
        rows = await follower.settle(1.0)
    assert [row.key for row in rows] == [b"a"], "what was in hand is nobody's dead letter"
    assert await here.committed("probe", "articles.raw") == {0: 1}, "it comes again"


async def test_who_joins_does_not_wait_for_an_article_that_never_ends(cluster: Make) -> None:
    here = cluster(COPYDESK_GRACE_SECONDS="1", COPYDESK_MAX_ARTICLE_SECONDS="110")
    await here.create(*TOPICS, partitions=2)
    await here.send("articles.raw", [(b"k", raw("HANG"), {})])
    await here.run("probe")
    await _in_hand(here)
    joining = await here.run("probe")
    await joining.says("ready", seconds=60)


async def _in_hand(here: Cluster, number: int = 0) -> None:
    """Wait until the n-th worker has an article in hand that stays there."""
    path = here.health_file("probe", number)

    def stays() -> bool:
        report = json.loads(path.read_bytes()) if path.exists() else {}
        return bool(report.get("in_hand")) and report["idle_seconds"] > 1

    async with asyncio.timeout(60):
        while not await asyncio.to_thread(stays):
            await asyncio.sleep(0.05)  # a file cannot be awaited
