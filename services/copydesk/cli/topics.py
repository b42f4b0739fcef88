"""`copydesk topics`: list the described topics, create them on the broker, and compare the two."""

from __future__ import annotations

import sys

import click
import msgspec
import orjson

from copydesk.cli.catalogue import importable_stages, known_topics
from copydesk.cli.groups import SuggestingGroup
from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.client.connection import Connection
from copydesk.contracts.topics import Topic
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import TopicProblem
from copydesk.runtime.exits import Exit


@click.group(name="topics", cls=SuggestingGroup)
def command() -> None:
    """List, create and check the topics of schemas/topics.

    Example: copydesk topics apply
    """


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per topic.")
def list_(*, as_json: bool) -> None:
    """List the described topics.

    No broker is needed.

    Example: copydesk topics list --json
    """
    for topic in known_topics().values():
        if as_json:
            click.echo(orjson.dumps(msgspec.to_builtins(topic)))
        else:
            click.echo(f"{topic.name:24} {topic.partitions:3} partitions  {','.join(topic.cleanup):15} {topic.purpose}")


@command.command()
@click.option(
    "--partitions", type=click.IntRange(1), help="Partitions of new topics; default: as described, which is 12."
)
@click.option("--replication", type=click.IntRange(1), default=1, show_default=True, help="Replicas of new topics.")
@brokers_option
def apply(partitions: int | None, replication: int) -> None:
    """Create missing topics.

    Existing topics are not changed.

    Example: copydesk topics apply --replication 3
    """
    connection = load_connection()
    results = run_or_exit(_apply(connection, partitions, replication))
    for name, result in results.items():
        click.echo(f"{name}: {result}")
    if any(result not in {"created", "exists"} for result in results.values()):
        exit_with(Exit.SETUP, "not every topic could be created")
    _report(run_or_exit(_find_problems(connection)))


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per problem.")
@brokers_option
def check(*, as_json: bool) -> None:
    """Compare the broker's topics with schemas/topics.

    The exit code is 5 if a worker could not work with them.

    Example: copydesk topics check --json
    """
    problems = run_or_exit(_find_problems(load_connection()))
    for problem in problems if as_json else ():
        click.echo(msgspec.json.encode(problem))
    _report(problems)


def _topics_by_full_name(connection: Connection) -> dict[str, Topic]:
    return {connection.full_name(topic.name): topic for topic in known_topics().values()}


async def _apply(connection: Connection, partitions: int | None, replication: int) -> dict[str, str]:
    async with broker_checks.admin(connection) as client:
        return await broker_checks.create_topics(
            client, _topics_by_full_name(connection), partitions=partitions, replication=replication
        )


async def _find_problems(connection: Connection) -> list[TopicProblem]:
    async with broker_checks.admin(connection) as client:
        aligned = [map(connection.full_name, names) for names in broker_checks.aligned_topics(importable_stages())]
        return await broker_checks.topic_problems(client, connection, _topics_by_full_name(connection), aligned)


def _report(problems: list[TopicProblem]) -> None:
    """Print problems on standard error; a fatal one ends the command."""
    for problem in problems:
        if not problem.fatal:
            click.echo(f"note: {problem.message}", err=True)
    fatal = [problem for problem in problems if problem.fatal]
    for problem in fatal:
        click.echo(f"{problem.message}; `{problem.fix}` fixes it", err=True)
    if fatal:
        sys.exit(Exit.SETUP)
