"""`copydesk schemas`: write JSON Schemas and AsyncAPI from structs and topics, and check that they agree."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

import copydesk
from copydesk.cli.groups import SuggestingGroup
from copydesk.cli.prerequisites import exit_with
from copydesk.contracts import compatibility, schemas
from copydesk.contracts.compatibility import Released
from copydesk.contracts.topics import schemas_folder
from copydesk.runtime.exits import Exit


@click.group(name="schemas", cls=SuggestingGroup)
def command() -> None:
    """Write or check the JSON Schemas and AsyncAPI.

    Both are made from the structs of the documents and from schemas/topics.

    Example: copydesk schemas check
    """


def _default_folder() -> Path:
    folder = schemas_folder()
    if not isinstance(folder, Path):
        exit_with(Exit.USAGE, "this installation keeps its schemas inside an archive: give --folder")
    return folder


@command.command()
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), help="Default: copydesk's own.")
@click.option("--release", is_flag=True, help="Also keep them as what this release promises.")
def write(folder: Path | None, *, release: bool) -> None:
    """Write all schemas.

    They go to --folder, or over copydesk's own.

    Example: copydesk schemas write
    """
    folder = folder or _default_folder()
    folder.mkdir(parents=True, exist_ok=True)
    files = schemas.files()
    if release:
        released = Released(version=copydesk.__version__, schemas=schemas.schemas())
        files[compatibility.FILE] = msgspec.json.encode(released) + b"\n"
    for name, content in files.items():
        path = folder / name
        changed = not path.exists() or path.read_bytes() != content
        path.write_bytes(content)
        click.echo(f"{name}: {'written' if changed else 'unchanged'}")


@command.command()
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Default: copydesk's own."
)
def check(folder: Path | None) -> None:
    """Check that the schemas are up to date and compatible.

    The exit code is 1 if a file differs from what structs and topics give, or if it breaks what the last release
    promised.

    Example: copydesk schemas check
    """
    folder = folder or _default_folder()
    outdated = [
        name
        for name, content in schemas.files().items()
        if not (folder / name).exists() or (folder / name).read_bytes() != content
    ]
    for name in outdated:
        click.echo(
            f"{name} is not what structs and topics give: run `copydesk schemas write`, and add a line to "
            "schemas/CHANGELOG.md",
            err=True,
        )
    breaks = _find_breaks(folder / compatibility.FILE)
    for line in breaks:
        click.echo(line, err=True)
    raise SystemExit(Exit.REFUSED if outdated or breaks else Exit.DONE)


def _find_breaks(file: Path) -> list[str]:
    """Changes that break readers or writers of the last release's messages, one line each."""
    if not file.exists():
        return [f"{file.name} is missing: `copydesk schemas write --release` keeps what the last release promised"]
    released = msgspec.json.decode(file.read_bytes(), type=Released)
    breaks = compatibility.breaks(released.schemas, schemas.schemas())
    return [f"{line}: breaks {released.version}; it needs a v2 beside it (schemas/README.md)" for line in breaks]
