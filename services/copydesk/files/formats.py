"""Documents of one file: text, HTML, JSON, NDJSON, table, feed or crawl, also compressed. Every size is bounded.

A document that is too large, and what cannot be read, is a `RefusedInput` among the documents: it costs nothing else.
"""

from __future__ import annotations

import io
import os
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
import orjson

from copydesk.contracts.ids import id_problem
from copydesk.files import compression
from copydesk.files.compression import Decompression, InputError, is_compressed, without_ending
from copydesk.files.decoding import decode
from copydesk.files.documents import READ_BYTES, Input, InputDocument, RefusedInput, read_json, read_lines
from copydesk.files.feeds import FEED_ENDINGS, read_feed
from copydesk.files.field_names import rename_input
from copydesk.files.parquet import PARQUET_ENDING, read_parquet
from copydesk.files.tables import TABLE_ENDINGS, Columns, read_table
from copydesk.files.warc import WARC_ENDING, read_warc

ARTICLE_ENDINGS = (".txt", ".html", ".htm")
"""Endings of files that are one article, whose id is made from the file's name."""

NDJSON_ENDINGS = (".ndjson", ".jsonl")
"""Endings of files with an article per line."""

ENDINGS = (*ARTICLE_ENDINGS, ".json", *NDJSON_ENDINGS, *TABLE_ENDINGS, PARQUET_ENDING, *FEED_ENDINGS, WARC_ENDING)

RAW_ENDINGS = frozenset({*ARTICLE_ENDINGS, *TABLE_ENDINGS, PARQUET_ENDING, *FEED_ENDINGS, WARC_ENDING})
"""Endings of files whose reader makes raw articles."""

MAX_JSON_BYTES = 256 * 1024**2
"""Most bytes of a .json file or a feed, decompressed: it is read at once. NDJSON of any size is read line by line."""

MAX_ENCODING_RATIO = 4
"""A file in UTF-32 has this many times the bytes that the same text has in UTF-8, at most."""


def ending(path: Path) -> str:
    """Ending of a file's name in lower case, without that of a compression: `.jsonl` for `Feed.JSONL.gz`."""
    return without_ending(path).suffix.lower()


def name_id(name: Path) -> str:
    """Article id that a file's name gives: without its ending.

    >>> name_id(Path("sports/match.txt.gz"))
    'sports/match'
    """
    return without_ending(name).with_suffix("").as_posix()


def check_readable(file: Path) -> None:
    """Check that a file is a regular one of a known format, before anything is read.

    Raises:
        click.UsageError: It is a device or a pipe, or it has another ending and does not look like NDJSON.
    """
    if kind := special_kind(file.stat().st_mode):
        raise click.UsageError(f"'{file}' is {kind}. Articles of a pipe come on standard input: give - (< '{file}')")
    if ending(file) not in ENDINGS and not _looks_like_ndjson(file):
        raise click.UsageError(
            f"'{file}': unknown format. Articles are read from files that end in {', '.join(ENDINGS)}, "
            f"each also with {', '.join(compression.ENDINGS)}; any other file must have one JSON article per line"
        )


def special_kind(mode: int) -> str | None:
    """Name for what is neither a file nor a folder, or None.

    Args:
        mode: Its `st_mode`.
    """
    kinds = {stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode))


def _looks_like_ndjson(file: Path) -> bool:
    """Return whether a file begins like an article per line, or is empty."""
    try:
        with _open(file) as stream:
            return stream.read(READ_BYTES).removeprefix(BOM_UTF8).lstrip()[:1] in {b"{", b""}
    except (OSError, InputError):
        return False


