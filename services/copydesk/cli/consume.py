"""`copydesk consume`: print the messages of a topic."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import aclosing
from importlib.util import find_spec

import click
import orjson

from copydesk.cli.catalogue import document_type
from copydesk.cli.parameters import StartPosition, TopicName, brokers_option, complete_topics
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.cli.render.json_lines import message_fields, message_line
from copydesk.cli.row_output import RowWriter, make_row_writer, row_options
from copydesk.client import Connection, Message, consume
from copydesk.client.consuming import Start
from copydesk.contracts.articles import CleanedArticle, InvalidDocumentError, RawArticle
from copydesk.extras import install_hint
from copydesk.files.rows import Condition, Kind
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json


@click.command(name="consume")
@click.argument("name", metavar="TOPIC", type=TopicName(), shell_complete=complete_topics)
@click.option("--from", "start", type=StartPosition(), default="earliest", show_default=True, help="Where to start.")
@click.option("--follow", is_flag=True, help="Wait for more messages at the end, until Ctrl-C.")
@click.option("--limit", type=click.IntRange(1), help="End after this number of messages.")
@click.option("--json/--pretty", "as_json", default=None, help="NDJSON or readable; default: readable on a terminal.")
@row_options
@brokers_option
def command(
    name: str,
    start: Start,
    limit: int | None,
    format_: str | None,
    kind: Kind | None,
    *,
    conditions: Sequence[Condition],
    follow: bool,
    as_json: bool | None,
) -> None:
    """Print the messages of a topic.

    As NDJSON, an article is one line with exactly the published document; a tombstone or a dead letter is an object
    with its key, headers and place. With --format, or one of --articles, --quotes, --entities and --where, it prints a
    table instead: a row for each article, quotation or entity (docs/warehouse.md lists the columns). Tombstones are
    then told on standard error.

    \b
    Examples:
      copydesk consume articles.scored --from 2026-11-01 --follow
      copydesk consume articles.scored --format csv --quotes --where type=direct > quotes.csv
      copydesk consume articles.scored --format parquet > articles.parquet
    """  # noqa: D301 - `\b` tells click to keep the line breaks
    if (rows := make_row_writer(format_, kind, conditions)) is not None:
        with rows:
            run_or_exit(_print_rows(load_connection(), name, start, limit, rows, follow=follow))
        return
    pretty = sys.stdout.isatty() if as_json is None else not as_json
    if pretty and find_spec("rich") is None:
        exit_with(Exit.SETUP, f"readable output needs rich; {install_hint('cli')}, or give --json")
    run_or_exit(_print_topic(load_connection(), name, start, limit, follow=follow, pretty=pretty))


async def _print_topic(
    connection: Connection, name: str, start: Start, limit: int | None, *, follow: bool, pretty: bool
) -> None:
    count = 0
    on_terminal = sys.stdout.isatty()  # elsewhere the bytes stay what they are
    async with aclosing(
        consume(name, start=start, follow=follow, connection=connection, document=document_type(name))
    ) as messages:
        async for message in messages:
            if pretty:
                _print_readably(message)
            else:
                line = message_line(message)
                sys.stdout.buffer.write((escape_json(line) if on_terminal else line) + b"\n")
                sys.stdout.buffer.flush()
            count += 1
            if count == limit:
                return
    click.echo(f"{count} messages in {connection.full_name(name)}", err=True)


async def _print_rows(
    connection: Connection, name: str, start: Start, limit: int | None, rows: RowWriter, *, follow: bool
) -> None:
    """Print the rows of a topic's articles; tombstones, and what is no article, are told on standard error."""
    type_ = document_type(name)
    if type_ is None or not issubclass(type_, RawArticle | CleanedArticle):
        raise click.UsageError(f"{name} holds no articles of a known kind: leave out --format, --quotes and the like")
    count = 0
    async with aclosing(consume(name, start=start, follow=follow, connection=connection, document=type_)) as messages:
        async for message in messages:
            try:
                article = message.article
            except InvalidDocumentError as error:
                click.echo(escape(f"copydesk: {message.partition}/{message.offset}: {error}"), err=True)
            else:
                if isinstance(article, RawArticle | CleanedArticle):
                    rows.write(article)
                else:
                    click.echo(escape(f"copydesk: withdrawn: {message.id}"), err=True)
            count += 1
            if count == limit:
                break
    click.echo(f"{rows.rows} rows of {count} messages in {connection.full_name(name)}", err=True)


def _print_readably(message: Message) -> None:
    from copydesk.cli.render import overview  # noqa: PLC0415 - rich, an extra

    try:
        article = message.article
    except (InvalidDocumentError, LookupError):
        article = None
    place = f"{message.topic} {message.partition}/{message.offset}"
    if isinstance(article, CleanedArticle):
        overview.print_article(article, overview.make_console(), note=place)
    elif message.withdrawn:
        click.echo(escape(f"✂ {message.id} withdrawn  ({place})"))
    elif message.topic.endswith(".dlq"):
        overview.print_dead_letter(message, overview.make_console())
    else:
        click.echo(escape_json(orjson.dumps(message_fields(message), option=orjson.OPT_INDENT_2)))
