"""Articles on standard input, each returned as soon as its line is complete, and in files of every kind."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import os
import sys
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cli.files import READ_BYTES, InputDocument, check_readable, decode, input_bytes, read_file, read_inputs

LINES = [b'{"text": "one"}\n', b"\n", b"x" * (3 * READ_BYTES) + b"\n", b'{"text": "last, without an end"}']
STDIN = [Path("-")]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> int:
    """File descriptor whose data arrives on standard input."""
    reads, writes = os.pipe()
    monkeypatch.setattr(sys, "stdin", io.open(reads, closefd=True))  # noqa: SIM115, UP020 - the fixture's to close
    return writes


async def test_a_line_is_returned_before_the_next_is_written(feed: int) -> None:
    documents = read_inputs(STDIN)
    for number, line in enumerate((b"first\n", b"second\n"), start=1):
        os.write(feed, line)
        assert await anext(documents) == InputDocument(f"line {number}", line, len(line), number)
    waiting = asyncio.create_task(anext(documents, None))
    await asyncio.sleep(0)
    assert not waiting.done()
    os.close(feed)
    assert await waiting is None
    sys.stdin.close()


async def test_lines_of_any_length_come_whole(feed: int) -> None:
    writing = asyncio.create_task(asyncio.to_thread(_write, feed, b"".join(LINES)))
    documents = [document async for document in read_inputs(STDIN)]
    await writing
    assert [document.value for document in documents] == [LINES[0], LINES[2], LINES[3]]
    assert [document.origin for document in documents] == ["line 1", "line 3", "line 4"]
    sys.stdin.close()


async def test_a_file_is_read_as_a_pipe_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feed.ndjson"
    file.write_bytes(b"".join(LINES))
    with file.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        redirected = [document.value async for document in read_inputs(STDIN)]
    assert redirected == [document.value async for document in read_inputs([file])]
    assert input_bytes([file]) == sum(map(len, LINES))
    assert input_bytes([file, *STDIN]) is None


def _write(number: int, content: bytes) -> None:
    with os.fdopen(number, "wb") as stream:
        stream.write(content)


ARTICLES = [{"id": "a", "text": "one"}, {"id": "b", "text": "two"}]
QUOTED = "“Déjà vu”, she said."


@pytest.mark.parametrize("name", ["feed.ndjson", "Feed.JSONL", "feed.ndjson.gz", "feed.json", "feed", "array.json"])
def test_an_article_a_line_an_array_and_what_is_packed_hold_the_same(tmp_path: Path, name: str) -> None:
    lines = "".join(json.dumps(article) + "\n" for article in ARTICLES)
    content = (json.dumps(ARTICLES, indent=1) if name.startswith("array") else lines).encode()
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    check_readable([file])
    documents = list(read_file(file, Path(name)))
    assert [json.loads(document.value) for document in documents] == ARTICLES
    assert [document.line for document in documents] == [1, 2]
    assert len({document.origin for document in documents}) == len(documents)


def test_an_article_over_several_lines_is_one(tmp_path: Path) -> None:
    file = tmp_path / "one.json"
    for content in (json.dumps(ARTICLES[0], indent=1), json.dumps(ARTICLES[0]), "", "{}\n", "not json\nat all"):
        file.write_text(content)
        assert [document.value for document in read_file(file, Path("one.json"))] == [content.encode()]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.txt", "A.TXT", "a.html", "a.htm.gz"])
async def test_a_file_is_read_in_the_encoding_that_it_was_written_in(tmp_path: Path, encoding: str, name: str) -> None:
    text = QUOTED * 3 if ".txt" in name.lower() else f'<meta charset="iso-8859-1"><p>{QUOTED}</p>'
    content = text.encode(encoding)
    file = tmp_path / name
    file.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    [document] = [document async for document in read_inputs([tmp_path])]
    assert text in json.loads(document.value).values()
    assert json.loads(document.value)["id"].lower() == "a"


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_some_text(content: bytes, page: bool) -> None:  # noqa: FBT001 - hypothesis calls it
    decode(content, page=page).encode()


async def test_a_file_of_an_unknown_kind_is_named_before_anything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("# What I saw\n")
    with pytest.raises(click.UsageError, match=r"notes\.md.*\.ndjson"):
        check_readable([file])
    assert [document async for document in read_inputs([tmp_path])] == []


@pytest.mark.parametrize("content", [gzip.compress(b'{"text": "one"}\n' * 99, mtime=0)[:-20], b"no gzip"])
def test_a_broken_gzip_file_is_reported(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "feed.ndjson.gz"
    file.write_bytes(content)
    with pytest.raises(click.FileError) as caught:
        list(read_file(file, Path(file.name)))
    assert "gzip" in caught.value.format_message()
    assert input_bytes([file]) is None
