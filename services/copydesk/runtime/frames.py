"""Frames on the two pipes between a worker and its stage's process.

Request, worker to stage's process: length of the key (-1: no key), length of the value, key, value. Response, back:
length of the outcome, length of the result, seconds of processing, outcome as JSON, result as it will be published.
The first response has no request: it says that the models are loaded, or why they cannot be.
"""

from __future__ import annotations

import asyncio
import struct
from typing import BinaryIO, NamedTuple

import msgspec

from copydesk.runtime.execution import Outcome

_REQUEST = struct.Struct(">iI")
_RESPONSE = struct.Struct(">IId")

PIPE_BYTES = 262_144
"""Size of the read buffers on both sides, and the limit on the bytes that wait in the pipe."""


class Request(NamedTuple):
    """One article for the stage's process."""

    key: bytes | None
    value: bytes

    def encode(self) -> tuple[bytes, bytes, bytes]:
        """Parts of the frame. They are joined once, with those of other frames: a value may have megabytes."""
        key_length = -1 if self.key is None else len(self.key)
        return _REQUEST.pack(key_length, len(self.value)), self.key or b"", self.value


def read_request(stream: BinaryIO) -> Request | None:
    """Read the next request, or None at the end of the stream.

    Raises:
        MemoryError: The article does not fit into memory.
    """
    head = stream.read(_REQUEST.size)
    if len(head) < _REQUEST.size:
        return None
    key_length, value_length = _REQUEST.unpack(head)
    key = stream.read(key_length) if key_length >= 0 else None
    return Request(key, stream.read(value_length))


def write_response(stream: BinaryIO, outcome: Outcome, seconds: float) -> None:
    """Write one response and flush: an article that kills the process must not take an earlier outcome with it."""
    encoded = msgspec.json.encode(msgspec.structs.replace(outcome, value=b"") if outcome.value else outcome)
    stream.write(_RESPONSE.pack(len(encoded), len(outcome.value), seconds) + encoded + outcome.value)
    stream.flush()


async def read_response(stream: asyncio.StreamReader) -> tuple[Outcome, float]:
    """Read the next response: the outcome and the seconds that its article took.

    Raises:
        asyncio.IncompleteReadError: The process ended.
    """
    outcome_length, result_length, seconds = _RESPONSE.unpack(await stream.readexactly(_RESPONSE.size))
    outcome = msgspec.json.decode(await stream.readexactly(outcome_length), type=Outcome)
    if result_length:
        outcome = msgspec.structs.replace(outcome, value=await stream.readexactly(result_length))
    return outcome, seconds
