"""`copydesk withdraw`: withdraw articles."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from aiokafka.errors import InvalidTimestampError, KafkaError

from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import load_connection, run_or_exit
from copydesk.client import Connection, Publisher
from copydesk.files.formats import read_ids
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape


@click.command(name="withdraw")
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option(
    "--ids", "id_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="File with an id per line."
)
@brokers_option
def command(ids: tuple[str, ...], id_file: Path | None) -> None:
    """Withdraw articles by their ids.

    Publishes a tombstone for each id; all stages pass it on, so the results are removed, too. An article that is
    published later under the same id is a new article. The command returns when the broker has confirmed all; the exit
    code is 1 if an id was refused.

    Example: copydesk withdraw coastnews/42
    """
    all_ids = dict.fromkeys([*ids, *sorted(read_ids(id_file))])
    if not all_ids:
        raise click.UsageError("give ID..., or --ids FILE")
    connection = load_connection()
    withdrawn, refused = run_or_exit(_withdraw(connection, list(all_ids)))
    click.echo(f"{withdrawn} withdrawn from {connection.full_name('articles.raw')}, {refused} refused", err=True)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


async def _withdraw(connection: Connection, ids: list[str]) -> tuple[int, int]:
    """Publish the tombstones; return the numbers of withdrawn and of refused ids."""
    refused = 0
    async with Publisher(connection) as publisher:
        for id_ in ids:
            try:
                await publisher.withdraw(id_)
            except (*broker_checks.NOT_AUTHORIZED, InvalidTimestampError):
                raise
            except (ValueError, KafkaError) as error:
                click.echo(escape(f"{id_}: {error}"), err=True)
                refused += 1
    return len(ids) - refused, refused
