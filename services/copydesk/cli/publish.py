"""`copydesk publish`: publish articles from files."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from pathlib import Path

import click
from aiokafka.errors import InvalidTimestampError, KafkaError

from copydesk.cli.dry_run import show_first
from copydesk.cli.parameters import brokers_option, column_option
from copydesk.cli.prerequisites import load_connection, run_or_exit
from copydesk.cli.progress import Progress
from copydesk.client import Connection, Published, Publisher, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.topics import topic
from copydesk.files.documents import Input, InputDocument, RefusedInput
from copydesk.files.inputs import STDIN, FoundInputs, find_inputs, read_inputs
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape

MAX_UNCONFIRMED = 200  # articles sent and not confirmed yet: a batch of the producer holds about fifty
CONFIRM_SECONDS = 5.0
"""Longest wait of an interrupted command for the broker to confirm what was sent."""
NAMED = 20
"""Most skipped files that are named; of a folder with more, the rest is counted."""


class Tally:
    """Numbers of articles with each outcome, known at any moment, so that an interrupted command can tell them."""

    def __init__(self) -> None:
        """Nothing was sent."""
        self.published = 0
        self.refused = 0
        self.unconfirmed = 0
        """Sent, but not confirmed when the command was interrupted: they may be on the topic or not."""
        self.signal: signal.Signals | None = None
        """Signal that interrupted the command."""
        self.files: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """Numbers of published and refused articles by the file that held them."""

    def count(self, document: Input, *, confirmed: bool) -> None:
        """Count an article."""
        self.published += confirmed
        self.refused += not confirmed
        self.files[document.file]["published" if confirmed else "refused"] += 1


@click.command(name="publish")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path))
@column_option
@click.option("--unchecked", is_flag=True, help="Also send invalid articles; they become dead letters.")
@click.option("--dry-run", is_flag=True, help="Print the first articles as they would be published, and send nothing.")
@brokers_option
def command(files: tuple[Path, ...], columns: Sequence[tuple[str, str]], *, unchecked: bool, dry_run: bool) -> None:
    """Publish articles from files, folders or standard input.

    Reads .txt, .html, .json, .ndjson, .csv, .tsv, .parquet, .warc (crawls), .rss, .atom and .xml (feeds with full
    content) files, each also with .gz, .bz2, .xz or .zst, and folders of them; `-` is NDJSON on standard input. The
    name of a text or HTML file becomes the article's id. A .json file has one article or an array of them; a table has
    a line of column names and an article per row; of a crawl the HTML pages with status 200 are read. Field and column
    names of news-please, newspaper4k and trafilatura are known. The command returns when the broker has confirmed all.
    Refused articles and what is skipped are reported on standard error; the exit code is 1 if an article was refused.

    Example: copydesk publish articles/ feed.ndjson
    """
    found, largest = find_inputs(files), topic("articles.raw").max_message_bytes
    if dry_run:
        _report_skipped(found, lambda line: click.echo(line, err=True))
        sys.exit(asyncio.run(show_first(read_inputs(found, largest=largest, columns=dict(columns)))))
    connection = load_connection()
    tally = Tally()
    try:
        with Progress("publishing", found.bytes) as progress:
            _report_skipped(found, progress.say)
            known = len(found.skipped)
            documents = read_inputs(found, largest=largest, columns=dict(columns))
            run_or_exit(_publish(connection, documents, progress, tally, checked=not unchecked))
            for path, reason in found.skipped[known:]:  # inside of files
                progress.say(f"skipped: {path}: {reason}")
    finally:
        if tally.published or tally.refused or tally.unconfirmed or sys.exc_info()[0] is None:
            summary = _summary(tally, connection.full_name("articles.raw"), len(found.skipped))
            for line in _by_file(tally, found):
                click.echo(escape(line), err=True)
            click.echo(escape(summary), err=True)
    if tally.signal:
        sys.exit(128 + tally.signal)
    sys.exit(Exit.REFUSED if tally.refused else Exit.DONE)


def _report_skipped(found: FoundInputs, say: Callable[[str], None]) -> None:
    for note in found.notes:
        say(f"note: {note}")
    # hidden files are rarely meant: the others are named first
    skipped = sorted(found.skipped, key=lambda each: (each.reason == "hidden", each.path))
    for path, reason in skipped[:NAMED]:
        say(f"skipped: {path}: {reason}")
    if len(skipped) > NAMED:
        say(f"skipped: {len(skipped) - NAMED} more")


def _by_file(tally: Tally, found: FoundInputs) -> Iterator[str]:
    """A line for each file of many articles, if there are several, that were not all published; at most `NAMED`.

    What is refused of a file with one article was told already.
    """
    if len(found.files) < 2:
        return
    skipped = Counter(str(path) for path, _ in found.skipped)
    told = 0
    for file in found.files:
        numbers = tally.files["" if file.path == STDIN else str(file.path)]
        if (not numbers["refused"] or numbers.total() < 2) and not skipped[str(file.path)]:
            continue
        told += 1
        if told <= NAMED:
            yield (
                f"{file.path}: {numbers['published']} published, {numbers['refused']} refused"
                f"{', some skipped' if skipped[str(file.path)] else ''}"
            )
    if told > NAMED:
        yield f"{told - NAMED} more files with refused or skipped articles"


def _summary(tally: Tally, topic_name: str, skipped: int) -> str:
    text = f"{tally.published} published to {topic_name}, {tally.refused} refused"
    if skipped:
        text += f", {skipped} skipped"
    if tally.unconfirmed:
        text += f", {tally.unconfirmed} sent and not confirmed: publish them again, the same ids replace them"
    return f"copydesk: interrupted: {text}; the rest was not sent" if tally.signal else text


async def _publish(
    connection: Connection, documents: AsyncGenerator[Input, None], progress: Progress, tally: Tally, *, checked: bool
) -> None:
    """Publish documents, many at a time, until the end or a signal."""
    pending: set[asyncio.Task[None]] = set()

    async def publish(publisher: Publisher, document: Input) -> None:
        confirmed = await _publish_or_report(publisher, document, progress, checked=checked)
        progress.add(1, units=document.size)
        tally.count(document, confirmed=confirmed)

    async def send_all(publisher: Publisher) -> None:
        nonlocal pending
        async with aclosing(documents):
            async for document in documents:
                pending.add(asyncio.create_task(publish(publisher, document)))
                if len(pending) >= MAX_UNCONFIRMED:
                    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    _raise_first(done)
        await _finish(pending)

    async with Publisher(connection) as publisher:
        sending = asyncio.create_task(send_all(publisher))
        _cancel_on_signals(sending, tally)
        try:
            await sending
        except asyncio.CancelledError:
            if tally.signal is None:
                raise
            with suppress(TimeoutError, KafkaError):
                async with asyncio.timeout(CONFIRM_SECONDS):
                    await _finish(pending)
            tally.unconfirmed = len(pending)
        finally:  # without the right to write all fail alike: the first error is enough
            for task in pending:
                task.cancel()
            await asyncio.gather(*pending, return_exceptions=True)


async def _finish(pending: set[asyncio.Task[None]]) -> None:
    """Wait for all pending articles; each is taken out when it is confirmed or refused."""
    while pending:
        done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        pending -= done
        _raise_first(done)


def _raise_first(done: Iterable[asyncio.Task[None]]) -> None:
    """Raise the first error of tasks; each is looked at, so that asyncio does not log the others."""
    errors = [error for task in done if (error := task.exception())]
    if errors:
        raise errors[0]


def _cancel_on_signals(task: asyncio.Task[None], tally: Tally) -> None:
    """Cancel a task on Ctrl-C or SIGTERM; a second signal ends the process at once."""
    loop = asyncio.get_running_loop()

    def on_signal(number: signal.Signals) -> None:
        if tally.signal:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        tally.signal = number
        task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)


async def _publish_or_report(publisher: Publisher, document: Input, progress: Progress, *, checked: bool) -> bool:
    """Publish a document; report a refused one, and return whether the broker confirmed it."""
    if isinstance(document, RefusedInput):
        progress.say(f"{document.origin}: {document.reason}")
        return False
    try:
        await publish_document(publisher, document, checked=checked)
    except (InvalidDocumentError, TooLargeError) as error:
        progress.say(f"{document.origin}: {error}")
        return False
    except (*broker_checks.NOT_AUTHORIZED, InvalidTimestampError):
        raise
    except KafkaError as error:
        progress.say(f"{document.origin}: not confirmed by the broker: {error}")
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