@contextmanager
def _open(path: Path) -> Iterator[IO[bytes]]:
    """Open a regular file for reading, decompressed if its name ends in that of a compression.

    Raises:
        InputError: It is no regular file. It may have been replaced by a pipe since it was found, so it is looked at
            once it is open, and opening never waits for a writer.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb", READ_BYTES) as raw:
        if not stat.S_ISREG(mode := os.fstat(descriptor).st_mode):
            raise InputError(f"is {special_kind(mode) or 'no file'}")
        if is_compressed(path):
            with io.BufferedReader(Decompression(raw, path), READ_BYTES) as stream:
                yield stream
        else:
            yield raw


def read_file(
    path: Path,
    name: Path,
    *,
    largest: int,
    columns: Columns | None = None,
    on_skipped: Callable[[str], None] = lambda _: None,
) -> Iterator[Input]:
    """Documents of a file; a file without a known ending is read as NDJSON.

    Args:
        path: The file.
        name: Gives the id of a text or an HTML page: the name without its ending.
        largest: Most bytes of a document.
        columns: The documents are raw articles, and may have the field names of other tools; these columns of tables
            hold these fields. None: they are documents of a later stage, and stay as they are.
        on_skipped: Called with what a file holds besides articles: other responses of a crawl, teasers of a feed.

    Yields:
        Documents, and what is refused instead of them: one that is too large, or the rest of a file that cannot be
        read (further).
    """
    count = 0
    try:
        with _open(path) as stream:
            for document in _documents_in(stream, path, name, largest, columns, on_skipped):
                yield document if columns is None else _renamed(document, path)
                count += 1
    except (InputError, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        yield RefusedInput(str(path), f"{reason}; {count} articles before that were read" if count else reason)


def _renamed(document: Input, path: Path) -> Input:
    """The document with copydesk's field names, if it is JSON with those of another tool."""
    return document if ending(path) in RAW_ENDINGS else rename_input(document)


def _documents_in(  # noqa: PLR0917 - as read_file
    stream: IO[bytes], path: Path, name: Path, largest: int, columns: Columns | None, on_skipped: Callable[[str], None]
) -> Iterator[Input]:
    if ending(path) in NDJSON_ENDINGS or ending(path) not in ENDINGS:
        yield from read_lines(stream, f"{path}:", largest)
    elif ending(path) in TABLE_ENDINGS:
        yield from read_table(stream, f"{path}:", largest, columns or {}, tabs=ending(path) == ".tsv")
    elif ending(path) == PARQUET_ENDING:
        yield from read_parquet(stream, f"{path}:", largest, columns or {})
    elif ending(path) == WARC_ENDING:
        yield from read_warc(stream, f"{path}:", largest, on_skipped)
    elif ending(path) in FEED_ENDINGS:
        content = _read_whole(stream, MAX_JSON_BYTES, ", the most of a feed")
        yield from read_feed(content, str(name), largest, on_skipped)
    elif ending(path) == ".json":
        content = _read_whole(stream, MAX_JSON_BYTES, ", the most of a .json file: give an article per line as .ndjson")
        yield from read_json(content, str(name), largest)
    else:
        content = _read_whole(stream, MAX_ENCODING_RATIO * largest, ", the most that one article may have")
        page = ending(path) != ".txt"
        yield InputDocument(
            str(name), _article(name, "html" if page else "text", decode(content, page=page)), len(content)
        )


def _read_whole(stream: IO[bytes], limit: int, hint: str) -> bytes:
    content = io.BytesIO()  # read(limit) would set aside the limit's bytes for every short file
    while part := stream.read(READ_BYTES):
        content.write(part)
        if content.tell() > limit:
            raise InputError(f"has more than {limit:,} bytes{hint}")
    return content.getvalue()  # shares the buffer


def _article(name: Path, field: str, text: str) -> bytes:
    """JSON of a raw article, not through its struct: the contract refuses an empty file, not this function."""
    id_ = name_id(name)
    return orjson.dumps({field: text} if id_problem(id_) else {field: text, "id": id_})


def read_ids(file: Path | None) -> frozenset[str]:
    """Article ids in a file with one per line; empty without a file."""
    if file is None:
        return frozenset()
    return frozenset(line.strip() for line in file.read_text(encoding="utf-8").split("\n") if line.strip())
