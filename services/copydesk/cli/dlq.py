"""`copydesk dlq`: the dead letters."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import click
import msgspec
import orjson

from copydesk.cli.consume import describe
from copydesk.cli.files import ids_of
from copydesk.cli.groups import Group, stages_that_begin
from copydesk.cli.render.plain import plain
from copydesk.cli.setup import connection, end, known_topics, run_or_exit, stage_named
from copydesk.client import Connection, Message, consume
from copydesk.client.dead_letters import DeadLetterFilter, FoundDeadLetter, article_id, find_dead_letters, place
from copydesk.contracts.envelope import rfc3339
from copydesk.contracts.topics import UnknownTopicError
from copydesk.operations import broker_checks
from copydesk.operations.retry import Retry
from copydesk.runtime.exits import Exit

REASONS = ("rejected", "failed", "invalid", "oversized")

F = TypeVar("F", bound=Callable[..., object])


class Time(click.ParamType):
    """A point in time; without a zone, UTC."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The time."""
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r}: say a time such as 2026-11-01T00:00Z", param, ctx)
        return time if time.tzinfo else time.replace(tzinfo=UTC)


class Selection(NamedTuple):
    """Which dead letters of which topics."""

    names: tuple[str, ...]
    wanted: DeadLetterFilter


def selecting(function: F) -> F:
    """The options by which dead letters are chosen."""
    for option in reversed(
        (
            click.option("--stage", metavar="NAME", shell_complete=stages_that_begin, help="Of one stage only."),
            click.option(
                "--reason", "reasons", multiple=True, type=click.Choice(REASONS), help="For this; may be given again."
            ),
            click.option("--since", type=Time(), help="Written at this time or later."),
            click.option("--until", type=Time(), help="Written before this time."),
            click.option("--id", "ids", multiple=True, metavar="ID", help="This article, or TOPIC/PARTITION/OFFSET."),
            click.option(
                "--ids",
                "id_file",
                type=click.Path(exists=True, dir_okay=False, path_type=Path),
                help="Ids, one a line.",
            ),
        )
    ):
        function = option(function)
    return function


def _selection(chosen: dict[str, Any]) -> Selection:
    stage = chosen.pop("stage")
    if stage is not None:
        names: tuple[str, ...] = (stage_named(stage).dead_letters,)
    else:
        names = tuple(name for name, topic in known_topics().items() if topic.holds_dead_letters)
    ids = frozenset(chosen.pop("ids")) | ids_of(chosen.pop("id_file"))
    reasons = frozenset(chosen.pop("reasons"))
    return Selection(names, DeadLetterFilter(ids, reasons, chosen.pop("since"), chosen.pop("until")))


@click.group(name="dlq", cls=Group)
def command() -> None:
    """Look at the dead letters: what did not pass, where and why; and have it tried again.

    Example: copydesk dlq list --stage extractor
    """


@command.command(name="list")
@selecting
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dead letter.")
def list_(*, as_json: bool, **chosen: Any) -> None:
    """List the dead letters of all stages, or those chosen; the exit code is 1 when there are any.

    Example: copydesk dlq list --stage extractor --reason failed --since 2026-11-01
    """
    selection = _selection(chosen)
    count = _ask(_print(connection(), selection, as_json=as_json))
    click.echo(f"{count} dead letters", err=True)
    raise SystemExit(Exit.REFUSED if count else Exit.DONE)


@command.command()
@click.argument("where", metavar="ID|TOPIC/PARTITION/OFFSET")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dead letter.")
def show(where: str, *, as_json: bool) -> None:
    """Show one dead letter whole: headers, stack trace, the original's bytes; all those of an article by its id.

    Example: copydesk dlq show articles.cleaner.dlq/3/17
    """
    names = tuple(name for name, topic in known_topics().items() if topic.holds_dead_letters)
    selection = Selection(names, DeadLetterFilter(ids=frozenset({where})))
    if not _ask(_export(connection(), selection, sys.stdout.buffer) if as_json else _show(connection(), selection)):
        end(Exit.REFUSED, f"no dead letter {where}: `copydesk dlq list` tells those there are")


