"""`copydesk up`: everything on this machine."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress

import click

from copydesk.cli.setup import end
from copydesk.client.connection import BrokerAwayError
from copydesk.runtime.broker import SetupError
from copydesk.runtime.embedded import EmbeddedBrokerError
from copydesk.runtime.exits import Exit
from copydesk.runtime.local import PipelineError, pipeline
from copydesk.stage import chain, installed

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red")


class Scale(click.ParamType):
    """`extractor=2`."""

    name = "STAGE=N"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Stage and number of workers."""
        if isinstance(value, tuple):
            return value
        stage, _, count = str(value).partition("=")
        if stage not in installed():
            self.fail(f"no stage {stage!r}; there are: {', '.join(installed())}", param, ctx)
        if not count.isdigit() or not 1 <= int(count) <= 64:
            self.fail(f"{value!r}: say {stage}=2 (1 to 64)", param, ctx)
        return stage, int(count)


@click.command(name="up")
@click.option("--scale", multiple=True, type=Scale(), help="Workers of a stage, as extractor=2; may be given again.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9092, show_default=True, help="Of the broker; 0: any free one."
)
def command(scale: tuple[tuple[str, int], ...], port: int) -> None:
    """Run broker, topics and a worker a stage on this machine, until Ctrl-C.

    The broker is embedded: in memory, for trying and developing. Log lines go to standard error.
    """
    workers = {stage.name: 1 for stage in chain()} | dict(scale)
    sys.exit(asyncio.run(_up(workers, port)))


async def _up(workers: Mapping[str, int], port: int) -> int:
    stop = stop_on_signals()
    try:
        async with pipeline(workers, say_prefixed(workers), port=port) as running:
            click.echo(f"COPYDESK_BROKERS={running.connection.brokers}", err=True)
            await first(stop.wait(), running.wait())
    except PipelineError as error:
        end(Exit(error.status), str(error))
    except (EmbeddedBrokerError, SetupError) as error:
        end(Exit.SETUP, str(error))
    except BrokerAwayError as error:
        end(Exit.BROKER, str(error))
    return Exit.DONE


def stop_on_signals() -> asyncio.Event:
    """An event that Ctrl-C and SIGTERM set; the second one ends the process at once, and its children with it."""
    stop = asyncio.Event()

    def on_signal(number: int) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    return stop


async def first(*coroutines: object) -> None:
    """Wait for the first of these to end; its error, if it has one, is raised."""
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]  # type: ignore[call-overload]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def say_prefixed(names: Mapping[str, int]) -> Callable[[str, str], None]:
    """What prints a line on standard error behind the coloured name of who says it."""
    width = max(len(name) for name in (*names, "broker")) + 2 * any(count > 1 for count in names.values())

    order = [*names, "broker"]

    def say(name: str, line: str) -> None:
        stage = name if name in order else name.rpartition("-")[0]  # extractor-2
        colour = COLOURS[order.index(stage) % len(COLOURS)]
        click.secho(f"{name:{width}} | ", fg=colour, nl=False, err=True)
        click.echo(line, err=True)

    return say
