"""Faults that faust hides: a committed offset outside the log, an unreadable header, work that stands still."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from copydesk.runtime.resuming import seek_to_resume_points
from harness.brokers import Broker
from harness.running import STAGES, Cluster

TOPICS = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.probe.dlq", "articles.relay.dlq")

Make = Callable[..., Cluster]


async def begin(cluster: Make, count: int, **environ: str) -> Cluster:
    """Topics of one partition with so many articles."""
    here = cluster(**environ)
    await here.create(*TOPICS, partitions=1)
    await here.send(
        "articles.raw", [(b"k%d" % n, json.dumps({"text": f"article {n}"}).encode(), {}) for n in range(count)]
    )
    return here


async def commit(here: Cluster, offset: int) -> None:
    """As if a worker had got so far."""
    async with here.beside("probe", "articles.raw") as (consumer, partition):
        await consumer.commit({partition: offset})


async def test_articles_that_expired_unread_are_counted(cluster: Make, broker: Broker) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker cannot delete records")
    here = await begin(cluster, 20)
    await commit(here, 3)
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.brokers)
    await admin.start()
    try:
        partition = TopicPartition(f"{here.prefix}articles.raw", 0)
        await admin.delete_records({partition: RecordsToDelete(before_offset=12)})
    finally:
        await admin.close()
    worker = await here.run("probe")
    fields = await worker.says("articles expired")
    assert (fields["committed"], fields["first"]) == (3, 12)
    assert "9 articles" in fields["problem"]
    async with here.follow("articles.cleaned") as follower:
        await follower.until(8)
        assert {row.key for row in await follower.settle()} == {b"k%d" % n for n in range(12, 20)}


async def test_an_offset_beyond_the_log_stops_the_worker_and_says_what_to_do(cluster: Make) -> None:
    here = await begin(cluster, 5)
    await commit(here, 1000)
    worker = await here.run("probe")
    fields = await worker.says("set up wrongly")
    assert "committed offset 1000" in fields["problem"]
    assert "beyond the log's end (5)" in fields["problem"]
    assert "--reset-offsets" in fields["problem"]
    assert await worker.ended() == 5


async def test_what_was_read_and_thrown_away_is_read_again_where_nothing_is_committed(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw", partitions=2)
    await here.send(
        "articles.raw", [(b"k%d" % n, json.dumps({"text": f"article {n}"}).encode(), {}) for n in range(40)]
    )
    consumer = AIOKafkaConsumer(
        f"{here.prefix}articles.raw", bootstrap_servers=here.broker.brokers, group_id=f"{here.prefix}young",
        enable_auto_commit=False, auto_offset_reset="earliest",
    )  # fmt: skip
    await consumer.start()
    try:
        old, young = await read_all(consumer, 40)
        await consumer.commit({old: 3})
        _, points = await seek_to_resume_points(consumer, accept_recreated=False)
        assert {partition: point.committed for partition, point in points.items()} == {old: 3, young: None}
        assert (await consumer.position(old), await consumer.position(young)) == (3, 0)
    finally:
        await consumer.stop()


async def read_all(consumer: AIOKafkaConsumer, count: int) -> list[TopicPartition]:
    """The partitions, once so many records were read of them."""
    async with asyncio.timeout(30):
        while count > 0:
            count -= sum(len(records) for records in (await consumer.getmany(timeout_ms=500)).values())
    partitions = sorted(consumer.assignment())
    assert [await consumer.position(partition) > 3 for partition in partitions] == [True, True]
    return partitions


async def test_lag_tells_what_waits_and_no_markers(cluster: Make) -> None:
    """Before, between and after the work; transaction markers are no articles."""
    here = await begin(cluster, 7, PYTHONPATH=str(STAGES))
    lag = ("lag", "--stage", "probe", "--json")
    status, out, err = await here.command(*lag)
    assert status == 0, err
    (fields,) = [json.loads(line) for line in out.splitlines()]
    assert (fields["stage"], fields["committed"], fields["articles"], fields["end"]) == ("probe", None, 7, 7)
    assert fields["seconds"] > 0
    worker = await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(7)
    assert await worker.stop() == 0
    (fields,) = [json.loads(line) for line in (await here.command(*lag))[1].splitlines()]
    assert (fields["articles"], fields["seconds"]) == (0, 0)
    relay = ("lag", "--stage", "relay", "--json")
    (fields,) = [json.loads(line) for line in (await here.command(*relay))[1].splitlines()]
    assert fields["articles"] in {7, 8}, "markers between articles count, one behind the last does not"
    worker = await here.run("relay")
    async with here.follow("articles.extracted") as follower:
        await follower.until(7)
    assert await worker.stop() == 0
    (fields,) = [json.loads(line) for line in (await here.command(*relay))[1].splitlines()]
    assert (fields["articles"], fields["seconds"]) == (0, 0), "only a marker is left"
    status, out, _ = await here.command("lag", "--stage", "relay", "--partitions")
    assert len(out.splitlines()) == 2


class Bytes(str):
    """A header's name that is no UTF-8."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"x-\xff"


