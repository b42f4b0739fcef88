"""`copydesk consume`: look at what a topic holds."""

from __future__ import annotations

import base64
import sys
from contextlib import aclosing
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib.util import find_spec

import click
import orjson

from copydesk.cli.groups import topics_that_begin
from copydesk.cli.process import one_line
from copydesk.cli.render.plain import plain
from copydesk.cli.setup import connection, document_of, end, known_topics, run_or_exit
from copydesk.client import Connection, Message, consume
from copydesk.client.consuming import Start
from copydesk.contracts.articles import CleanedArticle, InvalidDocumentError
from copydesk.contracts.topics import UnknownTopicError
from copydesk.runtime.exits import Exit


class When(click.ParamType):
    """`earliest`, `latest` or a time."""

    name = "earliest|latest|TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Start:
        """Where to begin."""
        if isinstance(value, datetime) or value in {"earliest", "latest"}:
            return value
        try:
            time = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r}: say earliest, latest or a time such as 2026-11-01T00:00Z", param, ctx)
        return time if time.tzinfo else time.replace(tzinfo=UTC)


class TopicName(click.ParamType):
    """A topic that is known."""

    name = "TOPIC"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, if there is such a topic."""
        if str(value) not in (known := known_topics()):
            near = get_close_matches(str(value), [*known, *(name.removeprefix("articles.") for name in known)], n=1)
            meant = near and (near[0] if near[0] in known else f"articles.{near[0]}")
            self.fail(
                f"no topic {value!r}{f'; did you mean {meant}?' if meant else ''}; there are: {', '.join(known)}",
                param,
                ctx,
            )
        return str(value)


@click.command(name="consume")
@click.argument("name", metavar="TOPIC", type=TopicName(), shell_complete=topics_that_begin)
@click.option("--from", "start", type=When(), default="earliest", show_default=True, help="Where to begin.")
@click.option("--follow", is_flag=True, help="Wait for more at the end, until Ctrl-C.")
@click.option("--limit", type=click.IntRange(1), help="End after so many messages.")
@click.option("--json/--pretty", "as_json", default=None, help="NDJSON or readable; default: readable on a terminal.")
def command(name: str, start: Start, limit: int | None, *, follow: bool, as_json: bool | None) -> None:
    """Print a topic's messages: articles as they are, dead letters with where and why.

    As NDJSON an enriched article is one line, exactly as published; a tombstone or a dead letter is an object with its
    key, headers and place.

    Example: copydesk consume articles.scored --from 2026-11-01 --follow
    """
    pretty = sys.stdout.isatty() if as_json is None else not as_json
    if pretty and find_spec("rich") is None:
        end(Exit.SETUP, "readable output needs rich: pip install 'copydesk[cli]', or say --json")
    try:
        run_or_exit(_print(connection(), name, start, limit, follow=follow, pretty=pretty))
    except UnknownTopicError as error:
        end(Exit.SETUP, str(error))


async def _print(target: Connection, name: str, start: Start, limit: int | None, *, follow: bool, pretty: bool) -> None:
    count = 0
    async with aclosing(
        consume(name, start=start, follow=follow, connection=target, document=document_of(name))
    ) as messages:
        async for message in messages:
            if pretty:
                _print_readably(message)
            else:
                sys.stdout.buffer.write(as_line(message) + b"\n")
                sys.stdout.buffer.flush()
            count += 1
            if count == limit:
                return
    click.echo(f"{count} messages in {target.full_name(name)}", err=True)


def as_line(message: Message) -> bytes:
    """A message as one line of JSON."""
    if not message.topic.endswith(".dlq") and message.value is not None and _is_json(message.value):
        return one_line(message.value)
    return orjson.dumps(describe(message))


def describe(message: Message) -> dict[str, object]:
    """Everything of a message that is no document: place, key, headers, bytes (base64 where they are no text)."""
    value: dict[str, object] = {"value": None}
    if message.value is not None:
        try:
            value = {"value": message.value.decode()}
        except UnicodeDecodeError:
            value = {"value_base64": base64.b64encode(message.value).decode()}
    return {
        "topic": message.topic,
        "partition": message.partition,
        "offset": message.offset,
        "timestamp": message.timestamp,
        "key": None if message.key is None else message.key.decode("utf-8", "backslashreplace"),
        "headers": {name: (content or b"").decode("utf-8", "backslashreplace") for name, content in message.headers},
        **value,
    }


def _is_json(value: bytes) -> bool:
    try:
        orjson.loads(value)
    except ValueError:
        return False
    return True


def _print_readably(message: Message) -> None:
    from copydesk.cli.render import overview  # noqa: PLC0415 - rich, an extra

    try:
        article = message.article
    except (InvalidDocumentError, LookupError):
        article = None
    if isinstance(article, CleanedArticle):
        overview.show(article, overview.console(), note=f"{message.topic} {message.partition}/{message.offset}")
    elif message.withdrawn:
        click.echo(plain(f"✂ {message.id} withdrawn  ({message.topic} {message.partition}/{message.offset})"))
    elif message.topic.endswith(".dlq"):
        overview.show_dead_letter(message, overview.console())
    else:
        click.echo(orjson.dumps(describe(message), option=orjson.OPT_INDENT_2))
