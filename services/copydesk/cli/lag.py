"""`copydesk lag`: consumer lag of the stages."""

from __future__ import annotations

import sys

import click
import msgspec
import orjson

from copydesk.cli.parameters import brokers_option, complete_stages
from copydesk.cli.prerequisites import find_stage, load_connection, run_or_exit
from copydesk.client import Connection
from copydesk.client.held_back import describe_number
from copydesk.client.lag import Lag, read_lag
from copydesk.stage import Stage, chain


@click.command(name="lag")
@click.option("--stage", "name", metavar="NAME", shell_complete=complete_stages, help="Only this stage.")
@click.option("--partitions", is_flag=True, help="Print a line per partition, too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per stage and partition.")
@brokers_option
def command(name: str | None, *, partitions: bool, as_json: bool) -> None:
    """Show how many articles wait for each stage, and since when.

    Transaction markers are not counted as articles, except those between articles of a long backlog. Messages that
    somebody's open transaction holds back are told apart: no stage can read them before it ends.

    Example: copydesk lag --partitions
    """
    stages = chain() if name is None else (find_stage(name),)
    lag_by_stage = run_or_exit(_read(load_connection(), stages))
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


def _format_age(seconds: float) -> str:
    return f"for {seconds:.0f} s" if seconds else ""
