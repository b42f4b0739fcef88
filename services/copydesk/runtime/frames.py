"""Frames on the pipes between a worker and its stage's process.

Request, worker to stage's process: lengths of key, value and event id (-1: none), stream time and ingestion time, key,
value, event id. Response, back: lengths of outcome, result and extras, seconds of processing, outcome as JSON, result
as it will be published, and as extras the other records and the changes of the state (MessagePack). The first response
has no request: it says that the models are loaded, or why they cannot be.

A response with an empty outcome is a question: the name of a table (empty: the state) and keys. Its answer, the values,
comes back on a third pipe, since other requests may wait in the first one already.
"""

from __future__ import annotations

import asyncio
import struct
from typing import BinaryIO, NamedTuple

import msgspec

from copydesk.runtime.execution import EncodedRecord, Outcome

_REQUEST = struct.Struct(">iiiqq")
_RESPONSE = struct.Struct(">IIId")
_ANSWER = struct.Struct(">I")

PIPE_BYTES = 262_144
"""Size of the read buffers on both sides, and the limit on the bytes that wait in the pipe."""


class InputContext(NamedTuple):
    """Facts about an input that are not in its bytes; see `copydesk.stage.Memory`."""

    time: int = 0
    ingested: int = 0
    event: str | None = None


NO_CONTEXT = InputContext()
"""Context of an input whose stage looks up nothing."""


class Request(NamedTuple):
    """One article for the stage's process."""

    key: bytes | None
    value: bytes | None
    """None is a tombstone, for stages that take them."""

    context: InputContext = NO_CONTEXT

    @property
    def size(self) -> int:
        """Bytes of the value."""
        return len(self.value or b"")

    def encode(self) -> tuple[bytes, bytes, bytes, bytes]:
        """Parts of the frame. They are joined once, with those of other frames: a value may have megabytes."""
        event = None if self.context.event is None else self.context.event.encode()
        parts = (self.key, self.value, event)
        lengths = (-1 if part is None else len(part) for part in parts)
        head = _REQUEST.pack(*lengths, self.context.time, self.context.ingested)
        return head, self.key or b"", self.value or b"", event or b""


class Question(NamedTuple):
    """Keys that the stage looks up."""

    table: str
    """Topic of a table, or empty for the state."""

    keys: list[bytes]


def read_request(stream: BinaryIO) -> Request | None:
    """Read the next request, or None at the end of the stream.

    Raises:
        MemoryError: The article does not fit into memory.
    """
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    *lengths, time, ingested = _REQUEST.unpack(head)
    key, value, event = (stream.read(length) if length >= 0 else None for length in lengths)
    return Request(key, value, InputContext(time, ingested, None if event is None else event.decode()))


def write_response(stream: BinaryIO, outcome: Outcome, seconds: float) -> None:
    """Write one response and flush: an article that kills the process must not take an earlier outcome with it."""
    extras = b""
    if outcome.records or outcome.changes:
        extras = msgspec.msgpack.encode((outcome.records, list(outcome.changes.items())))
    if outcome.value or extras:
        encoded = msgspec.json.encode(msgspec.structs.replace(outcome, value=b"", records=(), changes={}))
    else:
        encoded = msgspec.json.encode(outcome)
    head = _RESPONSE.pack(len(encoded), len(outcome.value), len(extras), seconds)
    stream.write(head + encoded + outcome.value + extras)
    stream.flush()


async def read_response(stream: asyncio.StreamReader) -> tuple[Outcome, float] | Question:
    """Read the next response: the outcome and the seconds that its article took, or a question.

    Raises:
        asyncio.IncompleteReadError: The process ended.
    """
    outcome_length, result_length, extras_length, seconds = _RESPONSE.unpack(await stream.readexactly(_RESPONSE.size))
    if not outcome_length:
        return msgspec.msgpack.decode(await stream.readexactly(extras_length), type=Question)
    outcome = msgspec.json.decode(await stream.readexactly(outcome_length), type=Outcome)
    if result_length:
        outcome = msgspec.structs.replace(outcome, value=await stream.readexactly(result_length))
    if extras_length:
        records, changes = msgspec.msgpack.decode(await stream.readexactly(extras_length), type=_Extras)
        outcome = msgspec.structs.replace(outcome, records=records, changes=dict(changes))
    return outcome, seconds


_Extras = tuple[tuple[EncodedRecord, ...], list[tuple[bytes, bytes | None]]]


def write_question(stream: BinaryIO, table: str, keys: list[bytes]) -> None:
    """Write a question and flush."""
    encoded = msgspec.msgpack.encode((table, keys))
    stream.write(_RESPONSE.pack(0, 0, len(encoded), 0.0) + encoded)
    stream.flush()


def encode_answer(values: list[bytes | None]) -> bytes:
    """Frame of the answer to a question."""
    encoded = msgspec.msgpack.encode(values)
    return _ANSWER.pack(len(encoded)) + encoded


def read_answer(stream: BinaryIO) -> list[bytes | None]:
    """Read the answer to a question.

    Raises:
        ConnectionError: The worker has ended.
    """
    head = stream.read(_ANSWER.size)
    if len(head) < _ANSWER.size:
        raise ConnectionError("the worker has ended")
    return msgspec.msgpack.decode(stream.read(_ANSWER.unpack(head)[0]), type=list[bytes | None])
