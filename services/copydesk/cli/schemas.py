"""`copydesk schemas`: the JSON Schemas and the structs they are made from."""

from __future__ import annotations

from pathlib import Path

import click

from copydesk.cli.setup import end
from copydesk.contracts import schemas
from copydesk.contracts.topics import schemas_folder
from copydesk.runtime.exits import Exit


@click.group(name="schemas")
def command() -> None:
    """Write the JSON Schemas from the structs, or check that they agree."""


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
    for name, schema in schemas.schemas().items():
        content = schemas.render(schema)
        path = folder / name
        changed = not path.exists() or path.read_bytes() != content
        path.write_bytes(content)
        click.echo(f"{name}: {'written' if changed else 'unchanged'}")


@command.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Default: copydesk's own."
)
def check(folder: Path | None) -> None:
    """Check that the committed schemas are what the structs give; exit 1 where they differ."""
    folder = folder or _folder()
    stale = [
        name
        for name, schema in schemas.schemas().items()
        if not (folder / name).exists() or (folder / name).read_bytes() != schemas.render(schema)
    ]
    for name in stale:
        click.echo(
            f"{name} is not what the structs give: `copydesk schemas write`, and a line in schemas/CHANGELOG.md",
            err=True,
        )
    raise SystemExit(Exit.REFUSED if stale else Exit.DONE)
