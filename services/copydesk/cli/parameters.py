"""Types of command line parameters, and their completion in the shell."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from copydesk.cli.catalogue import known_topics
from copydesk.client.consuming import Start
from copydesk.contracts.topics import topics
from copydesk.files.field_names import FIELDS
from copydesk.stage import installed


class Time(click.ParamType):
    """A point in time in ISO 8601; without a time zone it is UTC."""

    name = "TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parsed time, with a time zone."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_time(str(value))
        except ValueError:
            self.fail(f"{value!r}: say a time from 1970 on, such as 2026-11-01T00:00Z", param, ctx)


class StartPosition(click.ParamType):
    """Start of reading: `earliest`, `latest` or a time."""

    name = "earliest|latest|TIME"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Start:
        """`earliest` and `latest` as they are, a time parsed."""
        if isinstance(value, datetime) or value in {"earliest", "latest"}:
            return value
        try:
            return parse_time(str(value))
        except ValueError:
            self.fail(f"{value!r}: say earliest, latest or a time from 1970 on, such as 2026-11-01T00:00Z", param, ctx)


class TopicName(click.ParamType):
    """Name of a known topic, without prefix."""

    name = "TOPIC"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name; an unknown one is refused with the nearest known name."""
        known = known_topics()
        if str(value) not in known:
            short_names = (name.removeprefix("articles.") for name in known)
            nearest = get_close_matches(str(value), [*known, *short_names], n=1)
            suggestion = nearest and (nearest[0] if nearest[0] in known else f"articles.{nearest[0]}")
            hint = f"; did you mean {suggestion}?" if suggestion else ""
            self.fail(f"no topic {value!r}{hint}; there are: {', '.join(known)}", param, ctx)
        return str(value)


class Pair(click.ParamType):
    """Two words joined by an equals sign, such as `extractor=2`; subclasses check them and give them their types."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str] | tuple[str, int]:
        """The pair."""
        if isinstance(value, tuple):
            return value
        left, equals, right = str(value).partition("=")
        try:
            return self.read(left, right if equals else None)
        except ValueError as error:
            self.fail(f"{value!r}: {error}", param, ctx)

    def read(self, left: str, right: str | None) -> tuple[str, str] | tuple[str, int]:
        """Pair of the two words; None: there is no equals sign.

        Raises:
            ValueError: One of them is not allowed; the message says what is.
        """
        raise NotImplementedError


class Column(Pair):
    """Field of a raw article, and the column of a table that holds it."""

    name = "FIELD=COLUMN"

    def read(self, left: str, right: str | None) -> tuple[str, str]:
        """Field and column."""
        if not right or left not in FIELDS:
            raise ValueError(f"say FIELD=COLUMN with a field of {', '.join(sorted(FIELDS))}")
        return left, right


column_option = click.option(
    "--column", "columns", type=Column(), multiple=True,
    help="Column of a .csv or .tsv file that holds a field, as text=story; may be given several times.",
)  # fmt: skip


def _set_brokers(ctx: click.Context, param: click.Parameter, value: str | None) -> None:  # noqa: ARG001 - click's signature
    """Make the option the setting, which this command and its processes read."""
    if value is not None:
        os.environ["COPYDESK_BROKERS"] = value


brokers_option = click.option(
    "--brokers", metavar="HOST:PORT,...", expose_value=False, is_eager=True, callback=_set_brokers,
    help="Bootstrap servers, instead of those of COPYDESK_BROKERS.",
)  # fmt: skip


def parse_time(text: str) -> datetime:
    """Time from ISO 8601; without a time zone it is UTC.

    Raises:
        ValueError: It is no time, or one before 1970, which no message can have.

    >>> parse_time("2026-11-01").isoformat()
    '2026-11-01T00:00:00+00:00'
    """
    time = datetime.fromisoformat(text)
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    if time.timestamp() < 0:
        raise ValueError("before 1970")
    return time


def complete_stages(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """Installed stages that begin with the typed characters."""
    return [CompletionItem(name) for name in installed() if name.startswith(incomplete)]


def complete_topics(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """Topics of copydesk's own stages that begin with the typed characters."""
    return [CompletionItem(name) for name in topics() if name.startswith(incomplete)]
