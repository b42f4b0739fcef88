"""Crawls, feeds and compressed files: what is in them, and what they may do."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import zstandard

from copydesk.files.compression import FREE_BYTES
from copydesk.files.documents import Input, InputDocument, RefusedInput
from copydesk.files.formats import read_file
from copydesk.files.inputs import find_inputs

LARGEST = 200_000
PAGE = "<html><body><p>Der Hafen öffnet im Frühling.</p></body></html>"
BODY = "<p>" + "The harbour opens in spring, the master said on Monday. " * 6 + "</p>"

COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zstandard.compress,
}  # fmt: skip


def read(file: Path, *, largest: int = LARGEST) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Documents, reasons of refusals, and what was skipped."""
    skipped: list[str] = []
    found: list[Input] = list(read_file(file, Path(file.name), largest=largest, columns={}, on_skipped=skipped.append))
    documents = [json.loads(one.value) for one in found if isinstance(one, InputDocument)]
    return documents, [one.reason for one in found if isinstance(one, RefusedInput)], skipped


def warc(*responses: tuple[str, str, str, bytes], compress: bool = True) -> bytes:
    """A crawl of responses: address, status, content type, body; before them the crawler's note."""
    records = [_record("warcinfo", "", b"software: a test\r\n")]
    for url, status, kind, body in responses:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        records.append(_record("response", f"WARC-Target-URI: {url}\r\n", head + body))
    return b"".join(gzip.compress(one) if compress else one for one in records)


def _record(kind: str, address: str, content: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid4()}>\r\n{address}"
        f"WARC-Date: 2026-11-02T10:00:00Z\r\nContent-Type: application/http; msgtype={kind}\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n\r\n"


@pytest.mark.parametrize("ending", sorted(COMPRESS))
def test_every_compression_is_read(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"feed.ndjson{ending}"
    file.write_bytes(COMPRESS[ending](b'{"text": "one"}\n{"text": "two"}\n'))
    assert read(file)[0] == [{"text": "one"}, {"text": "two"}]
    assert [one.path for one in find_inputs([tmp_path]).files] == [file]


@pytest.mark.parametrize("ending", sorted(COMPRESS))
def test_damage_is_told_and_costs_only_the_rest(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"feed.ndjson{ending}"
    file.write_bytes(COMPRESS[ending](b'{"text": "one"}\n' * 40_000)[:-5])
    _, refused, _ = read(file)
    assert len(refused) == 1
    assert "no complete" in refused[0]


@pytest.mark.parametrize("ending", sorted(COMPRESS))
def test_a_bomb_is_refused(tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"feed.ndjson{ending}"
    file.write_bytes(COMPRESS[ending](b"x" * (FREE_BYTES + FREE_BYTES // 4)))
    _, refused, _ = read(file)
    assert refused
    assert "times its size" in refused[-1]


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_the_pages_of_a_crawl_are_articles(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes(
        warc(
            ("https://a.example/1", "200 OK", "text/html; charset=windows-1252", PAGE.encode("cp1252")),
            ("https://a.example/2", "200 OK", "text/html", PAGE.encode()),
            ("https://a.example/3", "404 Not Found", "text/html", b"gone"),
            ("https://a.example/4.png", "200 OK", "image/png", b"\x89PNG"),
            ("https://a.example/5", "200 OK", "text/html", b"x" * (LARGEST + 1)),
            compress=name.endswith(".gz"),
        )
    )
    documents, refused, skipped = read(file)
    assert [one["html"] for one in documents] == [PAGE, PAGE]
    assert [one["url"] for one in documents] == ["https://a.example/1", "https://a.example/2"]
    assert {one["fetched_at"] for one in documents} == {"2026-11-02T10:00:00Z"}
    assert ["are over 200,000" in one for one in refused] == [True]
    assert skipped == ["1 responses: content type image/png", "1 responses: status 404"]


def test_a_crawl_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    file = tmp_path / "crawl.warc.gz"
    pages = [PAGE.encode() + random.Random(number).randbytes(20_000) for number in range(50)]
    whole = warc(*((f"https://a.example/{number}", "200 OK", "text/html", page) for number, page in enumerate(pages)))
    file.write_bytes(whole[: len(whole) // 2])
    documents, refused, _ = read(file)
    assert 10 < len(documents) < 50
    assert len(refused) == 1
    file.write_bytes(gzip.compress(b"this is no crawl at all\r\n" * 9))
    assert read(file)[0] == []
    assert "no WARC" in read(file)[1][0], "nothing of it is taken for a page"


RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Post</title><language>en</language>
<item><title>The harbour</title><link>https://post.example/1</link><guid>post-1</guid>
<pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate><content:encoded><![CDATA[{BODY}]]></content:encoded></item>
<item><title>Teaser</title><link>https://post.example/2</link><description>Read more.</description></item>
</channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title><entry><title>The harbour</title>
<link href="https://post.example/1"/><id>post-1</id><updated>2026-11-02T08:00:00Z</updated><author><name>Ana</name></author>
<content type="html">{BODY.replace("<", "&lt;")}</content></entry></feed>"""


@pytest.mark.parametrize(("name", "content"), [("feed.rss", RSS), ("feed.xml", RSS), ("feed.atom", ATOM)])
def test_entries_with_their_whole_text_are_articles(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    (document,), refused, skipped = read(file)
    assert document["html"] == BODY
    assert (document["title"], document["url"]) == ("The harbour", "https://post.example/1")
    assert document["published_at"] == "2026-11-02T08:00:00+00:00"
    assert document["metadata"] == {"guid": "post-1"}
    assert refused == []
    assert skipped == (
        ["1 entries without their text: the pages they lead to must be fetched"] if "rss" in content else []
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (
            '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><rss version="2.0"><channel/></rss>',
            "XML entities",
        ),
        ("<html><body>no feed</body></html>", "no RSS or Atom feed"),
        ("", "no RSS or Atom feed"),
    ],
)
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str, why: str) -> None:
    file = tmp_path / "feed.xml"
    file.write_text(content, encoding="utf-8")
    documents, (refused,), _ = read(file)
    assert documents == []
    assert why in refused


@pytest.mark.parametrize(
    ("name", "package"), [("a.warc", "warcio"), ("a.rss", "feedparser"), ("a.ndjson.zst", "zstandard")]
)
def test_a_missing_package_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    for loaded in [one for one in sys.modules if one.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, package, None)
    (tmp_path / name).write_bytes(b"x")
    _, (refused,), _ = read(tmp_path / name)
    assert "pip install '.[files]'" in refused
