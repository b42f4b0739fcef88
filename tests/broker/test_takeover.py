"""Time until the partitions of a killed worker are read again."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Callable, Sequence

import pytest

from harness.brokers import Broker
from harness.running import Cluster, Worker

PARTITIONS = 6
SESSION = 6.0
"""Seconds; the session time-out of the tests' workers."""

Make = Callable[..., Cluster]


def assigned(here: Cluster, workers: Sequence[Worker]) -> int:
    """Number of partitions that these workers have together."""
    total = 0
    for number, worker in enumerate(here.workers):
        path = here.health_file("probe", number)
        if worker in workers and path.exists():
            total += json.loads(path.read_text(encoding="utf-8"))["partitions"]
    return total


async def test_a_member_killed_while_it_joins_costs_one_more_session(cluster: Make, broker: Broker) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker's groups have time-outs of their own")
    here = cluster(COPYDESK_SESSION_SECONDS=str(SESSION))
    await here.create("articles.raw", "articles.cleaned", "articles.probe.dlq", partitions=PARTITIONS)
    staying, killed = await here.run("probe"), await here.run("probe")
    for worker in (staying, killed):
        await worker.says("ready")
    async with asyncio.timeout(30):
        while assigned(here, [staying]) + assigned(here, [killed]) < PARTITIONS:
            await asyncio.sleep(0.1)
    began = time.monotonic()
    killed.signal(signal.SIGKILL)
    joining = await here.run("probe")
    await asyncio.sleep(3)  # it has asked to join, and waits for the killed one's session to end
    assert not any(line.get("event") == "ready" for line in joining.lines)
    joining.signal(signal.SIGKILL)
    last = await here.run("probe")
    async with asyncio.timeout(3 * SESSION + 20):
        await last.says("ready")
        while assigned(here, [staying, last]) < PARTITIONS:
            await asyncio.sleep(0.1)
    assert time.monotonic() - began < 2 * SESSION + 10, "two sessions, not the rebalance time-out of 90 s"