@command.command()
@selecting
@click.option("--dry-run", is_flag=True, help="Only tell what would be retried.")
@click.option("--again", is_flag=True, help="Take those that were retried before, too.")
@click.option("--all", "everything", is_flag=True, help="All there are, nothing else chosen.")
def retry(*, dry_run: bool, again: bool, everything: bool, **chosen: Any) -> None:
    """Publish dead letters again where they were read: the original key, bytes and headers, the attempt counted.

    Each is retried once, whatever is chosen; one that fails again is a new dead letter. An article of which a newer
    version lies on the topic is left alone. The exit code is 1 when one could not be retried.

    Example: copydesk dlq retry --stage extractor --reason failed --dry-run
    """
    selection = _selection(chosen)
    if not everything and not any(selection.wanted) and len(selection.names) != 1:
        raise click.UsageError("say which (--stage, --reason, --since, --id ...), or --all")
    done, refused, newer = _ask(_retry(connection(), selection, dry_run=dry_run, again=again))
    left = f", {newer} left alone for a newer version" if newer else ""
    click.echo(f"{done} {'would be ' * dry_run}retried, {refused} could not be{left}", err=True)
    raise SystemExit(Exit.REFUSED if refused else Exit.DONE)


@command.command()
@selecting
@click.argument("file", type=click.File("wb"), default="-")
def export(file: IO[bytes], **chosen: Any) -> None:
    """Write dead letters to FILE or standard output as NDJSON: place, key, headers, the original's bytes.

    Example: copydesk dlq export --reason invalid bad.ndjson
    """
    count = _ask(_export(connection(), _selection(chosen), file))
    click.echo(f"{count} dead letters", err=True)


def _ask(question: Any) -> Any:
    try:
        return run_or_exit(question)
    except UnknownTopicError as error:
        end(Exit.SETUP, str(error))


async def _found(target: Connection, selection: Selection) -> AsyncIterator[FoundDeadLetter]:
    for name in selection.names:
        async for found in find_dead_letters(name, selection.wanted, target):
            yield found


async def _print(target: Connection, selection: Selection, *, as_json: bool) -> int:
    count = 0
    for name in selection.names:
        async with aclosing(consume(name, follow=False, connection=target)) as messages:
            async for message in messages:
                letter = _tell(message, selection.wanted)
                if letter is None:
                    continue
                click.echo(orjson.dumps(letter) if as_json else _line(letter))
                count += 1
    return count


async def _show(target: Connection, selection: Selection) -> int:
    count = 0
    async for found in _found(target, selection):
        told = describe(found.message)
        headers = told.pop("headers")
        for name, value in [*told.items(), *(headers.items() if isinstance(headers, dict) else ())]:
            click.echo(f"{name + ':':26} {plain(str(value))}")
        click.echo()
        count += 1
    return count


async def _export(target: Connection, selection: Selection, file: IO[bytes]) -> int:
    count = 0
    async for found in _found(target, selection):
        file.write(orjson.dumps(describe(found.message)) + b"\n")
        count += 1
    return count


async def _retry(target: Connection, selection: Selection, *, dry_run: bool, again: bool) -> tuple[int, int, int]:
    done = refused = newer = 0
    transactions = not dry_run and await broker_checks.has_transactions(target)
    for name in selection.names:
        async with Retry(name, target, transactions=transactions, again=again, dry_run=dry_run) as attempt:
            async for one in attempt.run(selection.wanted):
                what = f"{place(one.found.message)}  {article_id(one.found.message) or '-'}"
                if one.problem:
                    click.echo(plain(f"{what}: {one.problem}"), err=True)
                    refused += 1
                elif one.newer:
                    click.echo(plain(f"{what}: left alone, a newer version lies at {one.newer}"), err=True)
                    newer += 1
                else:
                    click.echo(plain(f"{what} -> {one.to}, attempt {int(one.found.letter.attempt) + 1}"))
                    done += 1
    return done, refused, newer


def _tell(message: Message, wanted: DeadLetterFilter) -> dict[str, object] | None:
    """What a list says of a dead letter; None: it was not asked for."""
    told: dict[str, object] = {
        "dead_letter": place(message),
        "time": rfc3339(message.timestamp),
        "key": None if message.key is None else message.key.decode("utf-8", "backslashreplace"),
        "bytes": len(message.value or b""),
    }
    try:
        found = message.dead_letter
    except msgspec.ValidationError as error:
        return None if any(wanted) else told | {"problem": f"no headers of a dead letter: {error}"}
    letter: dict[str, object] = msgspec.to_builtins(found)
    return told | letter if wanted.matches(message, found) else None


def _line(letter: dict[str, object]) -> str:
    if "problem" in letter:
        return plain(f"{letter['dead_letter']}  {letter['problem']}")
    origin = f"{letter['dlq.topic']}/{letter['dlq.partition']}/{letter['dlq.offset']}"
    why = f"{letter['dlq.reason']}: {letter['dlq.exception.class']}: {letter['dlq.exception.message']}"
    return plain(f"{letter['time']}  {letter['dlq.stage']:10} {letter['key'] or '-':24} {origin:24} {why}")
