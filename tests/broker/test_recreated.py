"""The input topic changes under a worker at work: deleted, created again, given more partitions."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions
from aiokafka.structs import OffsetAndMetadata

from copydesk.client.topic_metadata import fetch_topic_metadata
from copydesk.runtime.exits import Exit
from harness.brokers import Broker
from harness.running import Cluster, Row, Worker

TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")
PARTITIONS = 3

Make = Callable[..., Cluster]


@pytest.fixture(autouse=True)
def real_kafka(broker: Broker) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker cannot delete topics")


def articles(prefix: str, count: int) -> Iterable[tuple[bytes, bytes, dict[str, bytes]]]:
    return [(f"{prefix}{n}".encode(), json.dumps({"text": f"article {prefix}{n}"}).encode(), {}) for n in range(count)]


async def topic_id(here: Cluster, name: str) -> str | None:
    admin = AIOKafkaAdminClient(bootstrap_servers=here.broker.brokers)
    await admin.start()
    try:
        metadata = await fetch_topic_metadata(admin._client, here.prefix + name)
    finally:
        await admin.close()
    return None if metadata is None else metadata.id


async def run_until_done(here: Cluster, worker: Worker, followed: Any, wanted: set[bytes]) -> list[Worker]:
    """Start the worker again as often as it asks for it; all workers, once every wanted article has an outcome."""
    workers = [worker]
    done = asyncio.create_task(followed.until(lambda rows: {row.key for row in rows} >= wanted, 120))
    while not done.done():
        await asyncio.wait({done, ended := asyncio.create_task(workers[-1].ended(150))}, return_when="FIRST_COMPLETED")
        if ended.done():
            assert ended.result() == Exit.RESTART, workers[-1].lines[-3:]
            workers.append(await here.run(worker.stage))
        ended.cancel()
    await done
    return workers


async def begin(cluster: Make, **environ: str) -> tuple[Cluster, Worker]:
    """A worker at work on 5,000 articles, and the topic remade under it with 9,000 others."""
    here = cluster(**environ)
    await here.create(*TOPICS, partitions=PARTITIONS)
    await here.send("articles.raw", articles("old", 5_000))
    worker = await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(200)
    await here.recreate("articles.raw", partitions=PARTITIONS)
    await here.send("articles.raw", articles("new", 9_000))
    return here, worker


async def test_a_topic_remade_under_a_worker_stops_it(cluster: Make) -> None:
    here, worker = await begin(cluster)
    fields = await worker.says("set up wrongly")
    assert f"{here.prefix}articles.raw was deleted and created again" in fields["problem"]
    assert "Stop all workers" in fields["problem"]
    assert await worker.ended() == Exit.SETUP


async def test_where_it_may_begin_anew_every_new_article_has_an_outcome(cluster: Make) -> None:
    here, worker = await begin(cluster, COPYDESK_RECREATED_TOPIC="earliest")
    wanted = {key for key, _, _ in articles("new", 9_000)}
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        workers = await run_until_done(here, worker, follower, wanted)
    told = [line for one in workers for line in one.lines if "deleted and created again" in str(line.get("problem"))]
    assert told, "a topic that was created again is told"


async def test_a_storm_in_which_the_topic_is_remade(cluster: Make) -> None:
    """Two workers under a supervisor; the topic is remade three times, and a worker killed before and after."""
    here = cluster(COPYDESK_RECREATED_TOPIC="earliest")
    await here.create(*TOPICS, partitions=PARTITIONS)
    async with here.follow("articles.cleaned", "articles.probe.dlq") as follower:
        supervisor = asyncio.create_task(supervise(here, 2))
        try:
            for number in range(3):
                await here.send("articles.raw", articles(f"old{number}-", 2_000))
                await follower.until(partial(reached, b"old%d-" % number), 90)
                here.workers[-1].signal(signal.SIGKILL)
                await here.recreate("articles.raw", partitions=PARTITIONS)
                here.workers[-2].signal(signal.SIGKILL)
            await here.send("articles.raw", articles("new", 5_000))
            wanted = {key for key, _, _ in articles("new", 5_000)}
            await follower.until(lambda rows: {row.key for row in rows} >= wanted, 150)
        finally:
            supervisor.cancel()
            await asyncio.gather(supervisor, return_exceptions=True)
    ended = {worker.process.returncode for worker in here.workers} - {None}
    assert ended <= {Exit.RESTART, Exit.BROKER, -signal.SIGKILL}, ended


def reached(prefix: bytes, rows: list[Row]) -> bool:
    """Return whether an article of these has an outcome."""
    return any((row.key or b"").startswith(prefix) for row in rows)


async def supervise(here: Cluster, count: int) -> None:
    """Keep so many workers running, as every deployment does."""
    while True:
        for _ in range(count - sum(worker.alive for worker in here.workers)):
            await here.run("probe")
        await asyncio.sleep(0.2)


async def test_offsets_carry_the_id_of_their_topic(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", articles("a", 5))
    await commit(here, OffsetAndMetadata(2, ""))
    worker = await here.run("probe")
    assert (await worker.says("offset without topic id"))["first"] == 2
    async with here.follow("articles.cleaned") as follower:
        await follower.until(3)
    assert await worker.stop() == Exit.DONE
    label = f"topic_id={await topic_id(here, 'articles.raw')}"
    assert await committed(here) == OffsetAndMetadata(5, label)
    worker = await here.run("probe")
    await worker.says("ready")
    assert not any(line["event"] == "offset without topic id" for line in worker.lines), "only once"


@pytest.mark.parametrize("delivery", ["exactly_once", "at_least_once"])
async def test_an_offset_of_another_topic_is_never_resumed_from(cluster: Make, delivery: str) -> None:
    here = cluster(COPYDESK_DELIVERY=delivery)
    await here.create(*TOPICS, partitions=1)
    await here.send("articles.raw", articles("a", 5))
    await commit(here, OffsetAndMetadata(3, "topic_id=AAAAAAAAAAAAAAAAAAAAAA"))
    worker = await here.run("probe")
    assert "AAAAAAAAAAAAAAAAAAAAAA" in (await worker.says("set up wrongly"))["problem"]
    assert await worker.ended() == Exit.SETUP
    worker = await here.run("probe", COPYDESK_RECREATED_TOPIC="earliest")
    assert (await worker.says("topic created again"))["first"] == 0
    async with here.follow("articles.cleaned") as follower:
        await follower.until(5)
    assert await worker.stop() == Exit.DONE
    assert (await committed(here)).metadata == f"topic_id={await topic_id(here, 'articles.raw')}"


async def test_a_topic_that_goes_away_is_told_and_waited_for(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    worker = await here.run("probe")
    await worker.says("ready")
    await here.delete("articles.raw")
    fields = await worker.says("the topic is gone", 30)
    assert "copydesk topics apply" in fields["problem"]
    await asyncio.sleep(1.5)  # the next report is a second away
    file = str(here.health_file("probe"))
    status, out, _ = await here.command("health", "probe", "--ready", COPYDESK_HEALTH_FILE=file)
    assert (status, b"without_topic" in out) == (Exit.REFUSED, True), out
    assert worker.alive


async def test_partitions_that_are_added_are_read_within_half_a_minute(cluster: Make) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=1)
    worker = await here.run("probe")
    await worker.says("ready")
    admin = AIOKafkaAdminClient(bootstrap_servers=here.broker.brokers)
    await admin.start()
    try:
        await asyncio.sleep(6)  # the watch has to see the one partition first
        await admin.create_partitions({here.prefix + name: NewPartitions(3) for name in TOPICS})
    finally:
        await admin.close()
    assert (await worker.says("partitions changed", 30))["partitions"] == 3
    async with asyncio.timeout(30):
        while not any(line.get("event") == "ready" and line["partitions"] == 3 for line in worker.lines):
            await asyncio.sleep(0.2)


async def commit(here: Cluster, offset: OffsetAndMetadata) -> None:
    async with here.beside("probe", "articles.raw") as (consumer, partition):
        await consumer.commit({partition: offset})


async def committed(here: Cluster) -> OffsetAndMetadata:
    async with here.beside("probe", "articles.raw") as (consumer, partition):
        offsets = await consumer._coordinator.fetch_committed_offsets([partition])
    return offsets[partition]
