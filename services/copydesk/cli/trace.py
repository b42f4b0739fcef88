"""`copydesk trace`: one article's way over all topics."""

from __future__ import annotations

import sys
from contextlib import aclosing
from datetime import datetime

import click
import msgspec
import orjson

from copydesk.cli.dlq import Time
from copydesk.cli.render.plain import plain
from copydesk.cli.setup import connection, end, known_topics, run_or_exit
from copydesk.client import Connection, Message, consume
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.contracts.envelope import INGESTED, ORIGIN, header, rfc3339
from copydesk.contracts.topics import UnknownTopicError
from copydesk.runtime.exits import Exit


@click.command(name="trace")
@click.argument("id_", metavar="ID")
@click.option("--since", type=Time(), help="Look at what was written at this time or later; default: everything.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a message.")
def command(id_: str, since: datetime | None, *, as_json: bool) -> None:
    """Follow one article over all topics: where it lies, when it came, what became of it.

    Reads every topic from the beginning, or from --since; dead letters too. The exit code is 1 when nothing is found.

    Example: copydesk trace coastnews/42 --since 2026-11-01
    """
    try:
        found = run_or_exit(_find(connection(), id_, since))
    except UnknownTopicError as error:
        end(Exit.SETUP, str(error))
    for step in sorted(found, key=lambda step: str(step["time"])):
        if as_json:
            sys.stdout.buffer.write(orjson.dumps(step) + b"\n")
        else:
            click.echo(plain(_line(step)))
    if not found:
        end(Exit.REFUSED, f"no message of {id_} on any topic")


async def _find(target: Connection, id_: str, since: datetime | None) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for name in known_topics():
        async with aclosing(consume(name, start=since or "earliest", follow=False, connection=target)) as messages:
            found.extend([_step(message) async for message in messages if _is_of(message, id_)])
    return found


def _is_of(message: Message, id_: str) -> bool:
    """Whether a message is that article's: by its headers or key, and on the input topic by the document itself."""
    if message.id == id_ or (message.key or b"").decode("utf-8", "replace") == id_:
        return True
    if message.value is None or id_.encode() not in message.value:
        return False
    try:
        return RawArticle.read(message.value, message.key).id == id_
    except InvalidDocumentError:
        return False


def _step(message: Message) -> dict[str, object]:
    step: dict[str, object] = {
        "time": rfc3339(message.timestamp),
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "bytes": len(message.value or b""),
        "what": "withdrawn" if message.withdrawn else "published",
        "ce_id": header(message.headers, "ce_id"),
        "origin": header(message.headers, ORIGIN),
        "ingested": header(message.headers, INGESTED),
    }
    try:
        letter = message.dead_letter
    except msgspec.ValidationError:
        return step
    return step | {
        "what": letter.reason,
        "from": f"{letter.topic}/{letter.partition}/{letter.offset}",
        "why": f"{letter.exception_class}: {letter.exception_message}",
        "attempt": int(letter.attempt),
    }


def _line(step: dict[str, object]) -> str:
    place = f"{step['topic']}/{step['partition']}/{step['offset']}"
    why = f"  {step['why']} (attempt {step['attempt']}, read from {step['from']})" if "why" in step else ""
    return f"{step['time']}  {place:32} {step['what']:10} {step['bytes']:9} bytes{why}"
