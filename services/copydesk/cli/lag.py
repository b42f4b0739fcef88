"""`copydesk lag`: how far the stages are behind."""

from __future__ import annotations

import sys

import click
import msgspec
import orjson

from copydesk.cli.groups import stages_that_begin
from copydesk.cli.setup import connection, end, run_or_exit, stage_named
from copydesk.client import Connection
from copydesk.client.lag import Lag, read_lag
from copydesk.contracts.topics import UnknownTopicError
from copydesk.runtime.exits import Exit
from copydesk.stage import Stage, chain


@click.command(name="lag")
@click.option("--stage", "name", metavar="NAME", shell_complete=stages_that_begin, help="Of one stage only.")
@click.option("--partitions", is_flag=True, help="A line a partition, not only the sums.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a stage and partition.")
def command(name: str | None, *, partitions: bool, as_json: bool) -> None:
    """Tell how many articles wait for each stage, and for how long the oldest of them has.

    Right on topics with transactions, too: their markers are no articles. Of many articles that wait, markers between
    them are counted with them.

    Example: copydesk lag --partitions
    """
    stages = chain() if name is None else (stage_named(name),)
    try:
        found = run_or_exit(_read(connection(), stages))
    except UnknownTopicError as error:
        end(Exit.SETUP, str(error))
    for stage, lags in found.items():
        if as_json:
            for lag in lags:
                sys.stdout.buffer.write(orjson.dumps({"stage": stage, **msgspec.to_builtins(lag._asdict())}) + b"\n")
            continue
        oldest = max((lag.seconds for lag in lags), default=0.0)
        click.echo(f"{stage:12} {sum(lag.articles for lag in lags):8} waiting  {_since(oldest)}")
        for lag in lags if partitions else ():
            click.echo(f"{lag.partition:12} {lag.articles:8} waiting  {_since(lag.seconds)}")


async def _read(target: Connection, stages: tuple[Stage, ...]) -> dict[str, list[Lag]]:
    return {stage.name: await read_lag(stage.source, f"copydesk.{stage.name}", target) for stage in stages}


def _since(seconds: float) -> str:
    return f"for {seconds:.0f} s" if seconds else ""
