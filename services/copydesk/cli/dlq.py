"""`copydesk dlq`: list, show, retry and export dead letters."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import click
import msgspec
import orjson

from copydesk.cli.catalogue import known_topics
from copydesk.cli.groups import SuggestingGroup
from copydesk.cli.parameters import Time, brokers_option, complete_stages
from copydesk.cli.prerequisites import exit_with, find_stage, load_connection, run_or_exit
from copydesk.cli.render.json_lines import message_fields
from copydesk.client import Connection, Message, consume
from copydesk.client.dead_letters import DeadLetterFilter, FoundDeadLetter, article_id, find_dead_letters, place
from copydesk.contracts.envelope import rfc3339
from copydesk.files.formats import read_ids
from copydesk.operations import broker_checks
from copydesk.operations.retry import Retry
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json, sanitize

REASONS = ("rejected", "failed", "invalid", "oversized")

F = TypeVar("F", bound=Callable[..., object])


class Selection(NamedTuple):
    """Dead letter topics, and the conditions on their letters."""

    topics: tuple[str, ...]
    conditions: DeadLetterFilter


def filter_options(function: F) -> F:
    """Decorator that adds the options that select dead letters."""
    for option in reversed(
        (
            click.option("--stage", metavar="NAME", shell_complete=complete_stages, help="Only of this stage."),
            click.option(
                "--reason",
                "reasons",
                multiple=True,
                type=click.Choice(REASONS),
                help="Only of this reason; repeatable.",
            ),
            click.option("--since", type=Time(), help="Only those written at this time or later."),
            click.option("--until", type=Time(), help="Only those written before this time."),
            click.option(
                "--id", "ids", multiple=True, metavar="ID", help="Article id or TOPIC/PARTITION/OFFSET; repeatable."
            ),
            click.option(
                "--ids",
                "id_file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="File with an id per line.",
            ),
        )
    ):
        function = option(function)
    return function


def _make_selection(options: dict[str, Any]) -> Selection:
    """Selection of the options that `filter_options` adds."""
    stage = options.pop("stage")
    topics = _dead_letter_topics() if stage is None else (find_stage(stage).dead_letters,)
    ids = frozenset(options.pop("ids")) | read_ids(options.pop("id_file"))
    reasons = frozenset(options.pop("reasons"))
    return Selection(topics, DeadLetterFilter(ids, reasons, options.pop("since"), options.pop("until")))


def _dead_letter_topics() -> tuple[str, ...]:
    return tuple(name for name, topic in known_topics().items() if topic.holds_dead_letters)


@click.group(name="dlq", cls=SuggestingGroup)
def command() -> None:
    """List, show, retry and export dead letters.

    A dead letter is an article that a stage could not process, with the reason.

    Example: copydesk dlq list --stage extractor
    """


@command.command(name="list")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per dead letter.")
@brokers_option
def list_(*, as_json: bool, **options: Any) -> None:
    """List dead letters.

    Without options it lists those of all stages. The exit code is 1 if there are any.

    Example: copydesk dlq list --stage extractor --reason failed --since 2026-11-01
    """
    selection = _make_selection(options)
    count = run_or_exit(_list(load_connection(), selection, as_json=as_json))
    click.echo(f"{count} dead letter{'s' * (count != 1)}", err=True)
    raise SystemExit(Exit.REFUSED if count else Exit.DONE)


@command.command()
@click.argument("where", metavar="ID|TOPIC/PARTITION/OFFSET")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per dead letter.")
@brokers_option
def show(where: str, *, as_json: bool) -> None:
    """Show dead letters completely.

    Prints headers, stack trace and the original bytes of one dead letter, or of all dead letters of an article.

    Example: copydesk dlq show articles.cleaner.dlq/3/17
    """
    connection = load_connection()
    selection = Selection(_dead_letter_topics(), DeadLetterFilter(ids=frozenset({where})))
    printing = _export(connection, selection, sys.stdout.buffer) if as_json else _show(connection, selection)
    if not run_or_exit(printing):
        exit_with(Exit.REFUSED, f"no dead letter {where}: `copydesk dlq list` lists them")


@command.command()
@filter_options
@click.option("--dry-run", is_flag=True, help="Print what would be retried; publish nothing.")
@click.option("--again", is_flag=True, help="Include those that were retried before.")
@click.option("--all", "everything", is_flag=True, help="All dead letters, without any other option.")
@brokers_option
def retry(*, dry_run: bool, again: bool, everything: bool, **options: Any) -> None:
    """Publish dead letters again to their source topics.

    Key, bytes and headers stay the same, and the attempt is counted. Each dead letter is retried once; if it fails
    again, it is a new dead letter. It is left alone if a newer version of its article is on the topic. The exit code is
    1 if one could not be retried.

    Example: copydesk dlq retry --stage extractor --reason failed --dry-run
    """
    selection = _make_selection(options)
    if not everything and not any(selection.conditions) and len(selection.topics) != 1:
        raise click.UsageError("select dead letters (--stage, --reason, --since, --id ...), or give --all")
    retried, refused, newer = run_or_exit(_retry(load_connection(), selection, dry_run=dry_run, again=again))
    left_alone = f", {newer} left alone for a newer version" if newer else ""
    click.echo(f"{retried} {'would be ' * dry_run}retried, {refused} could not be{left_alone}", err=True)
    raise SystemExit(Exit.REFUSED if refused else Exit.DONE)


@command.command()
@filter_options
@click.argument("file", type=click.File("wb"), default="-")
@brokers_option
def export(file: IO[bytes], **options: Any) -> None:
    """Write dead letters as NDJSON.

    Writes place, key, headers and the original bytes to FILE or standard output.

    Example: copydesk dlq export --reason invalid bad.ndjson
    """
    count = run_or_exit(_export(load_connection(), _make_selection(options), file))
    click.echo(f"{count} dead letter{'s' * (count != 1)}", err=True)


async def _find(connection: Connection, selection: Selection) -> AsyncIterator[FoundDeadLetter]:
    for topic in selection.topics:
        async for found in find_dead_letters(topic, selection.conditions, connection):
            yield found


async def _list(connection: Connection, selection: Selection, *, as_json: bool) -> int:
    """Print a line per dead letter, also for messages without the headers of one; returns the number of lines."""
    count = 0
    for topic in selection.topics:
        async with aclosing(consume(topic, follow=False, connection=connection)) as messages:
            async for message in messages:
                fields = _describe(message, selection.conditions)
                if fields is None:
                    continue
                click.echo(escape_json(orjson.dumps(fields)) if as_json else _format_line(fields))
                count += 1
    return count


async def _show(connection: Connection, selection: Selection) -> int:
    """Print dead letters, a line per field; returns their number."""
    count = 0
    async for found in _find(connection, selection):
        fields = message_fields(found.message)
        headers = fields.pop("headers")
        for name, value in [*fields.items(), *(headers.items() if isinstance(headers, dict) else ())]:
            click.echo(f"{escape(name) + ':':26} {_indent(sanitize(str(value)))}")
        click.echo()
        count += 1
    return count


def _indent(value: str) -> str:
    """Value whose further lines begin below the first one, so that none of them looks like another field."""
    return value.replace("\n", "\n" + " " * 27)


async def _export(connection: Connection, selection: Selection, file: IO[bytes]) -> int:
    """Write dead letters as NDJSON; returns their number."""
    count = 0
    async for found in _find(connection, selection):
        file.write(escape_json(orjson.dumps(message_fields(found.message))) + b"\n")
        count += 1
    return count


async def _retry(connection: Connection, selection: Selection, *, dry_run: bool, again: bool) -> tuple[int, int, int]:
    """Retry and print each result; returns the numbers of retried, refused and overtaken dead letters."""
    retried = refused = newer = 0
    transactions = not dry_run and await broker_checks.has_transactions(connection)
    for topic in selection.topics:
        async with Retry(topic, connection, transactions=transactions, again=again, dry_run=dry_run) as attempt:
            async for result in attempt.run(selection.conditions):
                letter = f"{place(result.found.message)}  {article_id(result.found.message) or '-'}"
                if result.problem:
                    click.echo(escape(f"{letter}: {result.problem}"), err=True)
                    refused += 1
                elif result.newer:
                    click.echo(escape(f"{letter}: left alone, a newer version is at {result.newer}"), err=True)
                    newer += 1
                else:
                    number = int(result.found.letter.attempt) + 1
                    click.echo(escape(f"{letter} -> {result.to}, attempt {number}"))
                    retried += 1
    return retried, refused, newer


def _describe(message: Message, conditions: DeadLetterFilter) -> dict[str, object] | None:
    """Fields of a dead letter for the list, or None if it does not meet the conditions."""
    fields: dict[str, object] = {
        "dead_letter": place(message),
        "time": rfc3339(message.timestamp),
        "key": None if message.key is None else message.key.decode("utf-8", "backslashreplace"),
        "bytes": len(message.value or b""),
    }
    try:
        letter = message.dead_letter
    except msgspec.ValidationError as error:
        return None if any(conditions) else fields | {"problem": f"not the headers of a dead letter: {error}"}
    letter_fields: dict[str, object] = msgspec.to_builtins(letter)
    return fields | letter_fields if conditions.matches(message, letter) else None


def _format_line(fields: dict[str, object]) -> str:
    if "problem" in fields:
        return escape(f"{fields['dead_letter']}  {fields['problem']}")
    origin = f"{fields['dlq.topic']}/{fields['dlq.partition']}/{fields['dlq.offset']}"
    why = f"{fields['dlq.reason']}: {fields['dlq.exception.class']}: {fields['dlq.exception.message']}"
    return escape(f"{fields['time']}  {fields['dlq.stage']:10} {fields['key'] or '-':24} {origin:24} {why}")
