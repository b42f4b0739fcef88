"""`copydesk trace`: find one article's messages on all topics."""

from __future__ import annotations

import re
import sys
from contextlib import aclosing
from datetime import datetime

import click
import msgspec
import orjson

from copydesk.cli.catalogue import known_topics
from copydesk.cli.parameters import Time, brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.client import Connection, Message, consume
from copydesk.client.consuming import Start
from copydesk.client.held_back import HeldBack, describe_held_back, read_held_back
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.contracts.envelope import INGESTED, ORIGIN, header, rfc3339
from copydesk.contracts.records import RECORDS
from copydesk.contracts.related import RelatedArticle
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json

_find_words = re.compile("[A-Za-z0-9]+").findall


@click.command(name="trace")
@click.argument("id_", metavar="ID")
@click.option("--since", type=Time(), help="Only messages written at this time or later; default: all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per message.")
@brokers_option
def command(id_: str, since: datetime | None, *, as_json: bool) -> None:
    """Show an article's messages on all topics.

    Each line has time, place and size of a message, and the reason if it is a dead letter. The command reads all topics
    from the beginning, or from --since. The exit code is 1 if nothing is found.

    Example: copydesk trace coastnews/42 --since 2026-11-01
    """
    messages, held = run_or_exit(_find(load_connection(), id_, since))
    for fields in sorted(messages, key=lambda fields: str(fields["time"])):
        if as_json:
            sys.stdout.buffer.write(escape_json(orjson.dumps(fields)) + b"\n")
        else:
            click.echo(escape(_format_line(fields)))
    if held:
        click.echo(escape(f"copydesk: {describe_held_back(held)}: messages of {id_} may be among them"), err=True)
    if not messages:
        exit_with(Exit.REFUSED, f"no message of {id_} on any topic")


async def _find(
    connection: Connection, id_: str, since: datetime | None
) -> tuple[list[dict[str, object]], list[HeldBack]]:
    """Fields of all messages of an article, and what open transactions hold back."""
    return await _find_messages(connection, id_, since), await read_held_back(connection, _article_topics())


def _article_topics() -> list[str]:
    """Topics on which an article may be under its id: all but those between copydesk's own stages."""
    others = [name for name, record in RECORDS.items() if not issubclass(record, RelatedArticle)]
    return [name for name, topic in known_topics().items() if not topic.internal and name not in others]


async def _find_messages(connection: Connection, id_: str, since: datetime | None) -> list[dict[str, object]]:
    """Fields of all messages of an article, topic by topic."""
    start: Start = since or "earliest"
    fields: list[dict[str, object]] = []
    for name in _article_topics():
        async with aclosing(consume(name, start=start, follow=False, connection=connection)) as messages:
            fields.extend([_describe(message) async for message in messages if _belongs_to(message, id_)])
    return fields


def _belongs_to(message: Message, id_: str) -> bool:
    """Return whether a message is of this article: by header or key, or by the id in a raw document."""
    if message.id == id_ or (message.key or b"").decode("utf-8", "replace") == id_:
        return True
    # read few documents: letters and digits of an id are no escapes in JSON, as `/`, `ü` and control characters may be
    word = max(_find_words(id_), key=len, default="").encode()
    if message.value is None or word not in message.value:
        return False
    try:
        return RawArticle.read(message.value, message.key).id == id_
    except InvalidDocumentError:
        return False


def _describe(message: Message) -> dict[str, object]:
    fields: dict[str, object] = {
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
        return fields
    return fields | {
        "what": letter.reason,
        "from": f"{letter.topic}/{letter.partition}/{letter.offset}",
        "why": f"{letter.exception_class}: {letter.exception_message}",
        "attempt": int(letter.attempt),
    }


def _format_line(fields: dict[str, object]) -> str:
    place = f"{fields['topic']}/{fields['partition']}/{fields['offset']}"
    why = f"  {fields['why']} (attempt {fields['attempt']}, read from {fields['from']})" if "why" in fields else ""
    return f"{fields['time']}  {place:32} {fields['what']:10} {fields['bytes']:9} bytes{why}"
