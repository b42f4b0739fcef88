"""`copydesk publish`: articles from files to the input topic."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import NamedTuple

import click
import orjson
from aiokafka.errors import KafkaError

from copydesk.cli.setup import ask, connection
from copydesk.client import Connection, Published, Publisher, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.ids import id_problem
from copydesk.runtime.exits import Exit

ENDINGS = (".txt", ".html", ".htm", ".json", ".ndjson", ".jsonl")
IN_FLIGHT = 200  # articles on their way at once: a batch of the producer holds about fifty


class Item(NamedTuple):
    """A JSON document, and where it came from."""

    origin: str
    value: bytes


@click.command(name="publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--unchecked", is_flag=True, help="Send what is no valid article, too (it lands in the dead letters).")
def command(files: tuple[Path, ...], *, unchecked: bool) -> None:
    """Publish articles: .txt, .html, .json, .ndjson files, folders of them, or - for NDJSON on standard input.

    Returns when the broker has confirmed all. A text or HTML file's name becomes the article's id. What is refused is
    told on standard error, and the exit code is 1.
    """
    target = connection()
    published, refused = ask(_publish(target, _items(files), checked=not unchecked))
    click.echo(f"{published} published to {target.full('articles.raw')}, {refused} refused", err=True)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


async def _publish(target: Connection, items: Iterable[Item], *, checked: bool) -> tuple[int, int]:
    published = refused = 0
    under_way: set[asyncio.Task[bool]] = set()
    async with Publisher(target) as publisher:
        with _progress(items) as bar:
            for item in bar:
                under_way.add(asyncio.create_task(_publish_one(publisher, item, checked=checked)))
                if len(under_way) >= IN_FLIGHT:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    published += sum(task.result() for task in done)
                    refused += sum(not task.result() for task in done)
        for ok in await asyncio.gather(*under_way):
            published += ok
            refused += not ok
    return published, refused


def _progress(items: Iterable[Item]) -> AbstractContextManager[Iterable[Item]]:
    """A count on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext(items)
    bar: AbstractContextManager[Iterable[Item]] = click.progressbar(
        items, label="publishing", file=sys.stderr, show_pos=True
    )
    return bar


async def _publish_one(publisher: Publisher, item: Item, *, checked: bool) -> bool:
    try:
        await publish_item(publisher, item, checked=checked)
    except (InvalidDocumentError, TooLargeError) as error:
        click.echo(f"{item.origin}: {error}", err=True)
        return False
    except KafkaError as error:
        click.echo(f"{item.origin}: not confirmed by the broker: {error}", err=True)
        return False
    return True


async def publish_item(publisher: Publisher, item: Item, *, checked: bool = True) -> Published:
    """Publish one item.

    Raises:
        InvalidDocumentError: It is no article (only if checked).
        TooLargeError: It is too large.
        KafkaError: The broker did not confirm it.
    """
    try:
        return await publisher.publish(item.value)
    except InvalidDocumentError:
        if checked:
            raise
        return await publisher.send(
            item.value,
            key=item.origin.encode("utf-8", "replace")[:256],
            subject=item.origin.encode("utf-8", "replace").decode(),
        )


def _items(files: Iterable[Path]) -> Iterator[Item]:
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
        case ".ndjson" | ".jsonl":
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


__all__ = ["Item", "command", "publish_item", "read_items"]
