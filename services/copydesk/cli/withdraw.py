"""`copydesk withdraw`: articles taken back."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from aiokafka.errors import KafkaError

from copydesk.cli.files import ids_of
from copydesk.cli.render.plain import plain
from copydesk.cli.setup import connection, run_or_exit
from copydesk.client import Connection, Publisher
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit


@click.command(name="withdraw")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option(
    "--ids", "id_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Ids in a file, one a line."
)
def command(ids: tuple[str, ...], id_file: Path | None) -> None:
    """Withdraw articles: a tombstone under each id, which passes down all stages and removes what they made of it.

    The same id published again later is a new article. Returns when the broker has confirmed all; the exit code is 1
    when one was refused.

    Example: copydesk withdraw coastnews/42
    """
    wanted = dict.fromkeys([*ids, *sorted(ids_of(id_file))])
    if not wanted:
        raise click.UsageError("say which: ID..., or --ids FILE")
    target = connection()
    withdrawn, refused = run_or_exit(_withdraw(target, list(wanted)))
    click.echo(f"{withdrawn} withdrawn from {target.full_name('articles.raw')}, {refused} refused", err=True)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


async def _withdraw(target: Connection, ids: list[str]) -> tuple[int, int]:
    refused = 0
    async with Publisher(target) as publisher:
        for id_ in ids:
            try:
                await publisher.withdraw(id_)
            except broker_checks.NOT_AUTHORIZED:
                raise
            except (ValueError, KafkaError) as error:
                click.echo(plain(f"{id_}: {error}"), err=True)
                refused += 1
    return len(ids) - refused, refused
