"""Pages of a crawl: HTML responses of a WARC file (ISO 28500), one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import IO, Any

import orjson

from copydesk.extras import install_hint
from copydesk.files.compression import InputError
from copydesk.files.decoding import decode
from copydesk.files.documents import READ_BYTES, Input, InputDocument, RefusedInput, too_large

WARC_ENDING = ".warc"

_charset = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_-]{1,40})", re.IGNORECASE).search


def read_warc(stream: IO[bytes], origin: str, largest: int, on_skipped: Callable[[str], None]) -> Iterator[Input]:
    """Raw articles of a WARC file: HTML responses with status 200, with address and date of the record.

    Args:
        stream: The file, decompressed.
        origin: Before the number of the record, for messages.
        largest: Most bytes of a document.
        on_skipped: Called at the end with what was left out, and why.

    Raises:
        InputError: warcio is not installed, or the file is no WARC from some record on.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise InputError(f"reading .warc needs warcio; {install_hint('files')}") from None
    skipped: Counter[str] = Counter()
    number = 0
    try:
        for record in ArchiveIterator(stream):
            number += 1
            if record.format != "warc":  # warcio also reads the format before it, and takes most bytes for that
                raise InputError("holds no WARC record")  # noqa: TRY301 - what was skipped is told on this way, too
            if record.rec_type != "response":
                continue  # requests, metadata, the crawler's own notes
            if why := _reason_to_skip(record):
                skipped[why] += 1
                continue
            yield _read_page(record, f"{origin}{number}", largest, number)
        if not number:
            raise InputError("holds no WARC record")  # noqa: TRY301 - what was skipped is told on this way, too
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - warcio has no one class for what it cannot read
        raise InputError(f"no WARC behind record {number}: {type(error).__name__}: {error}") from None
    finally:
        for why, count in sorted(skipped.items()):
            on_skipped(f"{count} responses: {why}")


def _reason_to_skip(record: Any) -> str | None:
    if record.http_headers is None:
        return "no HTTP headers"
    if (status := record.http_headers.get_statuscode()) != "200":
        return f"status {status[:3]}"
    kind = (record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return None if kind in {"text/html", "application/xhtml+xml"} else f"content type {kind[:60] or 'not told'}"


def _read_page(record: Any, origin: str, largest: int, number: int) -> Input:
    content = bytearray()
    body = record.content_stream()  # chunks and the response's own compression undone
    while part := body.read(READ_BYTES):
        content += part
        if len(content) > largest:
            return RefusedInput(origin, too_large(len(content), largest), len(content), number)
    told = _charset(record.http_headers.get_header("Content-Type") or "")
    document = {"html": _decode(bytes(content), told[1] if told else None)}
    if url := record.rec_headers.get_header("WARC-Target-URI"):
        document["url"] = url.strip("<> ")
    if date := record.rec_headers.get_header("WARC-Date"):
        document["fetched_at"] = date
    return InputDocument(origin, orjson.dumps(document), len(content), number)


def _decode(content: bytes, charset: str | None) -> str:
    """Text of a page: what its bytes are for sure, else the header's charset, else what the page says itself."""
    if charset is not None and charset.lower() not in {"utf-8", "utf8"}:
        try:
            content.decode("utf-8")
        except UnicodeDecodeError:
            return decode(f'<meta charset="{charset}">'.encode() + content, page=True).removeprefix(
                f'<meta charset="{charset}">'
            )
    return decode(content, page=True)


__all__ = ["WARC_ENDING", "read_warc"]
