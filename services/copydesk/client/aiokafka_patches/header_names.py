"""Header names that are not UTF-8: they are read, with `?` in place of each wrong byte.

aiokafka raises an error on such a name. It reads the record again at the next attempt, so the reader never gets past
it. Kafka's own clients replace what they cannot decode (ADR 0002).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy
from aiokafka.record.util import decode_varint

_MAGIC = 16
"""Position of the format version in a batch; version 2 is the first with headers (Kafka protocol, record batch)."""


def read_any_header_name() -> None:
    """Make aiokafka read records with any header names. Calling it again changes nothing more."""
    fetcher.MemoryRecords = _Records


class _Records(_MemoryRecordsPy):
    """Batches of a fetch. Each is decoded by aiokafka's compiled reader, as far as that can."""

    def next_batch(self) -> Any:
        raw = self._next_slice
        batch = super().next_batch()
        return batch if raw is None or raw[_MAGIC] < 2 else _Batch(batch, raw)


class _Batch:
    """Batch that is read once more by the slow reader if a header name cannot be decoded."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        count = 0
        try:
            for record in self._batch:
                yield record
                count += 1
        except UnicodeDecodeError:
            slow = _DefaultRecordBatchPy(self._raw)
            slow._maybe_uncompress()  # noqa: SLF001 - aiokafka has no public way to a batch's bytes
            _repair_names(slow._buffer, slow._pos, slow._num_records)  # noqa: SLF001 - ditto
            yield from list(slow)[count:]


def _repair_names(buffer: bytearray, at: int, records: int) -> None:
    """Replace every byte of a header name that is not UTF-8 by `?`, in place: no byte moves (KIP-82, record v2).

    Args:
        buffer: Uncompressed records of a batch.
        at: Position of the first record.
        records: Number of records.
    """
    for _ in range(records):
        length, at = decode_varint(buffer, at)
        end = at + length
        for _field in ("attributes", "timestamp", "offset"):
            _, at = decode_varint(buffer, at)
        for _field in ("key", "value"):
            size, at = decode_varint(buffer, at)
            at += max(0, size)
        headers, at = decode_varint(buffer, at)
        for _header in range(headers):
            size, at = decode_varint(buffer, at)
            name = bytes(buffer[at : at + size])
            buffer[at : at + size] = name.decode("utf-8", "surrogateescape").encode("utf-8", "replace")
            at += size
            size, at = decode_varint(buffer, at)
            at += max(0, size)
        at = end


__all__ = ["read_any_header_name"]
