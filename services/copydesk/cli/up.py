"""`copydesk up`: run the whole pipeline on this machine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from importlib.util import find_spec

import click

from copydesk.cli.foreground import make_prefixed_echo, stop_on_signals
from copydesk.cli.parameters import Pair
from copydesk.cli.prerequisites import exit_with
from copydesk.cli.up_status import UpStatus
from copydesk.client import BrokerAwayError, Connection
from copydesk.client.tasks import run_until_first
from copydesk.extras import install_hint
from copydesk.local.embedded_broker import EmbeddedBrokerError, free_port
from copydesk.local.supervisor import VIEWER, PipelineError, pipeline
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.exits import Exit
from copydesk.stage import chain, default_chain, installed

VIEWER_PORT = 8080

RELATED = ("fingerprints", "related")
"""Stages of `--related`."""

MAX_WORKERS = 64
"""Most workers of a stage on this machine."""


class WorkerCount(Pair):
    """Number of workers of a stage, such as `extractor=2`."""

    name = "STAGE=N"

    def read(self, left: str, right: str | None) -> tuple[str, int]:
        """Stage and number of workers."""
        if left not in installed():
            raise ValueError(f"no stage {left!r}; there are: {', '.join(installed())}")
        if not right or not right.isdigit() or not 1 <= int(right) <= MAX_WORKERS:
            raise ValueError(f"give a number from 1 to {MAX_WORKERS}, such as {left}=2")
        return left, int(right)


@click.command(name="up")
@click.option("--scale", multiple=True, type=WorkerCount(), help="Workers of a stage, as extractor=2; repeatable.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=9092, show_default=True, help="Broker's port; 0: any free one."
)
@click.option(
    "--viewer-port",
    type=click.IntRange(0, 65535),
    help="Live page's port; 0: any free one, printed.  [default: 8080, or any free one if that is taken]",
)
@click.option("--no-viewer", is_flag=True, help="Do not serve the live page.")
@click.option("--related", is_flag=True, help="Trace copies and quotations across articles, too.")
@click.option("--logs", is_flag=True, help="Print the log lines of all processes.")
def command(
    scale: tuple[tuple[str, int], ...],
    port: int,
    viewer_port: int | None,
    *,
    no_viewer: bool,
    related: bool,
    logs: bool,
) -> None:
    """Run the whole pipeline on this machine until Ctrl-C.

    Starts a broker, the topics, one worker per stage and the live page. The broker keeps everything in memory: it is
    for trying and developing. Once all run it says where; then warnings and, on a terminal, a line of totals.

    Example: copydesk up --scale extractor=2
    """
    stages = (*default_chain(), *(chain(RELATED) if related else ()))
    workers = {stage.name: 1 for stage in stages} | dict(scale)
    if not no_viewer and find_spec("uvicorn") is None:
        click.echo(f"copydesk: no live page; {install_hint('viewer')}", err=True)
        no_viewer = True
    sys.exit(asyncio.run(_up(workers, port, viewer_port, viewer=not no_viewer, logs=logs)))


async def _up(workers: Mapping[str, int], port: int, viewer_port: int | None, *, viewer: bool, logs: bool) -> int:
    """Run the pipeline until a signal; returns the exit code."""
    stop = stop_on_signals()
    processes = {**workers, VIEWER: 1} if viewer else workers
    status = UpStatus({} if logs else workers)  # with log lines there is nothing to wait for
    click.echo(f"starting a broker and {sum(processes.values())} processes ({', '.join(processes)}) ...", err=True)
    page_port = await _choose_viewer_port(viewer_port) if viewer else None
    try:
        say = make_prefixed_echo(processes) if logs else status.say
        log_format = "console" if logs else "json"
        async with pipeline(workers, say, port=port, viewer_port=page_port, log_format=log_format) as running:
            status.announce(running.connection.brokers, f"http://127.0.0.1:{page_port}" if page_port else None)
            await run_until_first(stop.wait(), running.wait())
    except PipelineError as error:
        exit_with(Exit(error.status), str(error))
    except (EmbeddedBrokerError, SetupError) as error:
        exit_with(Exit.SETUP, str(error))
    except BrokerAwayError as error:
        exit_with(Exit.BROKER, str(error))
    return Exit.DONE


async def _choose_viewer_port(option: int | None) -> int:
    """Port of the live page; it is chosen once, so that browsers find the page again after a restart."""
    if option is None and not await Connection(brokers=f"127.0.0.1:{VIEWER_PORT}").answers(seconds=1.0):
        return VIEWER_PORT
    return option or free_port()
