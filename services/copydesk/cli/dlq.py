"""`copydesk dlq`: the dead letters."""

from __future__ import annotations

from contextlib import aclosing

import click
import msgspec
import orjson

from copydesk.cli.setup import ask, connection, end, known_topics, stage_named
from copydesk.client import Connection, Message, consume
from copydesk.contracts.envelope import rfc3339
from copydesk.contracts.topics import UnknownTopicError
from copydesk.runtime.exits import Exit


@click.group(name="dlq")
def command() -> None:
    """Look at the dead letters: what did not pass, where and why."""


@command.command(name="list")
@click.option("--stage", metavar="NAME", help="Of one stage only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a dead letter.")
def list_(stage: str | None, *, as_json: bool) -> None:
    """List the dead letters of all stages, or of one; the exit code is 1 when there are any."""
    if stage is not None:
        names = [stage_named(stage).dead_letters]
    else:
        names = [name for name, topic in known_topics().items() if topic.holds_dead_letters]
    try:
        count = ask(_print(connection(), names, as_json=as_json))
    except UnknownTopicError as error:
        end(Exit.SETUP, str(error))
    click.echo(f"{count} dead letters", err=True)
    raise SystemExit(Exit.REFUSED if count else Exit.DONE)


async def _print(target: Connection, names: list[str], *, as_json: bool) -> int:
    count = 0
    for name in names:
        async with aclosing(consume(name, follow=False, connection=target)) as messages:
            async for message in messages:
                letter = _tell(message)
                click.echo(orjson.dumps(letter) if as_json else _line(letter))
                count += 1
    return count


def _tell(message: Message) -> dict[str, object]:
    told: dict[str, object] = {
        "dead_letter": f"{message.topic}/{message.partition}/{message.offset}",
        "time": rfc3339(message.timestamp),
        "key": None if message.key is None else message.key.decode("utf-8", "backslashreplace"),
        "bytes": len(message.value or b""),
    }
    try:
        letter: dict[str, object] = msgspec.to_builtins(message.dead_letter)
    except msgspec.ValidationError as error:
        letter = {"problem": f"no headers of a dead letter: {error}"}
    return told | letter


def _line(letter: dict[str, object]) -> str:
    if "problem" in letter:
        return f"{letter['dead_letter']}  {letter['problem']}"
    origin = f"{letter['dlq.topic']}/{letter['dlq.partition']}/{letter['dlq.offset']}"
    why = f"{letter['dlq.reason']}: {letter['dlq.exception.class']}: {letter['dlq.exception.message']}"
    return f"{letter['time']}  {letter['dlq.stage']:10} {letter['key'] or '-':24} {origin:24} {why}"
