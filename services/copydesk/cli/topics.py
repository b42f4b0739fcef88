"""`copydesk topics`: what there should be, what there is, and making the one into the other."""

from __future__ import annotations

import sys

import click
import msgspec
import orjson

from copydesk.cli.setup import ask, connection, end, known_topics
from copydesk.client.connection import Connection
from copydesk.contracts.topics import Topic
from copydesk.runtime import broker
from copydesk.runtime.exits import Exit


@click.group(name="topics")
def command() -> None:
    """List, create and check the topics that schemas/topics describes."""


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a topic.")
def list_(*, as_json: bool) -> None:
    """List the topics as described; no broker is asked."""
    for topic in known_topics().values():
        if as_json:
            click.echo(orjson.dumps(msgspec.to_builtins(topic)))
        else:
            click.echo(f"{topic.name:24} {topic.partitions:3} partitions  {','.join(topic.cleanup):15} {topic.purpose}")


@command.command()
@click.option("--partitions", type=click.IntRange(1), help="For new topics, instead of what is described (12).")
@click.option("--replication", type=click.IntRange(1), default=1, show_default=True, help="Copies of each partition.")
def apply(partitions: int | None, replication: int) -> None:
    """Create the topics that are missing; those that exist stay as they are."""
    target = connection()
    became = ask(_apply(target, partitions, replication))
    for name, what in became.items():
        click.echo(f"{name}: {what}")
    if any(what not in {"created", "exists"} for what in became.values()):
        end(Exit.SETUP, "not every topic could be created")
    _report(ask(_problems(target)))


@command.command()
def check() -> None:
    """Compare the broker's topics with what is described; exit 5 where a worker could not work."""
    _report(ask(_problems(connection())))


def described(target: Connection) -> dict[str, Topic]:
    """The topics by their full names on this cluster."""
    return {target.full(topic.name): topic for topic in known_topics().values()}


async def _apply(target: Connection, partitions: int | None, replication: int) -> dict[str, str]:
    async with broker.admin(target) as client:
        return await broker.create_topics(client, described(target), partitions=partitions, replication=replication)


async def _problems(target: Connection) -> tuple[list[str], list[str]]:
    """What stops a worker, and what is only different from what is described."""
    wanted = described(target)
    async with broker.admin(target) as client:
        counts = await broker.partitions(client, wanted)
        configs = await broker.topic_configs(client, counts) if counts else {}
    fatal = [f"{name}: missing; `copydesk topics apply` creates it" for name in wanted if name not in counts]
    if len(set(counts.values())) > 1:
        fatal.append(f"partition counts differ: {', '.join(f'{name} {count}' for name, count in counts.items())}")
    different = []
    for name, count in counts.items():
        for config, value in wanted[name].configs.items():
            found = configs.get(name, {}).get(config)
            if found is not None and set(found.split(",")) != set(value.split(",")):
                different.append(f"{name}: {config} is {found}, described as {value}")
        if count != wanted[name].partitions:
            different.append(f"{name}: {count} partitions, described as {wanted[name].partitions}")
    return fatal, different


def _report(problems: tuple[list[str], list[str]]) -> None:
    fatal, different = problems
    for line in different:
        click.echo(f"note: {line}", err=True)
    if fatal:
        for line in fatal:
            click.echo(line, err=True)
        sys.exit(Exit.SETUP)
