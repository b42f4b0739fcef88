"""What commands need before they begin, with errors that say what to do."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from copydesk.client.connection import BrokerAwayError, Connection, SettingsError, read_connection
from copydesk.contracts.articles import Document
from copydesk.contracts.topics import DOCUMENTS, Topic, topics_with
from copydesk.operations import broker_checks
from copydesk.runtime import execution
from copydesk.runtime.exits import Exit
from copydesk.runtime.processes import ONE_CORE
from copydesk.runtime.settings import Settings, read_settings, stage_settings
from copydesk.stage import Stage, UnknownStageError, chain, find, installed

T = TypeVar("T")


def installed_stages() -> tuple[Stage, ...]:
    """The installed stages whose packages are there, too."""
    found = []
    for name in installed():
        with suppress(ImportError):
            found.append(find(name))
    return tuple(found)


def known_topics() -> dict[str, Topic]:
    """Every topic by name, those of a third party's installed stages too."""
    return topics_with(installed_stages())


def document_of(topic: str) -> type[Document] | None:
    """The struct of what a topic holds, if it is known."""
    outputs = {stage.sink: stage.output for stage in installed_stages()}
    found = DOCUMENTS.get(topic) or outputs.get(topic)
    return found if found is not None and issubclass(found, Document) else None


def stage_options(stage: Stage) -> msgspec.Struct | None:
    """The stage's own settings; a bad one ends the command as wrong use."""
    try:
        return stage_settings(stage)
    except SettingsError as error:
        end(Exit.USAGE, str(error))


def settings() -> Settings:
    """The worker's settings; a bad one ends the command as wrong use."""
    try:
        return read_settings()
    except SettingsError as error:
        end(Exit.USAGE, str(error))


def connection() -> Connection:
    """How to reach the broker; a bad setting ends the command as wrong use."""
    try:
        return read_connection()
    except SettingsError as error:
        end(Exit.USAGE, str(error))


def stage_named(name: str) -> Stage:
    """The stage; an unknown one ends the command as wrong use, one whose packages are missing as set up wrongly."""
    try:
        return find(name)
    except UnknownStageError as error:
        raise click.BadParameter(str(error)) from None
    except ModuleNotFoundError as error:
        end(Exit.SETUP, f"{error}: pip install 'copydesk[{name}]'")


def loaded_stages(name: str) -> list[tuple[Stage, Callable[[Any], Any]]]:
    """The stage of that name, or all in their order, models loaded; what is missing ends the command."""
    for variable, value in ONE_CORE.items():
        os.environ.setdefault(variable, value)
    try:
        stages = chain() if name == "all" else (find(name),)
        return [(stage, execution.load(stage, stage_settings(stage))) for stage in stages]
    except UnknownStageError as error:
        raise click.BadParameter(f"{error} (or all)", param_hint="--stage") from None
    except SettingsError as error:
        end(Exit.USAGE, str(error))
    except ModuleNotFoundError as error:
        end(Exit.SETUP, f"{error}: pip install 'copydesk[{name}]'")


def end(status: Exit, message: str) -> NoReturn:
    """End the command: one line on standard error, and the exit code."""
    click.echo(f"copydesk: {message}", err=True)
    raise SystemExit(status)


def run_or_exit(question: Coroutine[Any, Any, T]) -> T:
    """The answer of something that talks to the broker; one that is away, or refuses a right, ends the command."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it has to say, our own line says
    try:
        return asyncio.run(question)
    except BrokerAwayError as error:
        end(Exit.BROKER, str(error))
    except broker_checks.NOT_AUTHORIZED as error:
        end(Exit.SETUP, broker_checks.describe_missing_right(error))
    except broker_checks.SetupError as error:
        end(Exit.SETUP, str(error))
