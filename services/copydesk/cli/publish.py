"""`copydesk publish`: articles from files to the input topic."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

import click
from aiokafka.errors import KafkaError

from copydesk.cli.files import Item, check_readable, items_of, size_of
from copydesk.cli.progress import Progress
from copydesk.cli.setup import connection, run_or_exit
from copydesk.client import Connection, Published, Publisher, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit

IN_FLIGHT = 200  # articles on their way at once: a batch of the producer holds about fifty


@click.command(name="publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--unchecked", is_flag=True, help="Send what is no valid article, too (it lands in the dead letters).")
def command(files: tuple[Path, ...], *, unchecked: bool) -> None:
    """Publish articles: .txt, .html, .json, .ndjson files, folders of them, or - for NDJSON on standard input.

    Returns when the broker has confirmed all. A text or HTML file's name becomes the article's id; a .json file holds
    one article or an array of them; .gz behind any name is unpacked. What is refused is told on standard error, and the
    exit code is 1.

    Example: copydesk publish articles/ feed.ndjson
    """
    check_readable(files)
    target = connection()
    with Progress("publishing", size_of(files)) as progress:
        published, refused = run_or_exit(_publish(target, items_of(files), progress, checked=not unchecked))
    click.echo(f"{published} published to {target.full_name('articles.raw')}, {refused} refused", err=True)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


async def _publish(
    target: Connection, items: AsyncGenerator[Item, None], progress: Progress, *, checked: bool
) -> tuple[int, int]:
    published = refused = 0
    under_way: set[asyncio.Task[bool]] = set()

    async def one(publisher: Publisher, item: Item) -> bool:
        ok = await _publish_one(publisher, item, progress.say, checked=checked)
        progress.add(1, units=item.size)
        return ok

    def count(told: Iterable[bool]) -> None:
        nonlocal published, refused
        for ok in told:
            published += ok
            refused += not ok

    async with Publisher(target) as publisher:
        try:
            async with aclosing(items):
                async for item in items:
                    under_way.add(asyncio.create_task(one(publisher, item)))
                    if len(under_way) >= IN_FLIGHT:
                        done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                        count(await asyncio.gather(*done))
            count(await asyncio.gather(*under_way))
        finally:  # without the right to write all fail alike: one says so
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
    return published, refused


async def _publish_one(publisher: Publisher, item: Item, say: Callable[[str], None], *, checked: bool) -> bool:
    try:
        await publish_item(publisher, item, checked=checked)
    except (InvalidDocumentError, TooLargeError) as error:
        say(f"{item.origin}: {error}")
        return False
    except broker_checks.NOT_AUTHORIZED:
        raise
    except KafkaError as error:
        say(f"{item.origin}: not confirmed by the broker: {error}")
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
