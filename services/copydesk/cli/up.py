"""`copydesk up`: everything on this machine."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec

import click

from copydesk.cli.setup import end
from copydesk.client import BrokerAwayError, Connection
from copydesk.local.embedded_broker import EmbeddedBrokerError, free_port
from copydesk.local.supervisor import VIEWER, PipelineError, pipeline
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.exits import Exit
from copydesk.stage import chain, installed

VIEWER_PORT = 8080

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
@click.option(
    "--viewer-port",
    type=click.IntRange(0, 65535),
    help="Of the live page; 0: any free one, printed.  [default: 8080, or any where that is taken]",
)
@click.option("--no-viewer", is_flag=True, help="Without the live page.")
def command(scale: tuple[tuple[str, int], ...], port: int, viewer_port: int | None, *, no_viewer: bool) -> None:
    """Run broker, topics, a worker a stage and the live page on this machine, until Ctrl-C.

    The broker is embedded: in memory, for trying and developing. Log lines go to standard error.

    Example: copydesk up --scale extractor=2
    """
    workers = {stage.name: 1 for stage in chain()} | dict(scale)
    if not no_viewer and find_spec("uvicorn") is None:
        click.echo("copydesk: no live page: pip install 'copydesk[viewer]'", err=True)
        no_viewer = True
    sys.exit(asyncio.run(_up(workers, port, viewer_port, viewer=not no_viewer)))


async def _up(workers: Mapping[str, int], port: int, viewer_port: int | None, *, viewer: bool) -> int:
    stop = stop_on_signals()
    names = {**workers, VIEWER: 1} if viewer else workers
    page = await _viewer_port(viewer_port) if viewer else None
    try:
        async with pipeline(workers, say_prefixed(names), port=port, viewer_port=page) as running:
            click.echo(f"COPYDESK_BROKERS={running.connection.brokers}", err=True)
            await first(stop.wait(), running.wait())
    except PipelineError as error:
        end(Exit(error.status), str(error))
    except (EmbeddedBrokerError, SetupError) as error:
        end(Exit.SETUP, str(error))
    except BrokerAwayError as error:
        end(Exit.BROKER, str(error))
    return Exit.DONE


async def _viewer_port(wanted: int | None) -> int:
    """The live page's port: the same one when the page is started again, so that browsers find it."""
    if wanted is None and not await Connection(brokers=f"127.0.0.1:{VIEWER_PORT}").answers(seconds=1.0):
        return VIEWER_PORT
    return wanted or free_port()


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
