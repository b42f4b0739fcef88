"""`copydesk run`: run one worker."""

from __future__ import annotations

import asyncio
import logging
import os

import click

from copydesk.cli.parameters import brokers_option, complete_stages
from copydesk.cli.prerequisites import exit_with, find_stage, load_settings, load_stage_settings
from copydesk.extras import install_hint
from copydesk.runtime.exits import Exit


@click.command(name="run")
@click.argument("stage", metavar="STAGE", shell_complete=complete_stages)
@brokers_option
def command(stage: str) -> None:
    """Run one worker of STAGE until SIGTERM or Ctrl-C.

    It connects to COPYDESK_BROKERS. On either signal it finishes the current article; a second Ctrl-C ends it at once.
    A worker uses one core: start more workers to use more cores.

    Example: COPYDESK_BROKERS=kafka:9092 copydesk run extractor
    """
    worker_stage, worker_settings = find_stage(stage), load_settings()
    load_stage_settings(worker_stage)  # an invalid setting ends the command here, not in the middle of the start
    try:
        from copydesk.runtime.worker import Worker  # noqa: PLC0415 - imports faust, which only workers need
    except ModuleNotFoundError as error:
        exit_with(Exit.SETUP, f"{error}; {install_hint(stage)}")

    async def work() -> int:
        return await Worker(worker_stage, worker_settings).run()

    status = asyncio.run(work())
    logging.shutdown()
    os._exit(status)  # a thread that a library left running must not keep the process alive
