"""`copydesk process`: the stages without a broker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

import click
import msgspec
import orjson

from copydesk.cli.setup import end
from copydesk.runtime import article
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import SettingsError, stage_settings
from copydesk.stage import Stage, UnknownStageError, chain, find

Step = tuple[Stage, Callable[[Any], Any]]


@click.command(name="process")
@click.option(
    "--stage", "name", default="all", show_default=True, metavar="NAME", help="A stage, or all in their order."
)
@click.option("--rejects", type=click.File("wb"), help="Where refused documents are told, one JSON line each.")
@click.argument("file", type=click.File("rb"), default="-")
def command(name: str, rejects: IO[bytes] | None, file: IO[bytes]) -> None:
    """Run articles through the stages without a broker: NDJSON in, NDJSON out, same order.

    Reads FILE or standard input. A document that a stage refuses is left out of the output and told in --rejects
    (line, id, stage, reason, class, message); without that option, on standard error. The exit code is then 1.
    """
    steps = _load(name)
    refused = 0
    output = sys.stdout.buffer
    for number, line in enumerate(_lines(file), start=1):
        stage, outcome = _pass(steps, line)
        if outcome.disposition == "passed":
            output.write(one_line(outcome.value) + b"\n")
            output.flush()
            continue
        refused += 1
        told = _refusal(number, stage, outcome)
        if rejects is None:
            click.echo(told, err=True)
        else:
            rejects.write(told + b"\n")
            rejects.flush()
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


def _load(name: str) -> list[Step]:
    """The stages, their models loaded; a missing package ends the command as set up wrongly."""
    try:
        stages = chain() if name == "all" else (find(name),)
        return [(stage, article.load(stage, stage_settings(stage))) for stage in stages]
    except UnknownStageError as error:
        raise click.BadParameter(f"{error} (or all)", param_hint="--stage") from None
    except SettingsError as error:
        end(Exit.USAGE, str(error))
    except ModuleNotFoundError as error:
        end(Exit.SETUP, f"{error}: pip install 'copydesk[{name}]'")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    return (line for line in file if line.strip())


def _pass(steps: list[Step], value: bytes) -> tuple[Stage, article.Outcome]:
    for stage, process in steps:
        outcome = article.run(stage, process, value, None)
        if outcome.disposition != "passed":
            break
        value = outcome.value
    return stage, outcome


def one_line(value: bytes) -> bytes:
    """A JSON document without line breaks: metadata passes through as it came, which may be indented."""
    return msgspec.json.format(value, indent=-1) if b"\n" in value or b"\r" in value else value


def _refusal(number: int, stage: Stage, outcome: article.Outcome) -> bytes:
    trouble = outcome.trouble
    return orjson.dumps(
        {
            "line": number,
            "id": outcome.article_id,
            "stage": stage.name,
            "reason": outcome.disposition,
            "class": trouble.name if trouble else None,
            "message": trouble.message if trouble else None,
        }
    )
