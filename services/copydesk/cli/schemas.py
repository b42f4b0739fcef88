"""`copydesk schemas`: JSON Schemas and AsyncAPI, and the structs and topics they are made from."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.cli.groups import Group
from copydesk.cli.setup import end
from copydesk.contracts import schemas
from copydesk.contracts.topics import schemas_folder
from copydesk.runtime.exits import Exit


@click.group(name="schemas", cls=Group)
def command() -> None:
    """Write JSON Schemas and AsyncAPI from structs and topics, or check that they agree."""


def _folder() -> Path:
    folder = schemas_folder()
    if not isinstance(folder, Path):
        end(Exit.USAGE, "the schemas of this installation are inside an archive; say --folder")
    return folder


@command.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Default: copydesk's own.")
def write(folder: Path | None) -> None:
    """Write every schema anew, in --folder or where copydesk has its own."""
    folder = folder or _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in schemas.files().items():
        path = folder / name
        changed = not path.exists() or path.read_bytes() != content
        path.write_bytes(content)
        click.echo(f"{name}: {'written' if changed else 'unchanged'}")


@command.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Default: copydesk's own."
)
def check(folder: Path | None) -> None:
    """Check that the committed files are what structs and topics give; exit 1 where they differ."""
    folder = folder or _folder()
    stale = [
        name
        for name, content in schemas.files().items()
        if not (folder / name).exists() or (folder / name).read_bytes() != content
    ]
    for name in stale:
        click.echo(
            f"{name} is not what structs and topics give: `copydesk schemas write`, and a line in schemas/CHANGELOG.md",
            err=True,
        )
    raise SystemExit(Exit.REFUSED if stale else Exit.DONE)
