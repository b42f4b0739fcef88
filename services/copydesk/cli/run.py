"""`copydesk run`: one worker."""

from __future__ import annotations

import asyncio
import logging
import os

import click

from copydesk.cli.groups import stages_that_begin
from copydesk.cli.setup import end, settings, stage_named, stage_options
from copydesk.runtime.exits import Exit


@click.command(name="run")
@click.argument("stage", metavar="STAGE", shell_complete=stages_that_begin)
def command(stage: str) -> None:
    """Run one worker of STAGE against COPYDESK_BROKERS, until SIGTERM or Ctrl-C.

    Both finish the article in hand; a second Ctrl-C ends at once. More cores: more workers.

    Example: COPYDESK_BROKERS=kafka:9092 copydesk run extractor
    """
    worker_stage, worker_settings = stage_named(stage), settings()
    stage_options(worker_stage)  # refused here, not in the middle of the start
    try:
        from copydesk.runtime.worker import Worker  # noqa: PLC0415 - faust: only a worker needs it
    except ModuleNotFoundError as error:
        end(Exit.SETUP, f"{error}: pip install 'copydesk[{stage}]'")

    async def work() -> int:
        return await Worker(worker_stage, worker_settings).run()

    status = asyncio.run(work())
    logging.shutdown()
    os._exit(status)  # whatever thread a library still has must not keep the process
