"""Articles in files: texts, pages, JSON, NDJSON, folders of them."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from copydesk.contracts.ids import id_problem

ENDINGS = (".txt", ".html", ".htm", ".json", ".ndjson", ".jsonl")
LINES = (".ndjson", ".jsonl")
"""Of these, files with an article a line."""

READ_BYTES = 1 << 18
"""At most of standard input at once."""


class Item(NamedTuple):
    """A JSON document, and where it came from."""

    origin: str
    value: bytes
    size: int
    """Bytes of input that it takes: of its line, or of its file."""


async def items_of(files: Iterable[Path]) -> AsyncGenerator[Item, None]:
    """The articles of files and folders; `-` is NDJSON on standard input, each line as soon as it is there."""
    for file in files:
        if str(file) == "-":
            number = 0
            async for line in _standard_input():
                number += 1
                if line.strip():
                    yield Item(f"line {number}", line, len(line))
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
    """How many bytes of input there are; None where nobody knows, as of standard input."""
    total = 0
    for file in files:
        if not file.is_file() and not file.is_dir():
            return None
        total += sum(one.stat().st_size for one in (_inside(file) if file.is_dir() else (file,)))
    return total


def _inside(folder: Path) -> list[Path]:
    """The files of a folder that are read, in their order."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix in ENDINGS)


def read_items(path: Path, name: Path) -> Iterator[Item]:
    """The articles of a file; `name` gives a text's or a page's id."""
    if path.suffix in LINES:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield Item(f"{path}:{number}", line, len(line))
        return
    content = path.read_bytes()
    match path.suffix:
        case ".html" | ".htm":
            value = _article(name, html=_decode_page(content))
        case ".json":
            value = content
        case _:
            value = _article(name, text=content.decode("utf-8-sig", "replace"))
    yield Item(str(name), value, len(content))


def _article(name: Path, *, text: str | None = None, html: str | None = None) -> bytes:
    """As JSON; written by hand, for an empty file must be refused by the contract, not here."""
    id_ = name.with_suffix("").as_posix()
    document = {"text": text, "html": html, "id": None if id_problem(id_) else id_}
    return orjson.dumps({key: value for key, value in document.items() if value is not None})


_find_charset = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE).search


def _decode_page(content: bytes) -> str:
    """A page's text by its own word on its encoding, else UTF-8, else Windows-1252 (as browsers do)."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        told = _find_charset(content[:4096])
        try:
            return content.decode(told[1].decode("ascii") if told else "windows-1252", "replace")
        except LookupError:
            return content.decode("windows-1252", "replace")


def ids_of(file: Path | None) -> frozenset[str]:
    """The article ids in a file, one a line."""
    if file is None:
        return frozenset()
    return frozenset(line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip())
