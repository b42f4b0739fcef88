"""The producer of dead letter retry; the clients are fakes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from copydesk.client import consumer, producing
from copydesk.client.connection import Connection
from copydesk.operations.retry import Retry


class Client:
    """A client of aiokafka that connects to nothing."""

    options: dict[str, Any]

    def __init__(self, **options: Any) -> None:
        type(self).options = options

    client = _client = SimpleNamespace(cluster=SimpleNamespace(brokers=set))

    async def start(self) -> None:
        pass

    async def stop(self) -> None:
        pass


class Producer(Client):
    pass


class Consumer(Client):
    pass


@pytest.mark.parametrize("transactions", [True, False])
async def test_retried_records_are_compressed_as_all_others(
    monkeypatch: pytest.MonkeyPatch, *, transactions: bool
) -> None:
    monkeypatch.setattr(producing, "AIOKafkaProducer", Producer)
    monkeypatch.setattr(consumer, "AIOKafkaConsumer", Consumer)
    connection = Connection(topic_prefix="team-")
    async with Retry("articles.cleaner.dlq", connection, transactions=transactions):
        pass
    assert (Producer.options["acks"], Producer.options["compression_type"]) == ("all", "lz4")
    id_ = str(Producer.options.get("transactional_id", ""))
    assert id_.startswith("team-copydesk.dlq-articles.cleaner.dlq-") is transactions
    assert Consumer.options["group_id"] == "team-copydesk.dlq"
