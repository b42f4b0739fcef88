"""Reading articles from files: texts, HTML pages, JSON and NDJSON, each also with gzip, and folders of them."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import sys
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import AsyncGenerator, Iterable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
import orjson

from copydesk.contracts.ids import id_problem

ENDINGS = (".txt", ".html", ".htm", ".json", ".ndjson", ".jsonl")
NDJSON_ENDINGS = (".ndjson", ".jsonl")
"""Endings of files with an article per line."""

GZIP_ENDING = ".gz"
"""May follow any of the endings."""

READ_BYTES = 1 << 18
"""Most bytes of one read from standard input."""


class InputDocument(NamedTuple):
    """A JSON document and its origin."""

    origin: str
    """Place for messages, such as `feed.ndjson:3`."""
    value: bytes
    size: int
    """Bytes of input: those of its line, or its share of its file."""
    line: int = 1
    """Line at which it begins, from 1; in an array, its position."""


async def read_inputs(files: Iterable[Path]) -> AsyncGenerator[InputDocument, None]:
    """Documents of files and folders; `-` is NDJSON on standard input, where each line is returned at once."""
    for file in files:
        if str(file) == "-":
            number = 0
            async for line in _standard_input():
                number += 1
                if line.strip():
                    yield InputDocument(f"line {number}", line, len(line), number)
        elif file.is_dir():
            for path in _files_in(file):
                for document in read_file(path, path.relative_to(file)):
                    yield document
        else:
            for document in read_file(file, Path(file.name)):
                yield document


async def _standard_input() -> AsyncGenerator[bytes, None]:
    """Lines of standard input; the event loop goes on while it waits for one."""
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()
    partial: list[bytes] = []
    while True:
        readable = asyncio.Event()
        try:
            loop.add_reader(descriptor, readable.set)
        except PermissionError:  # a file, which is always readable
            readable.set()
        try:
            await readable.wait()
        finally:
            loop.remove_reader(descriptor)
        *whole, rest = os.read(descriptor, READ_BYTES).split(b"\n")
        if whole:
            yield b"".join((*partial, whole[0], b"\n"))
            for line in whole[1:]:
                yield line + b"\n"
            partial = [rest]
        elif rest:
            partial.append(rest)
        else:
            break
    if last := b"".join(partial):
        yield last


def input_bytes(files: Iterable[Path]) -> int | None:
    """Size of the input in bytes, or None if it is unknown: for standard input and compressed files."""
    total = 0
    for file in files:
        if not file.is_file() and not file.is_dir():
            return None
        for path in _files_in(file) if file.is_dir() else (file,):
            if path.suffix.lower() == GZIP_ENDING:
                return None
            total += path.stat().st_size
    return total


def _files_in(folder: Path) -> list[Path]:
    """Files of a folder with a known ending, sorted by path."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and _ending(path) in ENDINGS)


def _ending(path: Path) -> str:
    """Ending of a file's name in lower case, without `.gz`: `.jsonl` for `Feed.JSONL.gz`."""
    name = path.name.lower()
    return Path(name.removesuffix(GZIP_ENDING)).suffix


def check_readable(files: Iterable[Path]) -> None:
    """Check that the format of each file is known, before anything is read.

    Raises:
        click.UsageError: A file has another ending and does not look like NDJSON.
    """
    for file in files:
        if str(file) != "-" and file.is_file() and _ending(file) not in ENDINGS and not _looks_like_ndjson(file):
            raise click.UsageError(
                f"'{file}': unknown format. Articles are read from files that end in {', '.join(ENDINGS)}, "
                f"each also with {GZIP_ENDING}; any other file must have one JSON article per line"
            )


def _looks_like_ndjson(file: Path) -> bool:
    """Return whether a file begins like an article per line, or is empty."""
    try:
        with _open(file) as stream:
            return stream.read(READ_BYTES).removeprefix(BOM_UTF8).lstrip()[:1] in {b"{", b""}
    except (OSError, EOFError, zlib.error):
        return False


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    """Open a file for reading bytes, decompressed if its name ends in .gz."""
    return gzip.open(path) if path.suffix.lower() == GZIP_ENDING else path.open("rb")


