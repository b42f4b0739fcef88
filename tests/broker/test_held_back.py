"""Somebody's open transaction on the input topic: every command and the worker say what it holds back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from copydesk.client.held_back import HELD_SECONDS
from copydesk.runtime.exits import Exit
from harness.brokers import Broker
from harness.running import STAGES, Cluster

Make = Callable[..., Cluster]


@asynccontextmanager
async def open_transaction(here: Cluster) -> AsyncIterator[None]:
    """A producer that began a transaction on `articles.raw` and does not end it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=here.broker.brokers, transactional_id=uuid4().hex, transaction_timeout_ms=120_000
    )
    await producer.start()
    try:
        await producer.begin_transaction()
        await producer.send_and_wait(f"{here.prefix}articles.raw", b'{"text": "undecided"}', key=b"u", partition=0)
        yield
        await producer.abort_transaction()
    finally:
        await producer.stop()


async def test_what_an_open_transaction_holds_back_is_told_everywhere(cluster: Make, broker: Broker) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker has no transactions")
    here = cluster(PYTHONPATH=str(STAGES))
    status, _, err = await here.command("topics", "apply", "--partitions", "1")
    assert status == Exit.DONE, err
    worker = await here.run("probe")
    await worker.says("ready")
    async with open_transaction(here):
        publish = ("publish", "-")
        article = json.dumps({"id": "waits", "text": "An article behind the transaction."}).encode()
        status, _, err = await here.command(*publish, stdin=article)
        assert status == Exit.DONE, err
        told = "2 messages of {} held back by an open transaction since 20"
        fields = await worker.says("held back", HELD_SECONDS + 10)
        assert told.format(f"{here.prefix}articles.raw") in fields["problem"]
        status, out, _ = await here.command("lag", "--stage", "probe")
        assert told.format("articles.raw") in out.decode()
        status, out, _ = await here.command("lag", "--stage", "probe", "--json")
        (lag,) = [json.loads(line) for line in out.splitlines()]
        assert (lag["articles"], lag["held_back"]) == (0, 2)
        await asyncio.sleep(1.5)  # the worker reports every second
        file = str(here.health_file("probe"))
        status, out, _ = await here.command("health", "probe", COPYDESK_HEALTH_FILE=file)
        assert told.format("its topic") in out.decode()
        status, _, err = await here.command("trace", "waits")
        assert (status, told.format(f"{here.prefix}articles.raw") in err) == (Exit.REFUSED, True), err
        status, out, _ = await here.command("doctor", "--json", "--stage", "probe")
        findings = {finding["check"]: finding for finding in map(json.loads, out.splitlines())}
        assert findings["open transactions"]["state"] == "fail"
        assert told.format(f"{here.prefix}articles.raw") in findings["open transactions"]["told"]
    await worker.says("no longer held back")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(1)
    status, out, _ = await here.command("lag", "--stage", "probe")
    assert "held back" not in out.decode()
