"""JSON documents of a stream: one, an array, or one per line. A document that is too large costs only itself."""

from __future__ import annotations

import io
import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from typing import IO, NamedTuple

import msgspec

READ_BYTES = 1 << 18
"""Most bytes of one read."""


class InputDocument(NamedTuple):
    """A JSON document and its origin."""

    origin: str
    """Place for messages, such as `feed.ndjson:3`."""
    value: bytes
    size: int
    """Bytes of input: those of its line, or its share of its file."""
    line: int = 1
    """Line at which it begins, from 1; in an array, its position."""
    file: str = ""
    """Path of the file that holds it; empty for standard input."""


class RefusedInput(NamedTuple):
    """A document or file that cannot be read, and the reason."""

    origin: str
    reason: str
    size: int = 0
    """Bytes of input that were passed over."""
    line: int = 1
    file: str = ""


Input = InputDocument | RefusedInput


def read_lines(stream: IO[bytes], origin: str, largest: int) -> Iterator[Input]:
    """Documents of a stream with one per line. No more of a line is held than a document may have.

    Args:
        stream: Lines.
        origin: Before the line's number, for messages.
        largest: Most bytes of a document.
    """
    number = 0
    while line := stream.readline(largest + 2):
        number += 1
        if len(line) > largest + 1 or (not line.endswith(b"\n") and len(line) > largest):
            size = len(line)
            while not line.endswith(b"\n") and (line := stream.readline(READ_BYTES)):
                size += len(line)
            yield RefusedInput(f"{origin}{number}", too_large(size, largest), size, number)
        elif line.strip():
            yield InputDocument(f"{origin}{number}", line, len(line), number)


def too_large(size: int, largest: int) -> str:
    """Reason for refusing a document of this size."""
    return f"{size:,} bytes are over {largest:,}, the most that an article may have"


def read_json(content: bytes, origin: str, largest: int) -> Iterator[Input]:
    """Documents of a JSON file: one, an array, or one per line.

    Args:
        content: The file.
        origin: Its name, for messages.
        largest: Most bytes of a document.
    """
    if content.removeprefix(BOM_UTF8).lstrip()[:1] == b"[":
        yield from _elements(content, origin, largest)
    elif _is_object(io.BytesIO(content).readline()) and content.strip().count(b"\n"):
        yield from read_lines(io.BytesIO(content), f"{origin}:", largest)
    elif len(content) > largest:
        yield RefusedInput(origin, too_large(len(content), largest), len(content))
    else:  # one article, or no JSON
        yield InputDocument(origin, content, len(content))


_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{},]', re.DOTALL)
"""Strings and structure of JSON. A string without an end goes to the end of the file, so that the time stays linear."""


def _elements(content: bytes, origin: str, largest: int) -> Iterator[Input]:
    """Elements of an array, one at a time: an array of millions of small ones needs no memory for all of them."""
    depth = count = 0
    begin = 0
    for token in _TOKENS.finditer(content):
        mark = token[0][:1]
        if mark in b"[{":
            depth += 1
            begin = token.end() if depth == 1 else begin
        elif mark in b"]}":
            depth -= 1
        if not (depth == 0 or (depth == 1 and mark == b",")):
            continue
        element = content[begin : token.start()].strip()
        if count or element or depth:
            size = token.start() - begin
            yield (
                InputDocument(f"{origin}[{count}]", element, size, count + 1)
                if size <= largest
                else RefusedInput(f"{origin}[{count}]", too_large(size, largest), size, count + 1)
            )
        begin, count = token.end(), count + 1
        if depth == 0:
            break
    if depth or content[begin:].strip():
        yield RefusedInput(f"{origin}[{count}]", "the array has no end, or something comes after it", 0, count + 1)


def _is_object(line: bytes) -> bool:
    """Return whether a line is a complete JSON object."""
    try:
        msgspec.json.decode(line.removeprefix(BOM_UTF8), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return True