def read_file(path: Path, name: Path) -> Iterator[InputDocument]:
    """Documents of a file; a file without a known ending, such as a pipe, is read as NDJSON.

    Args:
        path: The file.
        name: Gives the id of a text or an HTML page: the name without its ending.

    Raises:
        click.FileError: Its name ends in .gz, and it cannot be decompressed completely.
    """
    try:
        with _open(path) as stream:
            yield from _documents_in(stream, path, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise click.FileError(str(path), hint=f"no complete gzip file: {error}") from None


def _documents_in(stream: Iterable[bytes], path: Path, name: Path) -> Iterator[InputDocument]:
    ending = _ending(path)
    if ending in NDJSON_ENDINGS or ending not in ENDINGS:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield InputDocument(f"{path}:{number}", line, len(line), number)
        return
    content = b"".join(stream)
    if ending == ".json":
        yield from _parse_json(content, str(name))
    elif ending == ".txt":
        yield InputDocument(str(name), _article(name, text=decode(content)), len(content))
    else:
        yield InputDocument(str(name), _article(name, html=decode(content, page=True)), len(content))


def _parse_json(content: bytes, origin: str) -> Iterator[InputDocument]:
    """Documents of a JSON file: one, an array, or one per line."""
    try:
        array = msgspec.json.decode(content.removeprefix(BOM_UTF8), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        lines = content.splitlines(keepends=True)
        if not lines[1:] or not _is_object(lines[0]):  # one article, or no JSON
            yield InputDocument(origin, content, len(content))
            return
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield InputDocument(f"{origin}:{number}", line, len(line), number)
    else:
        for number, element in enumerate(array, start=1):
            yield InputDocument(f"{origin}[{number - 1}]", bytes(element), len(content) // len(array), number)


def _is_object(line: bytes) -> bool:
    """Return whether a line is a complete JSON object."""
    try:
        msgspec.json.decode(line.removeprefix(BOM_UTF8), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _article(name: Path, *, text: str | None = None, html: str | None = None) -> bytes:
    """JSON of a raw article, not through its struct: the contract refuses an empty file, not this function."""
    uncompressed = name.with_suffix("") if name.suffix.lower() == GZIP_ENDING else name
    id_ = uncompressed.with_suffix("").as_posix()
    document = {"text": text, "html": html, "id": None if id_problem(id_) else id_}
    return orjson.dumps({key: value for key, value in document.items() if value is not None})


_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the beginning of this one
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
_SUPERSETS = {
    "iso-8859-1": "windows-1252",
    "latin1": "windows-1252",
    "ascii": "windows-1252",
    "us-ascii": "windows-1252",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
}
"""Encodings that pages mean by these names (Encoding Standard, https://encoding.spec.whatwg.org/#names-and-labels)."""

_find_charset = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE).search


def decode(content: bytes, *, page: bool = False) -> str:
    """Text of a file: by its byte order mark, else UTF-8, else a page's charset, else Windows-1252 (as browsers do).

    Args:
        content: The file.
        page: Whether it is an HTML page, which may name its charset.

    >>> decode("“Déjà vu”".encode("utf-16")) == decode("“Déjà vu”".encode("cp1252")) == "“Déjà vu”"
    True
    """
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if utf16 := _detect_utf16(content):
        return content.decode(utf16, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        charset = _find_charset(content[:4096]) if page else None
        name = charset[1].decode("ascii").lower() if charset else "windows-1252"
        try:
            return content.decode(_SUPERSETS.get(name, name), "replace")
        except LookupError:
            return content.decode("windows-1252", "replace")


def _detect_utf16(content: bytes) -> str | None:
    """UTF-16 without a mark, or None; in UTF-16 about every other byte is zero, in other encodings none is."""
    even, odd = content[:4096:2], content[1:4096:2]
    if even.count(0) * 10 < len(odd) < odd.count(0) * 2:
        return "utf-16-le"
    if odd.count(0) * 10 < len(even) < even.count(0) * 2:
        return "utf-16-be"
    return None


def read_ids(file: Path | None) -> frozenset[str]:
    """Article ids in a file with one per line; empty without a file."""
    if file is None:
        return frozenset()
    return frozenset(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
