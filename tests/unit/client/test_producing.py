"""Options of producers, and publishing that gives way to newer versions; the producer is a fake."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import TopicPartition

from copydesk.client import producing
from copydesk.client.connection import Connection
from copydesk.client.producing import make_producer, publish_unless_overtaken

PARTITION = TopicPartition("articles.raw", 0)


class Producer:
    """Records what is sent, and whether it is committed."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.events: list[object] = []

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.events.append("abort")
            raise
        self.events.append("commit")

    async def send_offsets_to_transaction(self, offsets: object, group: str) -> None:
        self.events.append((offsets, group))


@pytest.fixture
def producer() -> Producer:
    return Producer()


async def publish(
    producer: Producer, items: Sequence[str], *, overtaken: set[str], arriving: Sequence[str] = (), seconds: float = 5.0
) -> list[str]:
    """Publish items; newer versions of `arriving` come one by one, each while a batch is being sent."""
    coming = list(arriving)

    async def send(batch: Sequence[str]) -> int:
        producer.events.append(tuple(batch))
        return len(batch)

    async def catch_up(sent: int) -> None:
        producer.events.append(f"{sent} sent")
        if coming:
            overtaken.add(coming.pop(0))

    return await publish_unless_overtaken(
        producer, items, is_overtaken=overtaken.__contains__, send=send, catch_up=catch_up,
        offsets=lambda batch: {PARTITION: len(batch)} if batch else {}, group="mine", seconds=seconds,
    )  # fmt: skip


async def test_what_nothing_overtakes_is_committed_with_its_offsets(producer: Producer) -> None:
    assert await publish(producer, "ab", overtaken=set()) == ["a", "b"]
    assert producer.events == [("a", "b"), "2 sent", ({PARTITION: 2}, "mine"), "commit"]


async def test_a_newer_version_that_comes_after_the_sending_aborts_and_the_others_are_sent_again(
    producer: Producer,
) -> None:
    assert await publish(producer, "abc", overtaken={"c"}, arriving=["a"]) == ["b"]
    assert producer.events == [
        ("a", "b"), "2 sent", "abort",
        ("b",), "1 sent", ({PARTITION: 1}, "mine"), "commit",
    ]  # fmt: skip


async def test_nothing_left_to_commit_opens_no_transaction(producer: Producer) -> None:
    assert await publish(producer, "a", overtaken={"a"}) == []
    assert producer.events == []


async def test_an_attempt_that_takes_too_long_is_aborted(producer: Producer) -> None:
    async def never(_: object) -> None:
        await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await publish_unless_overtaken(
            producer, "a", is_overtaken=lambda _: False, send=never, catch_up=never,
            offsets=lambda _: {PARTITION: 1}, group="mine", seconds=0.01,
        )  # fmt: skip
    assert producer.events == ["abort"]


def test_a_producer_waits_for_all_replicas_and_compresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producing, "AIOKafkaProducer", Producer)
    plain = make_producer(Connection()).options
    assert (plain["acks"], plain["compression_type"]) == ("all", "lz4")
    assert "transactional_id" not in plain
    options = make_producer(Connection(), compression=None, transactional_id="one", transaction_seconds=30).options
    assert options["compression_type"] is None
    assert (options["transactional_id"], options["transaction_timeout_ms"]) == ("one", 30_000)
