"""`copydesk publish`: publish articles from files."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from pathlib import Path

import click
from aiokafka.errors import KafkaError

from copydesk.cli.files import InputDocument, check_readable, input_bytes, read_inputs
from copydesk.cli.prerequisites import load_connection, run_or_exit
from copydesk.cli.progress import Progress
from copydesk.client import Connection, Published, Publisher, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit

MAX_UNCONFIRMED = 200  # articles sent and not confirmed yet: a batch of the producer holds about fifty


@click.command(name="publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@click.option("--unchecked", is_flag=True, help="Also send invalid articles; they become dead letters.")
def command(files: tuple[Path, ...], *, unchecked: bool) -> None:
    """Publish articles from files, folders or standard input.

    Reads .txt, .html, .json and .ndjson files, each also with .gz, and folders of them; `-` is NDJSON on standard
    input. The name of a text or HTML file becomes the article's id. A .json file has one article or an array of them.
    The command returns when the broker has confirmed all. Refused articles are reported on standard error, and the exit
    code is then 1.

    Example: copydesk publish articles/ feed.ndjson
    """
    check_readable(files)
    connection = load_connection()
    with Progress("publishing", input_bytes(files)) as progress:
        published, refused = run_or_exit(_publish(connection, read_inputs(files), progress, checked=not unchecked))
    click.echo(f"{published} published to {connection.full_name('articles.raw')}, {refused} refused", err=True)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


async def _publish(
    connection: Connection, documents: AsyncGenerator[InputDocument, None], progress: Progress, *, checked: bool
) -> tuple[int, int]:
    """Publish documents, many at a time; return the numbers of published and of refused ones."""
    published = refused = 0
    pending: set[asyncio.Task[bool]] = set()

    async def publish(publisher: Publisher, document: InputDocument) -> bool:
        confirmed = await _publish_or_report(publisher, document, progress.say, checked=checked)
        progress.add(1, units=document.size)
        return confirmed

    def count(results: Iterable[bool]) -> None:
        nonlocal published, refused
        for confirmed in results:
            published += confirmed
            refused += not confirmed

    async with Publisher(connection) as publisher:
        try:
            async with aclosing(documents):
                async for document in documents:
                    pending.add(asyncio.create_task(publish(publisher, document)))
                    if len(pending) >= MAX_UNCONFIRMED:
                        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                        count(await asyncio.gather(*done))
            count(await asyncio.gather(*pending))
        finally:  # without the right to write all fail alike: the first error is enough
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)
    return published, refused


async def _publish_or_report(
    publisher: Publisher, document: InputDocument, say: Callable[[str], None], *, checked: bool
) -> bool:
    """Publish a document; report a refused one, and return whether the broker confirmed it."""
    try:
        await publish_document(publisher, document, checked=checked)
    except (InvalidDocumentError, TooLargeError) as error:
        say(f"{document.origin}: {error}")
        return False
    except broker_checks.NOT_AUTHORIZED:
        raise
    except KafkaError as error:
        say(f"{document.origin}: not confirmed by the broker: {error}")
        return False
    return True


async def publish_document(publisher: Publisher, document: InputDocument, *, checked: bool = True) -> Published:
    """Publish one document.

    Args:
        publisher: The client's publisher.
        document: The document.
        checked: Refuse an invalid article; if not, it is sent with its origin as key.

    Raises:
        InvalidDocumentError: It is no valid article (only if checked).
        TooLargeError: It is too large for the topic.
        KafkaError: The broker did not confirm it.
    """
    try:
        return await publisher.publish(document.value)
    except InvalidDocumentError:
        if checked:
            raise
        return await publisher.send(
            document.value,
            key=document.origin.encode("utf-8", "replace")[:256],
            subject=document.origin.encode("utf-8", "replace").decode(),
        )
