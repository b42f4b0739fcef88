"""Settings, stages and broker calls that commands need; a problem ends the command with a line that says what to do."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import click
import msgspec
from aiokafka.errors import InvalidTimestampError

from copydesk.client.connection import BrokerAwayError, Connection, SettingsError, read_connection
from copydesk.client.producing import describe_refused_time
from copydesk.contracts.topics import UnknownTopicError
from copydesk.extras import install_hint
from copydesk.operations import broker_checks
from copydesk.runtime import execution
from copydesk.runtime.exits import Exit
from copydesk.runtime.processes import ONE_CORE
from copydesk.runtime.settings import Settings, read_settings, stage_settings
from copydesk.stage import Stage, UnknownStageError, article_chain, default_chain, find
from copydesk.terminal_text import escape

T = TypeVar("T")


def load_settings() -> Settings:
    """Settings of a worker; an invalid value ends the command as wrong use."""
    try:
        return read_settings()
    except SettingsError as error:
        exit_with(Exit.USAGE, str(error))


def load_stage_settings(stage: Stage) -> msgspec.Struct | None:
    """Settings of a stage, or None if it has none; an invalid value ends the command as wrong use."""
    try:
        return stage_settings(stage)
    except SettingsError as error:
        exit_with(Exit.USAGE, str(error))


def load_connection() -> Connection:
    """Connection to the broker, not opened yet; an invalid setting ends the command as wrong use."""
    try:
        return read_connection()
    except SettingsError as error:
        exit_with(Exit.USAGE, str(error))


def find_stage(name: str) -> Stage:
    """Stage of this name; an unknown name or a missing package ends the command."""
    try:
        return find(name)
    except UnknownStageError as error:
        raise click.BadParameter(str(error)) from None
    except ModuleNotFoundError as error:
        exit_with(Exit.SETUP, f"{error}; {install_hint(name)}")


def load_stages(name: str) -> list[tuple[Stage, Callable[[Any], Any]]]:
    """Stages with their functions, models loaded; whatever is missing ends the command.

    Args:
        name: Name of a stage, or `all` for all stages in their order.
    """
    for variable, value in ONE_CORE.items():
        os.environ.setdefault(variable, value)
    try:
        stages = article_chain(default_chain()) if name == "all" else (find(name),)
        return [(stage, execution.load(stage, stage_settings(stage))) for stage in stages]
    except UnknownStageError as error:
        raise click.BadParameter(f"{error} (or all)", param_hint="--stage") from None
    except SettingsError as error:
        exit_with(Exit.USAGE, str(error))
    except ModuleNotFoundError as error:
        exit_with(Exit.SETUP, f"{error}; {install_hint(name)}")


def exit_with(status: Exit, message: str) -> NoReturn:
    """End the command with a line on standard error and this exit code."""
    click.echo(f"copydesk: {escape(message)}", err=True)
    raise SystemExit(status)


def run_or_exit(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that uses the broker.

    A broker that does not answer, a missing right, a missing topic and a wrong clock end the command.
    """
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # our own line has everything that it would log
    try:
        return asyncio.run(work)
    except BrokerAwayError as error:
        exit_with(Exit.BROKER, str(error))
    except broker_checks.NOT_AUTHORIZED as error:
        exit_with(Exit.SETUP, broker_checks.describe_missing_right(error))
    except InvalidTimestampError:
        exit_with(Exit.SETUP, describe_refused_time())
    except (broker_checks.SetupError, UnknownTopicError) as error:
        exit_with(Exit.SETUP, str(error))
