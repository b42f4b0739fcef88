"""Articles in files: texts, pages, JSON, NDJSON, folders of them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from copydesk.contracts.ids import id_problem

ENDINGS = (".txt", ".html", ".htm", ".json", ".ndjson", ".jsonl")
LINES = (".ndjson", ".jsonl")
"""Of these, files with an article a line."""


class Item(NamedTuple):
    """A JSON document, and where it came from."""

    origin: str
    value: bytes


def items_of(files: Iterable[Path]) -> Iterator[Item]:
    """The articles of files and folders; `-` is NDJSON on standard input."""
    for file in files:
        if str(file) == "-":
            for number, line in enumerate(sys.stdin.buffer, start=1):
                if line.strip():
                    yield Item(f"line {number}", line)
        elif file.is_dir():
            for inside in sorted(path for path in file.rglob("*") if path.is_file() and path.suffix in ENDINGS):
                yield from read_items(inside, inside.relative_to(file))
        else:
            yield from read_items(file, Path(file.name))


def read_items(path: Path, name: Path) -> Iterator[Item]:
    """The articles of a file; `name` gives a text's or a page's id."""
    content = path.read_bytes()
    match path.suffix:
        case ending if ending in LINES:
            for number, line in enumerate(content.splitlines(), start=1):
                if line.strip():
                    yield Item(f"{path}:{number}", line)
        case ".html" | ".htm":
            yield Item(str(name), _article(name, html=_decode_page(content)))
        case ".json":
            yield Item(str(name), content)
        case _:
            yield Item(str(name), _article(name, text=content.decode("utf-8-sig", "replace")))


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
