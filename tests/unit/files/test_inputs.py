"""Files that a command finds in its arguments, and articles on standard input, each as soon as its line is complete."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from copydesk.files.documents import READ_BYTES, Input, InputDocument, RefusedInput
from copydesk.files.inputs import STDIN, find_inputs, read_inputs

LARGEST = 5 * 1024**2


def read_stdin(largest: int = LARGEST) -> AsyncGenerator[Input, None]:
    return read_inputs(find_inputs([STDIN]), largest=largest, columns={})


LINES = [b'{"text": "one"}\n', b"\n", b"x" * (3 * READ_BYTES) + b"\n", b'{"text": "last, without an end"}']


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> int:
    """File descriptor whose data arrives on standard input."""
    reads, writes = os.pipe()
    monkeypatch.setattr(sys, "stdin", io.open(reads, closefd=True))  # noqa: SIM115, UP020 - the fixture's to close
    return writes


async def test_a_line_is_returned_before_the_next_is_written(feed: int) -> None:
    documents = read_stdin()
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
    documents = [document async for document in read_stdin()]
    await writing
    assert [document[1] for document in documents] == [LINES[0], LINES[2], LINES[3]]
    assert [document.origin for document in documents] == ["line 1", "line 3", "line 4"]
    sys.stdin.close()


async def test_a_file_is_read_as_a_pipe_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "feed.ndjson"
    file.write_bytes(b"".join(LINES))
    with file.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        redirected = [document[1] async for document in read_stdin()]
    found = find_inputs([file])
    assert redirected == [document[1] async for document in read_inputs(found, largest=LARGEST, columns={})]
    assert found.bytes == sum(map(len, LINES))
    assert find_inputs([file, STDIN]).bytes is None


def _write(number: int, content: bytes) -> None:
    with os.fdopen(number, "wb") as stream:
        stream.write(content)


async def test_a_line_over_the_limit_costs_only_itself_and_is_not_held(feed: int) -> None:
    lines = [b'{"text": "one"}', b"x" * 1000, b"x" * 1001, b"x" * (4 * READ_BYTES), b'{"text": "five"}']
    writing = asyncio.create_task(asyncio.to_thread(_write, feed, b"\n".join(lines)))
    documents = [document async for document in read_stdin(largest=1000)]
    await writing
    assert [type(document) for document in documents] == [
        InputDocument, InputDocument, RefusedInput, RefusedInput, InputDocument,
    ]  # fmt: skip
    assert [document.size for document in documents] == [16, 1001, 1002, 4 * READ_BYTES + 1, 16]
    assert [document.origin for document in documents] == [f"line {number}" for number in range(1, 6)]
    sys.stdin.close()


def names(folder: Path) -> tuple[list[str], dict[str, str]]:
    """Names of the files that are read, and the reasons of the skipped ones by name."""
    found = find_inputs([folder])
    assert found.refused == []
    return [str(file.name) for file in found.files], {path.name: reason for path, reason in found.skipped}


def test_hidden_files_and_files_with_an_unknown_ending_are_skipped_and_named(tmp_path: Path) -> None:
    for name in ("b/two.txt", "one.html", ".hidden.txt", ".git/config.json", "notes.pdf", "b/.DS_Store"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Fog.")
    assert names(tmp_path) == (
        ["b/two.txt", "one.html"],
        {".hidden.txt": "hidden", ".git": "hidden", ".DS_Store": "hidden", "notes.pdf": "unknown ending"},
    )


def test_links_that_leave_the_folder_are_skipped_and_named(tmp_path: Path) -> None:
    folder, secret = tmp_path / "feed", tmp_path / "secret.txt"
    folder.mkdir()
    secret.write_text("Not for the newsroom.")
    (folder / "inside.txt").write_text("Fog.")
    (folder / "same.txt").symlink_to("inside.txt")
    (folder / "outside.txt").symlink_to(secret)
    (folder / "up.txt").symlink_to("../secret.txt")
    (folder / "folder").symlink_to(tmp_path)
    (folder / "nowhere.txt").symlink_to("gone.txt")
    (folder / "loop.txt").symlink_to("loop.txt")
    read, skipped = names(folder)
    assert read == ["inside.txt", "same.txt"]
    leaves = f"a link that leaves the folder, to {secret.resolve()}"
    assert skipped == {
        "outside.txt": leaves,
        "up.txt": leaves,
        "folder": f"a link that leaves the folder, to {tmp_path.resolve()}",
        "nowhere.txt": "a link to nothing",
        "loop.txt": "a link to nothing",
    }


def test_pipes_in_a_folder_are_skipped_and_nothing_waits_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "feed.ndjson")
    assert names(tmp_path) == ([], {"feed.ndjson": "a pipe"})


def test_two_files_with_one_id_are_refused_with_both_paths(tmp_path: Path) -> None:
    for name in ("s1/index.txt", "s2/index.txt", "s2/page.htm", "s2/page.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("Fog.")
    found = find_inputs([tmp_path / "s1", tmp_path / "s2"])
    assert [str(file.name) for file in found.files] == ["index.txt", "page.htm"]
    index, page = found.refused
    assert (index.origin, page.origin) == (str(tmp_path / "s2/index.txt"), str(tmp_path / "s2/page.html"))
    assert str(tmp_path / "s1/index.txt") in index.reason
    assert str(tmp_path / "s2/page.htm") in page.reason
    together = find_inputs([tmp_path])
    assert [str(file.name) for file in together.files] == ["s1/index.txt", "s2/index.txt", "s2/page.htm"]


def test_a_file_that_is_given_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "one.txt"
    file.write_text("Fog.")
    found = find_inputs([tmp_path, file])
    assert [each.path for each in found.files] == [file]
    assert [tuple(each) for each in found.skipped] == [(file, "given twice")]


def test_a_name_that_cannot_be_an_id_is_noted(tmp_path: Path) -> None:
    file = tmp_path / ("x" * 200) / ("y" * 200 + ".txt")
    file.parent.mkdir()
    file.write_text("Fog.")
    found = find_inputs([tmp_path])
    assert [each.path for each in found.files] == [file]
    [note] = found.notes
    assert note.startswith(str(file))
    assert "has 401 bytes, over 256" in note
