"""A producer may choose any header name: no reader of the topic may fail on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from copydesk.client.aiokafka_patches.header_names import read_any_header_name


class Name(str):
    """Header name with given bytes on the wire."""

    __slots__ = ("raw",)
    raw: bytes

    def encode(self, *_: object) -> bytes:
        return self.raw


def name(raw: bytes) -> Name:
    made = Name(raw.decode("latin-1"))
    made.raw = raw
    return made


def batch(*headers: list[tuple[str, bytes | None]], compression: int = 0) -> bytes:
    builder = _DefaultRecordBatchBuilderPy(2, compression, 0, -1, -1, 0, 1 << 20)
    for offset, each in enumerate(headers):
        assert builder.append(offset, 1_000 + offset, b"key %d" % offset, b"value \xff", headers=each) is not None
    return bytes(builder.build())


def read(data: bytes) -> list[Any]:
    records = fetcher.MemoryRecords(data)
    found = []
    while records.has_next():
        one = records.next_batch()
        assert one.validate_crc()
        assert not one.is_control_batch
        found += list(one)
    return found


@pytest.fixture(autouse=True)
def lenient() -> Iterator[None]:
    before = fetcher.MemoryRecords
    read_any_header_name()
    yield
    fetcher.MemoryRecords = before


@pytest.mark.parametrize("compression", [0, 1], ids=["plain", "gzip"])
def test_a_broken_name_is_mended_and_nothing_else_changes(compression: int) -> None:
    good: list[tuple[str, bytes | None]] = [("ce_id", b"1"), ("\N{SNOWMAN}", None)]
    bad: list[tuple[str, bytes | None]] = [("a", b"\xff\xfe"), (name(b"x-\xff\xfe-caf\xc3\xa9"), b"stays"), ("z", b"")]
    found = read(batch(good, bad, good, compression=compression) + batch(good))
    assert [record.offset for record in found] == [0, 1, 2, 0]
    assert [record.key for record in found] == [b"key 0", b"key 1", b"key 2", b"key 0"]
    assert {record.value for record in found} == {b"value \xff"}
    assert found[0].headers == found[2].headers == found[3].headers == good
    assert found[1].headers == [("a", b"\xff\xfe"), ("x-??-café", b"stays"), ("z", b"")]


def test_what_is_whole_is_read_by_the_compiled_reader() -> None:
    (record,) = read(batch([("ce_id", b"1")]))
    assert type(record).__name__ != "_DefaultRecordPy"
    assert record.timestamp == 1_000
