"""Articles of files, folders and standard input: finding the files, and reading one after the other."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from copydesk.contracts.ids import id_problem
from copydesk.files.compression import is_compressed
from copydesk.files.documents import READ_BYTES, Input, InputDocument, RefusedInput, too_large
from copydesk.files.field_names import rename_input
from copydesk.files.formats import (
    ARTICLE_ENDINGS,
    ENDINGS,
    check_readable,
    ending,
    name_id,
    read_file,
    special_kind,
)
from copydesk.files.tables import Columns

STDIN = Path("-")


class Skipped(NamedTuple):
    """Something in a folder that is not read, and the reason."""

    path: Path
    reason: str


class FoundFile(NamedTuple):
    """A file to read."""

    path: Path
    """As it is opened; `-`: standard input."""
    name: Path
    """Its path in the folder that was given, or its name: gives the id of a text or an HTML page."""


class FoundInputs(NamedTuple):
    """Files to read in their order, and what is left out."""

    files: list[FoundFile]
    refused: list[RefusedInput]
    skipped: list[Skipped]
    notes: list[str]
    """Lines about files that are read, but not as their names say."""

    @property
    def bytes(self) -> int | None:
        """Size of the input, or None if it is unknown: for standard input and compressed files."""
        paths = [file.path for file in self.files]
        if STDIN in paths or any(is_compressed(path) for path in paths):
            return None
        return sum(path.stat().st_size for path in paths if path.exists())


def find_inputs(arguments: Sequence[Path]) -> FoundInputs:
    """Files of arguments and their folders; nothing is read yet.

    A text or HTML file's id is its name. Two files with the same name would replace each other, so the second one is
    refused. An id that is made unique would depend on the other files of the run: published alone, the article would
    have another id, and would come twice.

    Args:
        arguments: Files, folders, or `-` for standard input.

    Raises:
        click.UsageError: A file is a device or a pipe, or its format is unknown.
    """
    found = FoundInputs([], [], [], [])
    for argument in arguments:
        if argument == STDIN:
            found.files.append(FoundFile(argument, argument))
        elif argument.is_dir():
            files = []
            for entry in _walk(argument):
                if isinstance(entry, FoundFile):
                    files.append(entry)
                elif isinstance(entry, Skipped):
                    found.skipped.append(entry)
                else:
                    found.refused.append(entry)
            found.files.extend(sorted(files))
        else:
            check_readable(argument)
            found.files.append(FoundFile(argument, Path(argument.name)))
    _check_ids(found)
    return found


def _walk(folder: Path) -> Iterator[FoundFile | Skipped | RefusedInput]:
    """Everything in a folder and its folders, in no order. Links are followed inside the folder only."""
    root, folders = folder.resolve(), [folder]
    while folders:
        current = folders.pop()
        try:
            entries = list(os.scandir(current))
        except OSError as error:
            yield RefusedInput(str(current), error.strerror or str(error))
            continue
        for entry in entries:
            path = Path(entry.path)
            if entry.name.startswith("."):
                yield Skipped(path, "hidden")
            elif entry.is_symlink():
                yield _follow(path, path.relative_to(folder), root)
            elif entry.is_dir():
                folders.append(path)
            elif kind := special_kind(entry.stat(follow_symlinks=False).st_mode):
                yield Skipped(path, kind)
            elif ending(path) in ENDINGS:
                yield FoundFile(path, path.relative_to(folder))
            else:
                yield Skipped(path, "unknown ending")


def _follow(link: Path, name: Path, root: Path) -> FoundFile | Skipped:
    """File behind a link. What leaves the folder is not meant to be published: `notes.txt -> /etc/passwd`."""
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a link to itself, before Python 3.13
        return Skipped(link, "a link to nothing")
    if not target.is_relative_to(root):
        return Skipped(link, f"a link that leaves the folder, to {target}")
    if not target.is_file():
        return Skipped(link, "a link to a folder or a device")
    return FoundFile(target, name) if ending(link) in ENDINGS else Skipped(link, "unknown ending")


def _check_ids(found: FoundInputs) -> None:
    """Take out the files whose ids would be those of other files; note names that cannot be an id."""
    taken: dict[str, FoundFile] = {}
    files = []
    for file in found.files:
        if file.path == STDIN or ending(file.name) not in ARTICLE_ENDINGS:
            files.append(file)
            continue
        id_ = name_id(file.name)
        if problem := id_problem(id_):
            found.notes.append(f"{file.path}: its name cannot be an id (it {problem}): the id is made from the content")
        other = file if problem else taken.setdefault(id_, file)
        if other is file:
            files.append(file)
        elif other.path.resolve() == file.path.resolve():
            found.skipped.append(Skipped(file.path, "given twice"))
        else:
            reason = (
                f"would replace {other.path}, since the name of either gives the id {id_!r}: rename one, "
                "or publish the folder that has both, then their ids begin with their folders' names"
            )
            found.refused.append(RefusedInput(str(file.path), reason))
    found.files[:] = files


async def read_inputs(found: FoundInputs, *, largest: int, columns: Columns) -> AsyncGenerator[Input, None]:
    """Raw articles of all files; of standard input, each line is returned at once.

    Args:
        found: Files to read.
        largest: Most bytes of a document.
        columns: Columns of tables by the fields that they hold.
    """
    for refused in found.refused:
        yield refused._replace(file=refused.origin)
    for file in found.files:
        if file.path == STDIN:
            async for line in _standard_input(largest):
                yield rename_input(line)
        else:
            note = partial(_note_skipped, found, file.path)
            for document in read_file(file.path, file.name, largest=largest, columns=columns, on_skipped=note):
                yield document._replace(file=str(file.path))


def _note_skipped(found: FoundInputs, path: Path, reason: str) -> None:
    found.skipped.append(Skipped(path, reason))


async def _standard_input(largest: int) -> AsyncGenerator[Input, None]:
    """Documents of standard input, one per line; no more of a line is held than a document may have."""
    number = size = 0
    line: list[bytes] = []

    def end_line() -> Input | None:
        nonlocal number, size
        content, length = b"".join(line), size
        line.clear()
        number, size = number + 1, 0
        if length > largest + 1:
            return RefusedInput(f"line {number}", too_large(length, largest), length, number)
        return InputDocument(f"line {number}", content, length, number) if content.strip() else None

    async for part in _parts_of_lines():
        size += len(part)
        if size <= largest + 1:  # with the line break
            line.append(part)
        else:
            line.clear()
        if part.endswith(b"\n") and (document := end_line()):
            yield document
    if size and (document := end_line()):
        yield document


async def _parts_of_lines() -> AsyncGenerator[bytes, None]:
    """Bytes of standard input, cut after each line break; the event loop goes on while it waits for them."""
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()
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
        content = os.read(descriptor, READ_BYTES)
        if not content:
            return
        for part in _cut(content):
            yield part


def _cut(content: bytes) -> list[bytes]:
    """Bytes cut after each line feed (`splitlines` would also cut at a carriage return)."""
    *whole, rest = content.split(b"\n")
    return [part + b"\n" for part in whole] + ([rest] if rest else [])
