"""State of one input partition: rows before and after the articles in hand, and the stream's time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from copydesk.contracts import envelope
from copydesk.contracts.envelope import Header
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.frames import InputContext
from copydesk.runtime.state.stores import Note, Rows, Store
from copydesk.stage import State

if TYPE_CHECKING:
    from copydesk.runtime.records import ConsumedRecord

MARK_KEY = b"\x00mark"
"""Row of the changelog behind every commit's rows: what the state has seen. No stage's key begins with a zero byte."""

VERSION_HEADER = "copydesk-state-version"
"""Header of a changelog's row: format version of the row. After an upgrade older rows stand beside newer ones."""

MAX_AHEAD_MS = 3_600_000
"""Largest time by which an ingestion time may lie ahead of its record's append time: one broken clock upstream must not
let a window expire."""


class Mark(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Inputs and time that a partition's state has seen."""

    next: int = 0
    """First input offset whose article is not in the state."""

    time: int = 0
    """Largest ingestion time so far, in milliseconds since 1970."""

    label: str = ""
    """Label of the input offsets: the topic's id (`resuming.py`). Offsets of another topic were not seen."""


class ChangelogRow(NamedTuple):
    """One record for the changelog."""

    key: bytes
    value: bytes | None
    headers: list[Header]


class PartitionState:
    """Rows of one partition. Changes lie over the store until their transaction is committed."""

    def __init__(self, state: State, store: Store, *, on_future_time: Callable[[ConsumedRecord], None]) -> None:
        """Prepare; the rows are restored by `restoring.py`.

        Args:
            state: The stage's declaration.
            store: Keeps the committed rows.
            on_future_time: Called with a record whose ingestion time lies far ahead of its append time.
        """
        self.version = state.version
        self.store = store
        self.mark = Mark()
        """Mark of the last commit."""
        self.label = ""
        """Label of the input topic as it is now."""
        self._upgrade = state.upgrade
        self._on_future_time = on_future_time
        self._uncommitted: dict[bytes, bytes | None] = {}
        self._time = 0

    # ------------------------------------------------------------------------------------- restoring

    def begin(self, label: str) -> int | None:
        """Begin to work behind what the restored rows have seen.

        Args:
            label: Label of the input topic as it is now.

        Returns:
            The first input offset that they have not seen; None if the changelog has no mark, so never was a commit.
        """
        (found,) = self.store.get_many([MARK_KEY])
        mark = Mark() if found is None else msgspec.msgpack.decode(found, type=Mark)
        if mark.label and label and mark.label != label:
            mark = msgspec.structs.replace(mark, next=0)  # offsets of a deleted topic of this name
        self.mark, self.label, self._time = mark, label, mark.time
        return None if found is None else mark.next

    def read_row(self, key: bytes, value: bytes | None, version: int) -> bytes | None:
        """A row of the changelog in today's format.

        Raises:
            SetupError: The row is of a newer version, or of an older one that the stage cannot upgrade.
        """
        if value is None or version == self.version or key == MARK_KEY:
            return value
        if version > self.version:
            raise SetupError(
                f"the changelog has rows of format {version}, and this version knows {self.version}: run the version "
                "that wrote them, or rebuild the state (infra/RUNBOOK.md, state of another version)"
            )
        if self._upgrade is None:
            raise SetupError(
                f"the changelog has rows of format {version}, which this version ({self.version}) cannot upgrade: "
                "rebuild the state (infra/RUNBOOK.md, state of another version)"
            )
        return self._upgrade(version, key, value)

    # ------------------------------------------------------------------------------------- processing

    def has_seen(self, record: ConsumedRecord) -> bool:
        """True if the record's changes are in the state already: a redelivery."""
        return record.offset < self.mark.next

    def context(self, record: ConsumedRecord) -> InputContext:
        """Time and event of a record. Call it once a record, in their order."""
        if ingestion_time(record) > record.timestamp + MAX_AHEAD_MS:
            self._on_future_time(record)
        context = input_context(record)
        self._time = max(self._time, context.ingested)
        return context._replace(time=self._time)

    def get_many(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """Rows as the articles before have left them, committed or not."""
        if not self._uncommitted:
            return self.store.get_many(keys)
        missing = [key for key in keys if key not in self._uncommitted]
        stored = dict(zip(missing, self.store.get_many(missing), strict=True)) if missing else {}
        return [self._uncommitted[key] if key in self._uncommitted else stored[key] for key in keys]

    def apply(self, changes: Rows) -> None:
        """Lay the changes of an article over the rows."""
        self._uncommitted.update(changes)

    # ------------------------------------------------------------------------------------- committing

    def changelog_rows(self, offset: int) -> list[ChangelogRow]:
        """Records for the changelog: the uncommitted rows, and the mark behind them.

        Args:
            offset: First input offset behind the articles of the commit.
        """
        headers: list[Header] = [(VERSION_HEADER, str(self.version).encode())]
        rows = [ChangelogRow(key, value, headers) for key, value in self._uncommitted.items()]
        return [*rows, ChangelogRow(MARK_KEY, msgspec.msgpack.encode(self._next_mark(offset)), headers)]

    def note_committed(self, offset: int, changelog_offset: int) -> None:
        """Move the uncommitted rows to the store. Call it after the commit only: the store is never ahead.

        Args:
            offset: As for `changelog_rows`.
            changelog_offset: First offset of the changelog behind the commit's rows.
        """
        self.mark = self._next_mark(offset)
        rows = {**self._uncommitted, MARK_KEY: msgspec.msgpack.encode(self.mark)}
        self.store.write(rows, Note(offset=changelog_offset, version=self.version))
        self._uncommitted = {}

    def _next_mark(self, offset: int) -> Mark:
        return Mark(next=offset, time=self._time, label=self.label)


def input_context(record: ConsumedRecord) -> InputContext:
    """Time and event of a record. The time is its own: only a partition's state knows those before it."""
    ingested = min(ingestion_time(record), record.timestamp + MAX_AHEAD_MS)
    return InputContext(ingested, ingested, envelope.header(record.headers, "ce_id"))


def ingestion_time(record: ConsumedRecord) -> int:
    """Ingestion time of a record, in milliseconds since 1970: its header, else its append time."""
    written = envelope.header(record.headers, envelope.INGESTED)
    if written is None:
        return record.timestamp
    return round(1000 * envelope.seconds(written, default=record.timestamp / 1000))


__all__ = ["MARK_KEY", "VERSION_HEADER", "ChangelogRow", "Mark", "PartitionState", "ingestion_time", "input_context"]
