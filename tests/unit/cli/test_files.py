"""Articles on standard input: each as soon as its line is there, from a pipe and from a file."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from pathlib import Path

import pytest

from copydesk.cli.files import READ_BYTES, Item, items_of, size_of

LINES = [b'{"text": "one"}\n', b"\n", b"x" * (3 * READ_BYTES) + b"\n", b'{"text": "last, without an end"}']
STDIN = [Path("-")]


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> int:
    """Where to write what standard input holds."""
    reads, writes = os.pipe()
    monkeypatch.setattr(sys, "stdin", io.open(reads, closefd=True))  # noqa: SIM115, UP020 - the fixture's to close
    return writes


async def test_a_line_is_there_before_the_next_is_written(feed: int) -> None:
    items = items_of(STDIN)
    for number, line in enumerate((b"first\n", b"second\n"), start=1):
        os.write(feed, line)
        assert await anext(items) == Item(f"line {number}", line, len(line))
    waiting = asyncio.create_task(anext(items, None))
    await asyncio.sleep(0)
    assert not waiting.done()
    os.close(feed)
    assert await waiting is None
    sys.stdin.close()


async def test_lines_of_any_length_come_whole(feed: int) -> None:
    writing = asyncio.create_task(asyncio.to_thread(_write, feed, b"".join(LINES)))
    found = [item async for item in items_of(STDIN)]
    await writing
    assert [item.value for item in found] == [LINES[0], LINES[2], LINES[3]]
    assert [item.origin for item in found] == ["line 1", "line 3", "line 4"]
    sys.stdin.close()


async def test_a_file_is_read_as_a_pipe_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feed.ndjson"
    file.write_bytes(b"".join(LINES))
    with file.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        redirected = [item.value async for item in items_of(STDIN)]
    assert redirected == [item.value async for item in items_of([file])]
    assert size_of([file]) == sum(map(len, LINES))
    assert size_of([file, *STDIN]) is None


def _write(number: int, content: bytes) -> None:
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
