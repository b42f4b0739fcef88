"""`copydesk topics`: what there should be, what there is, and making the one into the other."""

from __future__ import annotations

import sys

import click
import msgspec
import orjson

from copydesk.cli.groups import Group
from copydesk.cli.setup import connection, end, known_topics, run_or_exit
from copydesk.client.connection import Connection
from copydesk.contracts.topics import Topic
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import TopicProblem
from copydesk.runtime.exits import Exit


@click.group(name="topics", cls=Group)
def command() -> None:
    """List, create and check the topics that schemas/topics describes.

    Example: copydesk topics apply
    """


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a topic.")
def list_(*, as_json: bool) -> None:
    """List the topics as described; no broker is asked.

    Example: copydesk topics list --json
    """
    for topic in known_topics().values():
        if as_json:
            click.echo(orjson.dumps(msgspec.to_builtins(topic)))
        else:
            click.echo(f"{topic.name:24} {topic.partitions:3} partitions  {','.join(topic.cleanup):15} {topic.purpose}")


@command.command()
@click.option("--partitions", type=click.IntRange(1), help="For new topics, instead of what is described (12).")
@click.option("--replication", type=click.IntRange(1), default=1, show_default=True, help="Copies of each partition.")
def apply(partitions: int | None, replication: int) -> None:
    """Create the topics that are missing; those that exist stay as they are.

    Example: copydesk topics apply --replication 3
    """
    target = connection()
    became = run_or_exit(_apply(target, partitions, replication))
    for name, what in became.items():
        click.echo(f"{name}: {what}")
    if any(what not in {"created", "exists"} for what in became.values()):
        end(Exit.SETUP, "not every topic could be created")
    _report(run_or_exit(_problems(target)))


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a problem.")
def check(*, as_json: bool) -> None:
    """Compare the broker's topics with what is described; exit 5 where a worker could not work.

    Example: copydesk topics check --json
    """
    problems = run_or_exit(_problems(connection()))
    for problem in problems if as_json else ():
        click.echo(msgspec.json.encode(problem))
    _report(problems)


def described(target: Connection) -> dict[str, Topic]:
    """The topics by their full names on this cluster."""
    return {target.full_name(topic.name): topic for topic in known_topics().values()}


async def _apply(target: Connection, partitions: int | None, replication: int) -> dict[str, str]:
    async with broker_checks.admin(target) as client:
        return await broker_checks.create_topics(
            client, described(target), partitions=partitions, replication=replication
        )


async def _problems(target: Connection) -> list[TopicProblem]:
    async with broker_checks.admin(target) as client:
        return await broker_checks.topic_problems(client, target, described(target))


def _report(problems: list[TopicProblem]) -> None:
    for problem in problems:
        if not problem.fatal:
            click.echo(f"note: {problem.message}", err=True)
    fatal = [problem for problem in problems if problem.fatal]
    for problem in fatal:
        click.echo(f"{problem.message}; `{problem.fix}` mends it", err=True)
    if fatal:
        sys.exit(Exit.SETUP)
