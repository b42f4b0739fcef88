"""`copydesk schemas`: JSON Schemas and AsyncAPI, and the structs and topics they are made from."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

import copydesk
from copydesk.cli.groups import Group
from copydesk.cli.setup import end
from copydesk.contracts import compatibility, schemas
from copydesk.contracts.compatibility import Released
from copydesk.contracts.topics import schemas_folder
from copydesk.runtime.exits import Exit


@click.group(name="schemas", cls=Group)
def command() -> None:
    """Write JSON Schemas and AsyncAPI from structs and topics, or check that they agree.

    Example: copydesk schemas check
    """


def _folder() -> Path:
    folder = schemas_folder()
    if not isinstance(folder, Path):
        end(Exit.USAGE, "the schemas of this installation are inside an archive; say --folder")
    return folder


@command.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Default: copydesk's own.")
@click.option("--release", is_flag=True, help="Keep them as what a release promises, too.")
def write(folder: Path | None, *, release: bool) -> None:
    """Write every schema anew, in --folder or where copydesk has its own.

    Example: copydesk schemas write
    """
    folder = folder or _folder()
    folder.mkdir(parents=True, exist_ok=True)
    made = schemas.files()
    if release:
        promised = Released(version=copydesk.__version__, schemas=schemas.schemas())
        made[compatibility.FILE] = msgspec.json.encode(promised) + b"\n"
    for name, content in made.items():
        path = folder / name
        changed = not path.exists() or path.read_bytes() != content
        path.write_bytes(content)
        click.echo(f"{name}: {'written' if changed else 'unchanged'}")


@command.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Default: copydesk's own."
)
def check(folder: Path | None) -> None:
    """Check that the committed files are what structs and topics give, and keep what the last release promised.

    The exit code is 1 where they do not.

    Example: copydesk schemas check
    """
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
    broken = _broken(folder / compatibility.FILE)
    for line in broken:
        click.echo(line, err=True)
    raise SystemExit(Exit.REFUSED if stale or broken else Exit.DONE)


def _broken(file: Path) -> list[str]:
    """What readers or writers of the last release's messages would stumble over."""
    if not file.exists():
        return [f"{file.name} is not there: `copydesk schemas write --release` keeps what the last release promised"]
    released = msgspec.json.decode(file.read_bytes(), type=Released)
    found = compatibility.breaks(released.schemas, schemas.schemas())
    return [f"{line}: breaks {released.version}; it needs a v2 beside it (schemas/README.md)" for line in found]
