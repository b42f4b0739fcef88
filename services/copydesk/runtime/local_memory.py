"""State and tables without a broker: what stages remember while files are processed one after the other."""

from __future__ import annotations

import base64
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from copydesk.runtime import execution
from copydesk.runtime.execution import EncodedRecord, Outcome
from copydesk.stage import Lookup, Memory, Stage

NO_CLOCK_MS = 4_102_444_800_000
"""Ingestion time of every article of a file: the year 2100. Two runs over one file give the same bytes, and an article
without a date counts for one and the same day."""

Rows = dict[bytes, bytes]


class MemoryFileError(ValueError):
    """A line of a memory file cannot be read; the message names it."""


class _Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of a memory file: a value of a table (JSON), or a row of a state (key and value in base64)."""

    table: str = ""
    state: str = ""
    key: str = ""
    value: msgspec.Raw = msgspec.Raw(b"null")


def encode_value(table: str, key: str, value: bytes) -> bytes:
    """Line of a memory file: the newest value of a key, in JSON."""
    return msgspec.json.encode(_Line(table=table, key=key, value=msgspec.Raw(value)))


class LocalMemory:
    """Tables and states of the stages of one process, and the stages that learn beside it."""

    def __init__(self, learners: Sequence[Stage] = ()) -> None:
        """Start empty.

        Args:
            learners: Stages that read what other stages write beside their results, and fill the tables.
        """
        self._tables: dict[str, Rows] = defaultdict(dict)
        self._states: dict[str, Rows] = defaultdict(dict)
        self._learners: dict[str, list[tuple[Stage, Callable[..., Any]]]] = defaultdict(list)
        for stage in learners:
            self._learners[stage.source].append((stage, execution.load(stage)))

    def of(self, stage: Stage, event: str | None = None) -> Memory | None:
        """Memory of a stage; None if it looks up nothing.

        Args:
            stage: The stage.
            event: Id of the input.
        """
        if not stage.looks_up:
            return None
        return Memory(
            time=NO_CLOCK_MS,
            ingested=NO_CLOCK_MS,
            event=event,
            state=Lookup(partial(_read, self._states[stage.name])),
            tables={name: Lookup(partial(_read, self._tables[name])) for name in stage.tables},
        )

    def take(self, stage: Stage, outcome: Outcome) -> None:
        """Take over the changes of an outcome, and have the learners read the records beside its result."""
        _change(self._states[stage.name], outcome.changes)
        for record in outcome.records:
            if record.topic not in self._learners:
                _change(self._tables[record.topic], {record.key: record.value})
            for learner, process in self._learners.get(record.topic, ()):
                self._learn(learner, process, record, outcome.article_id)

    def _learn(self, learner: Stage, process: Callable[..., Any], record: EncodedRecord, event: str | None) -> None:
        memory = self.of(learner, event)
        self.take(learner, execution.run(learner, process, record.value, record.key, memory))

    def read(self, file: Path) -> None:
        """Take over a memory file: lines of `write` or `encode_value`.

        Raises:
            MemoryFileError: A line cannot be read.
        """
        for number, line in enumerate(file.read_bytes().split(b"\n"), 1):
            if not line.strip():
                continue
            try:
                self._take_line(line)
            except (msgspec.DecodeError, ValueError) as error:
                raise MemoryFileError(f"{file}, line {number}: {error}") from None

    def _take_line(self, line: bytes) -> None:
        found = msgspec.json.decode(line, type=_Line)
        if found.state:
            value = base64.b64decode(msgspec.json.decode(bytes(found.value), type=str), validate=True)
            self._states[found.state][base64.b64decode(found.key, validate=True)] = value
        elif found.table:
            self._tables[found.table][found.key.encode()] = bytes(found.value)
        else:
            raise ValueError("neither a table nor a state")

    def write(self, file: Path) -> None:
        """Write everything to a file, which is replaced whole."""
        lines = [
            encode_value(name, key.decode(), value)
            for name, rows in sorted(self._tables.items())
            for key, value in sorted(rows.items())
        ]
        lines += [
            msgspec.json.encode(
                _Line(
                    state=name,
                    key=base64.b64encode(key).decode(),
                    value=msgspec.Raw(msgspec.json.encode(base64.b64encode(value).decode())),
                )
            )
            for name, rows in sorted(self._states.items())
            for key, value in sorted(rows.items())
        ]
        scratch = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            scratch.write_bytes(b"".join(line + b"\n" for line in lines))
            scratch.replace(file)
        finally:
            scratch.unlink(missing_ok=True)


def _read(rows: Rows, keys: list[bytes]) -> list[bytes | None]:
    return [rows.get(key) for key in keys]


def _change(rows: Rows, changes: dict[bytes, bytes | None]) -> None:
    for key, value in changes.items():
        if value is None:
            rows.pop(key, None)
        else:
            rows[key] = value


__all__ = ["LocalMemory", "MemoryFileError", "encode_value"]
