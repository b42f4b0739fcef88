"""Articles in files: texts, pages, JSON, NDJSON, any of them packed by gzip, folders of them."""

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
LINES = (".ndjson", ".jsonl")
"""Of these, files with an article a line."""

PACKED = ".gz"
"""Behind any of the endings."""

READ_BYTES = 1 << 18
"""At most of standard input at once."""


class Item(NamedTuple):
    """A JSON document, and where it came from."""

    origin: str
    value: bytes
    size: int
    """Bytes of input that it takes: of its line, or of its file."""
    line: int = 1
    """Where it begins in its file, from 1; of an array its place."""


async def items_of(files: Iterable[Path]) -> AsyncGenerator[Item, None]:
    """The articles of files and folders; `-` is NDJSON on standard input, each line as soon as it is there."""
    for file in files:
        if str(file) == "-":
            number = 0
            async for line in _standard_input():
                number += 1
                if line.strip():
                    yield Item(f"line {number}", line, len(line), number)
        elif file.is_dir():
            for inside in _inside(file):
                for item in read_items(inside, inside.relative_to(file)):
                    yield item
        else:
            for item in read_items(file, Path(file.name)):
                yield item


async def _standard_input() -> AsyncGenerator[bytes, None]:
    """The lines of standard input; while it waits for one, everything else goes on."""
    loop, number = asyncio.get_running_loop(), sys.stdin.fileno()
    begun: list[bytes] = []
    while True:
        there = asyncio.Event()
        try:
            loop.add_reader(number, there.set)
        except PermissionError:  # a file, which is always there
            there.set()
        try:
            await there.wait()
        finally:
            loop.remove_reader(number)
        *whole, rest = os.read(number, READ_BYTES).split(b"\n")
        if whole:
            yield b"".join((*begun, whole[0], b"\n"))
            for line in whole[1:]:
                yield line + b"\n"
            begun = [rest]
        elif rest:
            begun.append(rest)
        else:
            break
    if last := b"".join(begun):
        yield last


def size_of(files: Iterable[Path]) -> int | None:
    """How many bytes of input there are; None where nobody knows, as of standard input or of what is packed."""
    total = 0
    for file in files:
        if not file.is_file() and not file.is_dir():
            return None
        for one in _inside(file) if file.is_dir() else (file,):
            if one.suffix.lower() == PACKED:
                return None
            total += one.stat().st_size
    return total


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that are read, in their order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and _ending(path) in ENDINGS)


def _ending(path: Path) -> str:
    """What a file's name says that it holds, in small letters: `.jsonl` of `Feed.JSONL.gz`."""
    name = path.name.lower()
    return Path(name.removesuffix(PACKED)).suffix


def check_readable(files: Iterable[Path]) -> None:
    """Look at the names of files before anything is read.

    Raises:
        click.UsageError: Nobody can tell what one of them holds.
    """
    for file in files:
        if str(file) != "-" and file.is_file() and _ending(file) not in ENDINGS and not _begins_as_json(file):
            raise click.UsageError(
                f"'{file}': what is in it? Articles are read from files that end in {', '.join(ENDINGS)}, or in one of"
                f" these and {PACKED}; a file of another name must hold an article a line, as JSON"
            )


def _begins_as_json(file: Path) -> bool:
    """Whether it may be an article a line, whatever its name."""
    try:
        with _opened(file) as stream:
            return stream.read(READ_BYTES).removeprefix(BOM_UTF8).lstrip()[:1] in {b"{", b""}
    except (OSError, EOFError, zlib.error):
        return False


def _opened(path: Path) -> gzip.GzipFile | BufferedReader:
    """The file's bytes, unpacked where its name says that they are packed."""
    return gzip.open(path) if path.suffix.lower() == PACKED else path.open("rb")


def read_items(path: Path, name: Path) -> Iterator[Item]:
    """The articles of a file; `name` gives a text's or a page's id.

    A file without a known ending (a pipe, too) is read as an article a line.

    Raises:
        click.FileError: It says that it is packed, and cannot be unpacked to its end.
    """
    try:
        with _opened(path) as stream:
            yield from _items_in(stream, path, name)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise click.FileError(str(path), hint=f"not a whole gzip file: {error}") from None


def _items_in(stream: Iterable[bytes], path: Path, name: Path) -> Iterator[Item]:
    ending = _ending(path)
    if ending in LINES or ending not in ENDINGS:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield Item(f"{path}:{number}", line, len(line), number)
        return
    content = b"".join(stream)
    if ending == ".json":
        yield from _documents(content, str(name))
    elif ending == ".txt":
        yield Item(str(name), _article(name, text=decode(content)), len(content))
    else:
        yield Item(str(name), _article(name, html=decode(content, page=True)), len(content))


def _documents(content: bytes, origin: str) -> Iterator[Item]:
    """A JSON file's articles: it holds one, or an array of them, or one a line whatever its name says."""
    try:
        many = msgspec.json.decode(content.removeprefix(BOM_UTF8), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        lines = content.splitlines(keepends=True)
        if not lines[1:] or not _is_object(lines[0]):  # one article, or nothing that can be read
            yield Item(origin, content, len(content))
            return
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield Item(f"{origin}:{number}", line, len(line), number)
    else:
        for number, one in enumerate(many, start=1):
            yield Item(f"{origin}[{number - 1}]", bytes(one), len(content) // len(many), number)


def _is_object(line: bytes) -> bool:
    """Whether a line is a whole JSON object."""
    try:
        msgspec.json.decode(line.removeprefix(BOM_UTF8), type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _article(name: Path, *, text: str | None = None, html: str | None = None) -> bytes:
    """As JSON; written by hand, for an empty file must be refused by the contract, not here."""
    plain = name.with_suffix("") if name.suffix.lower() == PACKED else name
    id_ = plain.with_suffix("").as_posix()
    document = {"text": text, "html": html, "id": None if id_problem(id_) else id_}
    return orjson.dumps({key: value for key, value in document.items() if value is not None})


_MARKS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
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
"""What pages mean by these names (Encoding Standard, https://encoding.spec.whatwg.org/#names-and-labels)."""

_find_charset = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE).search


def decode(content: bytes, *, page: bool = False) -> str:
    """A file's text: by its byte order mark, else UTF-8, else by a page's own word, else Windows-1252 (as browsers do).

    >>> decode("“Déjà vu”".encode("utf-16")) == decode("“Déjà vu”".encode("cp1252")) == "“Déjà vu”"
    True
    """
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(marked, "replace")
    if encoding := _unmarked(content):
        return content.decode(encoding, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        told = _find_charset(content[:4096]) if page else None
        name = told[1].decode("ascii").lower() if told else "windows-1252"
        try:
            return content.decode(_SUPERSETS.get(name, name), "replace")
        except LookupError:
            return content.decode("windows-1252", "replace")


def _unmarked(content: bytes) -> str | None:
    """UTF-16 by its zeros, which no other text has: every other byte, or nearly."""
    even, odd = content[:4096:2], content[1:4096:2]
    if even.count(0) * 10 < len(odd) < odd.count(0) * 2:
        return "utf-16-le"
    if odd.count(0) * 10 < len(even) < even.count(0) * 2:
        return "utf-16-be"
    return None


def ids_of(file: Path | None) -> frozenset[str]:
    """The article ids in a file, one a line."""
    if file is None:
        return frozenset()
    return frozenset(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