async def test_a_header_that_is_no_utf8_costs_nobody_anything(cluster: Make) -> None:
    here = await begin(cluster, 2)
    await send_by_hand(here, "articles.raw", b"odd", b'{"text": "odd header"}')
    await here.send("articles.raw", [(b"after", b'{"text": "after"}', {})])
    await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        rows = await follower.until(4)
    (odd,) = [row for row in rows if row.key == b"odd"]
    assert odd.headers["x-?"] == "1"
    status, out, err = await here.command("consume", "articles.raw", "--json")
    assert status == 0, err
    assert len(out.splitlines()) == 4


async def send_by_hand(here: Cluster, name: str, key: bytes, value: bytes) -> None:
    """One record whose header's name no client of Python would write: the batch is built apart and sent whole."""
    producer = AIOKafkaProducer(bootstrap_servers=here.broker.brokers, acks="all")
    await producer.start()
    try:
        batch: Any = producer.create_batch()
        built = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1 << 20)
        built.append(0, 1_000, key, value, headers=[(Bytes("x"), b"1")])
        batch._builder = _Built(batch._builder, bytes(built.build()))
        batch._relative_offset = 1
        await (await producer.send_batch(batch, here.prefix + name, partition=0))
    finally:
        await producer.stop()


class _Built:
    """Stands for aiokafka's builder of a batch and gives bytes that are made already."""

    def __init__(self, builder: Any, data: bytes) -> None:
        self._builder = builder
        self._data = data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._builder, name)

    def size(self) -> int:
        return len(self._data)

    def build(self) -> bytearray:
        return bytearray(self._data)


async def test_a_worker_that_does_not_move_ends_itself(cluster: Make) -> None:
    here = await begin(
        cluster, 0, COPYDESK_STALL_SECONDS="1", COPYDESK_STALL_EXIT_SECONDS="3", COPYDESK_MAX_ARTICLE_SECONDS="60"
    )
    await here.send("articles.raw", [(b"k", b'{"text": "HANG"}', {})])
    worker = await here.run("probe")
    fields = await worker.says("ending, to be restarted")
    assert "COPYDESK_STALL_EXIT_SECONDS" in fields["problem"]
    assert await worker.ended() == 70
    assert await here.committed("probe", "articles.raw") == {}


async def test_an_idle_worker_is_never_stalled(cluster: Make) -> None:
    here = await begin(cluster, 1, COPYDESK_STALL_SECONDS="1", COPYDESK_STALL_EXIT_SECONDS="2")
    worker = await here.run("probe")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(1)
    await asyncio.sleep(4)  # nothing tells that something did not happen
    assert worker.alive
    worker.signal(signal.SIGTERM)
    assert await worker.ended() == 0
