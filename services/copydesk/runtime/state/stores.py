"""Where the rows of a partition lie: in memory, or in a folder that outlives the worker (RocksDB)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from copydesk.extras import install_hint
from copydesk.operations.broker_checks import SetupError

Rows = Mapping[bytes, bytes | None]
"""New rows by key; None removes a row."""

ROW_OVERHEAD = 120
"""Bytes of memory that a row takes beside key and value: two objects and its place in the dictionary."""

NOTE_KEY = b"\x00note"
"""Row of a folder's own facts, in the same write batch as the rows. No stage's key begins with a zero byte."""

MAX_AGE_SECONDS = 12 * 3600.0
"""Age from which a folder is not trusted to catch up. Kafka keeps the tombstones of a compacted topic for a day
(`delete.retention.ms`); a folder that has missed them would keep rows that were removed."""


class Note(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Position of a store in its changelog."""

    offset: int = 0
    """First offset of the changelog that is not in the store."""

    version: int = 0
    """Format version of the rows."""

    written: float = 0.0
    """Wall clock of the last write, in seconds since 1970. Only the age of a folder is judged by it."""


class MemoryStore:
    """Rows in a dictionary. They are restored from the whole changelog at every start."""

    def __init__(self, note: Note) -> None:
        """Start empty; `note` names the format version."""
        self.note = note
        self._rows: dict[bytes, bytes] = {}
        self._bytes = 0

    @property
    def keys(self) -> int:
        """Number of rows."""
        return len(self._rows)

    @property
    def size(self) -> int:
        """Memory taken, in bytes, about."""
        return self._bytes

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values of these keys, None for a key without a row."""
        return [self._rows.get(key) for key in keys]

    def write(self, rows: Rows, note: Note) -> None:
        """Write rows and how far the store has come with them."""
        for key, value in rows.items():
            old = self._rows.pop(key, None)
            if old is not None:
                self._bytes -= len(key) + len(old) + ROW_OVERHEAD
            if value is not None:
                self._rows[key] = value
                self._bytes += len(key) + len(value) + ROW_OVERHEAD
        self.note = note

    def close(self) -> None:
        """Forget everything."""
        self._rows.clear()
        self._bytes = 0


class FolderStore:
    """Rows in a RocksDB folder. Rows and the changelog's offset are one write batch, so the folder is never ahead."""

    def __init__(self, path: Path, note: Note) -> None:
        """Open or create the folder.

        Args:
            path: The partition's folder.
            note: Names the format version. A folder of another version is removed: its rows come from the changelog.

        Raises:
            SetupError: rocksdict is not installed, or the folder cannot be used.
        """
        try:
            from rocksdict import Options, Rdict, WriteBatch  # noqa: PLC0415 - an extra, for this store only
        except ModuleNotFoundError:
            raise SetupError(f"COPYDESK_STATE_DIR needs rocksdict; {install_hint('state')}") from None
        self._path = path
        self._new_batch = WriteBatch
        options = Options(raw_mode=True)
        options.create_if_missing(True)  # noqa: FBT003 - RocksDB's signature
        self._open: Callable[[], Any] = lambda: Rdict(str(path), options)
        self._rows: Any = self._open_or_explain()
        found = self._read_note()
        if found.version != note.version:
            self.clear(note)
        else:
            self.note = found

    @property
    def keys(self) -> int:
        """Number of rows, as RocksDB estimates it."""
        return int(self._rows.property_value("rocksdb.estimate-num-keys") or 0)

    @property
    def size(self) -> int:
        """Bytes in memory and on disk."""
        names = ("rocksdb.total-sst-files-size", "rocksdb.cur-size-all-mem-tables")
        return sum(int(self._rows.property_value(name) or 0) for name in names)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Values of these keys, None for a key without a row."""
        found: list[bytes | None] = self._rows.get(list(keys))
        return found

    def write(self, rows: Rows, note: Note) -> None:
        """Write rows and how far the store has come with them, in one batch."""
        batch = self._new_batch(raw_mode=True)
        for key, value in rows.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        note = msgspec.structs.replace(note, written=time.time())
        batch.put(NOTE_KEY, msgspec.msgpack.encode(note))
        self._rows.write(batch)
        self.note = note

    def is_too_old(self) -> bool:
        """True if the folder may have missed tombstones that the changelog has forgotten."""
        return time.time() - self.note.written > MAX_AGE_SECONDS

    def clear(self, note: Note) -> None:
        """Remove the folder's content and begin anew."""
        self._rows.close()
        shutil.rmtree(self._path, ignore_errors=True)
        self._rows = self._open_or_explain()
        self.note = note

    def close(self) -> None:
        """Close the folder; its rows stay."""
        self._rows.close()

    def _open_or_explain(self) -> Any:
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            return self._open()
        except Exception as error:  # noqa: BLE001 - rocksdict raises bare exceptions
            raise SetupError(
                f"the state cannot be kept in {self._path}: {error}. Is it another worker's folder, or full? A damaged "
                "one may be deleted: its rows come from the changelog"
            ) from None

    def _read_note(self) -> Note:
        found = self._rows.get(NOTE_KEY)
        return Note() if found is None else msgspec.msgpack.decode(found, type=Note)


Store = MemoryStore | FolderStore

__all__ = ["FolderStore", "MemoryStore", "Note", "Rows", "Store"]
