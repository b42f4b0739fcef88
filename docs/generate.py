"""Write the pages of docs/reference that are made from the code: settings, commands, documents. `make docs` runs it."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import click
import msgspec

from copydesk.cli import Commands
from copydesk.cli import main as main_command
from copydesk.runtime.settings import Settings
from copydesk.stage import chain
from copydesk.viewer.settings import PREFIX, ViewerSettings

ROOT = Path(__file__).parents[1]
REFERENCE = Path(__file__).parent / "reference"
MADE = "<!-- Made by docs/generate.py (`make docs`); edit {source} instead. -->\n\n"
COLUMNS = 100

Json = dict[str, object]


def main() -> None:
    """Write every page."""
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


def pages() -> dict[str, str]:
    """Texts of the pages, by file name."""
    return {
        "settings.md": MADE.format(source="the settings' docstrings") + settings_page(),
        "commands.md": MADE.format(source="the commands' help") + commands_page(),
        "documents.md": MADE.format(source="the structs in services/copydesk/contracts") + documents_page(),
    }


# Settings


def settings_page() -> str:
    """A table for each owner of settings: name, default, and the docstring of the field."""
    parts = [
        "# Settings\n",
        "Settings are environment variables. `NAME_FILE` names a file that holds the value, better for secrets.",
        "A value that is not allowed ends the program with one line that names it.\n",
    ]
    for title, prefix, struct in owners():
        parts += [f"\n## {title}\n", "| variable | default | |", "| --- | --- | --- |"]
        documented = docstrings(struct)
        hints = get_type_hints(struct)
        for field in msgspec.structs.fields(struct):
            told = documented[field.name] + allowed(hints[field.name])
            for other in msgspec.structs.fields(struct):
                told = told.replace(f"`{other.name}`", f"`{prefix}{other.name.upper()}`")
            parts.append(f"| `{prefix}{field.name.upper()}` | {shown(field.default)} | {told} |")
    return "\n".join(parts) + "\n"


def owners() -> Iterator[tuple[str, str, type[msgspec.Struct]]]:
    """Heading, prefix and struct of every owner of settings, in the order of the page."""
    yield "Broker and workers", "COPYDESK_", Settings
    yield "Live page", PREFIX, ViewerSettings
    for stage in chain():
        if stage.settings is not None:
            yield f"Stage {stage.name}", f"COPYDESK_{stage.name.upper()}_", stage.settings


def docstrings(struct: type[msgspec.Struct]) -> dict[str, str]:
    """The string below each field of a struct and its bases, in one line; their absence is an error."""
    found: dict[str, str] = {}
    for owner in reversed(struct.__mro__):
        if not issubclass(owner, msgspec.Struct) or owner is msgspec.Struct:
            continue
        (body,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
        assert isinstance(body, ast.ClassDef)  # noqa: S101 - the source of a class is one
        field = ""
        for node in body.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                field = node.target.id
            elif field and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
                found[field] = " ".join(str(node.value.value).split()).replace("|", "\\|")
                field = ""
            else:
                field = ""
    return found


def allowed(kind: object) -> str:
    """The values of a setting that has only a few."""
    if get_origin(kind) is not Literal:
        return ""
    return f" One of {', '.join(f'`{value}`' for value in get_args(kind))}."


def shown(default: object) -> str:
    """A default as the table has it; an empty cell where there is none."""
    if default is None or default == "":
        return ""
    return f"`{default:.15g}`" if isinstance(default, float) else f"`{default}`"


# Commands


def commands_page() -> str:
    """The help of every command, in the sections and the order of `copydesk --help`."""
    parts = [
        "# Commands\n",
        "Results go to standard output, everything else to standard error.",
        '`eval "$(_COPYDESK_COMPLETE=bash_source copydesk)"` makes bash complete commands, stages and topics',
        "(zsh, fish: `zsh_source`, `fish_source`). [Exit codes](exits.md) have a page of their own.\n",
    ]
    root = click.Context(main_command, info_name="copydesk", **main_command.context_settings)
    for section, names in Commands.sections.items():
        parts.append(f"\n## {section}\n")
        for name in names:
            command = main_command.get_command(root, name)
            assert command is not None, name  # noqa: S101 - the sections name what there is
            parts += list(command_help(command, root, 3))
    return "\n".join(parts) + "\n"


def command_help(command: click.Command, parent: click.Context, level: int) -> Iterator[str]:
    """Heading and help of a command and of the commands below it."""
    ctx = click.Context(command, info_name=command.name, parent=parent, terminal_width=COLUMNS)
    yield f"{'#' * level} {ctx.command_path}\n"
    yield f"```text\n{command.get_help(ctx).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(ctx):
            below = command.get_command(ctx, name)
            if below is not None and not below.hidden:
                yield from command_help(below, ctx, level + 1)


# Documents


def documents_page() -> str:
    """A table of the fields of every schema: name, type, meaning."""
    parts = [
        "# Documents\n",
        "The fields of the messages' values, from the [JSON Schemas](../../schemas/README.md). Examples of each are in",
        "`schemas/examples`, and [AsyncAPI](../../schemas/asyncapi.html) shows them beside topics and headers.",
        "Offsets count Unicode code points, half-open; times are RFC 3339 with a time zone.\n",
    ]
    described: set[str] = set()
    for path in sorted((ROOT / "schemas").glob("*.schema.json")):
        schema: Json = json.loads(path.read_text(encoding="utf-8"))
        parts += [f"\n## {path.name.removesuffix('.schema.json')}\n", text_of(schema), ""]
        parts += fields_table(schema)
        definitions = schema.get("$defs", {})
        assert isinstance(definitions, dict)  # noqa: S101 - JSON Schema says so
        for name, definition in definitions.items():
            if name in described or "properties" not in definition:
                continue
            described.add(name)
            parts += [f"\n### {name}\n", text_of(definition), "", *fields_table(definition)]
    return "\n".join(parts) + "\n"


def text_of(schema: Json) -> str:
    """The description of a schema, or of the first of its alternatives that has one, in one line."""
    alternatives = schema.get("anyOf", [])
    assert isinstance(alternatives, list)  # noqa: S101 - JSON Schema says so
    if "description" not in schema:
        return next((text for text in map(text_of, alternatives) if text), "")
    return " ".join(str(schema["description"]).split()).replace("|", "\\|").replace("<", "&lt;")


def fields_table(schema: Json) -> list[str]:
    """Lines of the table of an object's fields."""
    properties, required = schema.get("properties", {}), schema.get("required", [])
    assert isinstance(properties, dict)  # noqa: S101 - JSON Schema says so
    assert isinstance(required, list)  # noqa: S101 - ditto
    lines = ["| field | type | |", "| --- | --- | --- |"]
    for name, field in properties.items():
        optional = "" if name in required else " (optional)"
        lines.append(f"| `{name}`{optional} | {type_of(field)} | {text_of(field)} |")
    return lines


def type_of(schema: Json) -> str:
    """The type of a field in words: `list of Block`, `string or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            options = schema[choice]
            assert isinstance(options, list)  # noqa: S101 - JSON Schema says so
            return " or ".join(type_of(option) for option in options)
    if "enum" in schema:
        values = schema["enum"]
        assert isinstance(values, list)  # noqa: S101 - JSON Schema says so
        return " or ".join(f"`{value}`" for value in values)
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "any")
    items = schema.get("items")
    if kind == "array" and isinstance(items, dict):
        return f"list of {type_of(items)}"
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


if __name__ == "__main__":
    main()
