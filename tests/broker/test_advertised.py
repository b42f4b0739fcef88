"""A broker that advertises an address that cannot be reached: the usual mistake with a broker in a container."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from copydesk.client import BrokerAwayError, Connection, Publisher, consume
from harness.brokers import Broker, embedded_broker
from harness.running import Cluster

ADVERTISED = "127.0.0.1:1"


@pytest.fixture
def broker() -> Iterator[Broker]:
    with embedded_broker(f"tcp://{ADVERTISED}") as running:
        yield running


async def test_every_command_names_the_address_and_the_setting(broker: Broker) -> None:
    here = Cluster(broker)
    for arguments in (
        ("publish", "-"),
        ("withdraw", "a"),
        ("consume", "articles.scored"),
        ("lag",),
        ("trace", "a"),
        ("dlq", "list"),
        ("topics", "apply"),
        ("topics", "check"),
        ("viewer", "--port", "0"),
        ("replay", "articles.raw", "--stage", "cleaner", "--from", "2026-11-01", "--dry-run"),
    ):
        status, _, err = await here.command(*arguments, stdin=b'{"text": "Fog."}\n')
        assert status == 3, (arguments, err)
        assert f"{broker.brokers} answers, but the broker advertises {ADVERTISED} (" in err
        assert "advertised.listeners" in err
        assert "no topic" not in err, "the topic is not what is wrong"
    status, out, _ = await here.command("doctor", "--stage", "cleaner", "--json")
    [found] = [line for line in map(json.loads, out.splitlines()) if line["check"] == "broker"]
    assert (status, found["state"]) == (3, "fail")
    assert ADVERTISED in found["told"]
    assert "advertised.listeners" in found["mend"]
    worker = await here.run("cleaner")
    assert await worker.ended(60) == 3
    assert any(ADVERTISED in str(line) and "advertised.listeners" in str(line) for line in worker.lines)


async def test_the_client_raises_the_same(broker: Broker) -> None:
    connection = Connection(brokers=broker.brokers)
    with pytest.raises(BrokerAwayError, match=r"advertised\.listeners"):
        async with Publisher(connection):
            pass
    for group in (None, "my-app"):
        with pytest.raises(BrokerAwayError, match=r"advertised\.listeners"):
            await anext(consume("articles.scored", group=group, connection=connection))
