"""All changes to aiokafka are made with the options of the first client."""

from __future__ import annotations

import sys

import pytest
from aiokafka.codec import lz4_encode
from aiokafka.consumer import fetcher
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from copydesk.client.aiokafka_patches.committed_offsets import _send
from copydesk.client.connection import Connection


def test_the_options_of_a_client_bring_all_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    builder = sys.modules[DefaultRecordBatchBuilder.__module__]
    monkeypatch.setattr(fetcher, "MemoryRecords", MemoryRecords)
    monkeypatch.setattr(GroupCoordinator, "_send_req", _send)
    monkeypatch.setattr(builder, "lz4_encode", lz4_encode)
    for _ in range(2):
        assert Connection().aiokafka_options()["bootstrap_servers"] == "127.0.0.1:9092"
        assert fetcher.MemoryRecords is not MemoryRecords
        assert GroupCoordinator._send_req is not _send
        assert builder.lz4_encode is not lz4_encode
