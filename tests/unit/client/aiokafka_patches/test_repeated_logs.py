"""aiokafka's log lines during an outage."""

from __future__ import annotations

import logging
import time

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from copydesk.client import Connection
from copydesk.client.aiokafka_patches.repeated_logs import RepeatedLogs


def record(message: str, *arguments: object, level: int = logging.ERROR, name: str = "aiokafka") -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, arguments, None)


def test_a_repeated_message_passes_now_and_then_with_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    lines: list[str] = []
    one = RepeatedLogs()
    for second in range(61):
        now = float(second)
        logged = record("Unable connect to node with id %s: %s", 1, second), record("another %s", second)
        lines.extend(message.getMessage() for message in logged if one.filter(message))
    assert lines == [
        "Unable connect to node with id 1: 0",
        "another 0",
        "Unable connect to node with id 1: 30 (and 29 more like it)",
        "another 30 (and 29 more like it)",
        "Unable connect to node with id 1: 60 (and 29 more like it)",
        "another 60 (and 29 more like it)",
    ]
    assert all(one.filter(record("details", level=logging.INFO)) for _ in range(3)), "details are asked for"
    assert one.filter(record("another %s", level=logging.WARNING))
    assert one.filter(record("another %s", name="aiokafka.conn"))


async def test_clients_that_find_no_broker_log_a_line(caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(5):
        consumer = AIOKafkaConsumer(**Connection(brokers="127.0.0.1:1").aiokafka_options())
        with pytest.raises(KafkaConnectionError):
            await consumer.start()
        await consumer.stop()
    lines = [one for one in caplog.records if one.name == "aiokafka" and one.levelno >= logging.WARNING]
    assert len(lines) <= 1  # none, if another test had the line within the last half minute
