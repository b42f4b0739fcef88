"""`copydesk lag`: consumer lag of the stages."""

from __future__ import annotations

import sys
from contextlib import suppress

import click
import msgspec
import orjson

from copydesk.cli.parameters import brokers_option, complete_stages
from copydesk.cli.prerequisites import find_stage, load_connection, run_or_exit
from copydesk.client import Connection
from copydesk.client.held_back import describe_number
from copydesk.client.lag import Lag, read_lag
from copydesk.contracts.topics import UnknownTopicError
from copydesk.stage import Stage, chain, default_chain


@click.command(name="lag")
@click.option("--stage", "name", metavar="NAME", shell_complete=complete_stages, help="Only this stage.")
@click.option("--partitions", is_flag=True, help="Print a line per partition, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per stage and partition.")
@brokers_option
def command(name: str | None, *, partitions: bool, as_json: bool) -> None:
    """Show how many articles wait for each stage, and since when.

    Transaction markers are not counted as articles, except those between articles of a long backlog. Messages that
    somebody's open transaction holds back are told apart: no stage can read them before it ends. Stages that run on
    request only are shown once they ran.

    Example: copydesk lag --partitions
    """
    connection = load_connection()
    lag_by_stage = run_or_exit(_read_all(connection) if name is None else _read(connection, (find_stage(name),)))
    for stage, lags in lag_by_stage.items():
        if as_json:
            for lag in lags:
                sys.stdout.buffer.write(orjson.dumps({"stage": stage, **msgspec.to_builtins(lag._asdict())}) + b"\n")
            continue
        oldest = max((lag.seconds for lag in lags), default=0.0)
        click.echo(f"{stage:12} {sum(lag.articles for lag in lags):8} waiting  {_format_age(oldest)}")
        if held := [lag for lag in lags if lag.held_back_since is not None]:
            since = min(lag.held_back_since or 0.0 for lag in held)
            messages, source = sum(lag.held_back for lag in held), find_stage(stage).source
            click.echo(f"{'':12} {describe_number(messages, source, since)}")
        for lag in lags if partitions else ():
            click.echo(f"{lag.partition:12} {lag.articles:8} waiting  {_format_age(lag.seconds)}")


async def _read(connection: Connection, stages: tuple[Stage, ...]) -> dict[str, list[Lag]]:
    return {stage.name: await read_lag(stage.source, f"copydesk.{stage.name}", connection) for stage in stages}


async def _read_all(connection: Connection) -> dict[str, list[Lag]]:
    """Lag of every stage; of one that runs on request only, if it ever ran."""
    found = await _read(connection, default_chain())
    for stage in chain():
        if stage.on_request:
            with suppress(UnknownTopicError):
                lags = (await _read(connection, (stage,)))[stage.name]
                found |= {stage.name: lags} if any(lag.committed is not None for lag in lags) else {}
    return found


def _format_age(seconds: float) -> str:
    return f"for {seconds:.0f} s" if seconds else ""
