"""LZ4 batches are compressed fast, and every reader can read them."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.codec import lz4_encode
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from copydesk.client import producing
from copydesk.client.aiokafka_patches import lz4
from copydesk.client.connection import Connection
from copydesk.client.publishing import Publisher

VALUE = b" ".join(b"%d bridges are closed, %d are open." % (number, number * 7) for number in range(400))
LZ4 = 3


@pytest.fixture(autouse=True)
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Aiokafka as it is installed; what a test changes is undone after it."""
    monkeypatch.setattr(f"{DefaultRecordBatchBuilder.__module__}.lz4_encode", lz4_encode)


def batch() -> bytes:
    builder = DefaultRecordBatchBuilder(2, LZ4, False, -1, -1, -1, 1 << 20)  # noqa: FBT003 - takes no names
    builder.append(0, 1, b"key", VALUE, [("id", b"1")])
    return bytes(builder.build())


def test_batches_are_compressed_fast_and_hold_the_same() -> None:
    slow = batch()
    lz4.compress_fast()
    lz4.compress_fast()
    fast = batch()
    assert len(slow) < len(fast) < len(VALUE) / 2
    [record] = MemoryRecords(fast).next_batch()
    assert (record.key, record.value, record.headers) == (b"key", VALUE, [("id", b"1")])


async def test_publishers_compress_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    class Producer:
        def __init__(self, **options: Any) -> None:
            assert options["compression_type"] == "lz4"

        client = SimpleNamespace(cluster=SimpleNamespace(brokers=set))

        async def start(self) -> None:
            builder = sys.modules[DefaultRecordBatchBuilder.__module__]
            assert builder.lz4_encode is not lz4_encode

        async def stop(self) -> None:
            pass

    monkeypatch.setattr(producing, "AIOKafkaProducer", Producer)
    async with Publisher(Connection()):
        pass
