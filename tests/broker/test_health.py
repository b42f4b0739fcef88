"""Health is progress, and a broker that goes away for good ends the worker."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.brokers import own_kafka
from harness.running import Cluster

Make = Callable[..., Cluster]
CHAIN = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.probe.dlq", "articles.relay.dlq")


def raw(text: str) -> bytes:
    return json.dumps({"text": text}).encode()


async def health(cluster: Cluster, stage: str, number: int) -> tuple[int, dict[str, object]]:
    """Exit code and report of `copydesk health` for a worker."""
    status, out, _ = await cluster.command(
        "health", stage, "--json", COPYDESK_HEALTH_FILE=str(cluster.health_file(stage, number))
    )
    report: dict[str, object] = json.loads(out)["worker"]
    return status, report


async def test_a_worker_that_has_nothing_to_do_is_healthy_behind_transactions_too(cluster: Make) -> None:
    """Transaction markers take offsets: were they counted as work, an idle worker would seem stalled."""
    here = cluster(COPYDESK_STALL_SECONDS="2")
    await here.create(*CHAIN, partitions=3)
    await here.send("articles.raw", [(b"k%d" % number, raw(f"text {number}"), {}) for number in range(20)])
    await here.run("probe")
    await here.run("relay")
    async with here.follow("articles.extracted") as follower:
        await follower.until(20)
    await asyncio.sleep(5)  # longer than the worker may stall
    for number, stage in enumerate(("probe", "relay")):
        status, report = await health(here, stage, number)
        assert (status, report["state"], report["waiting"], report["in_hand"]) == (0, "ready", False, 0)


async def test_a_worker_that_makes_no_progress_while_work_waits_is_unhealthy(cluster: Make) -> None:
    here = cluster(COPYDESK_STALL_SECONDS="2", COPYDESK_MAX_ARTICLE_SECONDS="60")
    await here.create(*CHAIN[:2], "articles.probe.dlq", partitions=1)
    await here.send("articles.raw", [(b"k", raw("HANG"), {})])
    worker = await here.run("probe")
    await worker.says("ready")
    await asyncio.sleep(5)  # longer than the worker may stall
    status, report = await health(here, "probe", 0)
    assert (status, report["state"], report["waiting"], report["in_hand"]) == (1, "stalled", True, 1)


@pytest.mark.kafka
async def test_a_broker_that_stays_away_is_exit_3_and_one_line_says_so(tmp_path: Path) -> None:
    with own_kafka(tmp_path) as kafka:
        async with Cluster(kafka, COPYDESK_BROKER_SECONDS="4") as here:
            await here.create(*CHAIN[:2], "articles.probe.dlq")
            worker = await here.run("probe")
            await worker.says("ready")
            kafka.kill()
            assert await worker.ended(40) == 3
            (last,) = [line for line in worker.lines if line.get("level") in {"error", "critical"}]
            assert last["event"] == "broker out of reach"
            assert "no broker answers" in last["problem"]
            assert not any(line.get("raw") for line in worker.lines), "no stray words of a library"
