"""README and other documents are true: tables agree with the code, links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import click
import msgspec
import pytest

from copydesk.cli import Commands
from copydesk.contracts.topics import topics
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.stage import chain
from copydesk.viewer.settings import PREFIX, ViewerSettings
from harness.require import ROOT

DECISIONS = sorted((ROOT / "infra" / "adr").glob("[0-9]*.md"))
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    ROOT / "docs/limits.md",
    ROOT / "docs/tutorial.md",
    ROOT / "infra/adr/README.md",
    *DECISIONS,
]

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")


def rows(section: str, table: int = 0) -> list[list[str]]:
    """The cells of a table of a section of the README, without its head."""
    _, _, text = (ROOT / "README.md").read_text(encoding="utf-8").partition(f"\n## {section}\n")
    tables = re.findall(r"(?:^\|.*\n)+", text.partition("\n## ")[0], re.MULTILINE)
    lines = tables[table].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def shown(default: object) -> str:
    """A default as the table has it; text tells what an empty one means."""
    if default in {None, ""}:
        return ""
    return f"`{default:.15g}`" if isinstance(default, float) else f"`{default}`"


def test_every_setting_is_told_with_its_default() -> None:
    structs: list[tuple[str, type[msgspec.Struct]]] = [("COPYDESK_", Settings), (PREFIX, ViewerSettings)]
    structs += [(f"COPYDESK_{stage.name.upper()}_", stage.settings) for stage in chain() if stage.settings is not None]
    expected = [
        (f"`{prefix}{field.name.upper()}`", shown(field.default))
        for prefix, struct in structs
        for field in msgspec.structs.fields(struct)
    ]
    assert [(name, default) for name, default, _ in rows("Settings")] == expected


def test_every_topic_is_told() -> None:
    expected = {
        (
            f"`{topic.name}`",
            ",".join(topic.cleanup),
            f"{topic.retention_hours / 24:g} days" if "delete" in topic.cleanup else "no limit",
            f"{topic.max_message_bytes / 2**20:g} MiB",
        )
        for topic in topics().values()
    }
    assert {(name, cleanup, days, size) for name, _, _, cleanup, days, size in rows("Topics")} == expected
    assert {topic.partitions for topic in topics().values() if "sites" not in topic.name} == {12}, "as the README says"
    assert {topic.partitions for topic in topics().values() if "sites" in topic.name} == {4}


def test_every_command_is_told_in_the_order_of_the_help() -> None:
    assert [name.strip("`") for name, _ in rows("Commands")] == [
        name for names in Commands.sections.values() for name in names
    ]


def test_every_exit_code_is_told() -> None:
    listed = [int(code) for codes, _ in rows("Commands", table=1) for code in codes.split(",")]
    assert listed == [int(code) for code in Exit]


def test_commands_that_are_written_down_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    fences = "".join(re.findall(r"^```[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    written = re.findall(r"`copydesk ([a-z][a-z-]*) ?([a-z]*)", text)
    written += re.findall(r"^(?:.*\| )?copydesk ([a-z][a-z-]*) ?([a-z]*)", fences, re.MULTILINE)
    assert {name for name, _ in written} == {name for names in Commands.sections.values() for name in names}
    for name, rest in written:
        command = Commands().get_command(click.Context(Commands()), name)
        if rest and isinstance(command, click.Group):
            assert rest in command.commands, f"copydesk {name} {rest}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in LINK.findall(path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.name)
def test_a_decision_is_short_and_has_its_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 30
    assert re.findall(r"^## (\w+)", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Measured"]
    assert f"]({path.name})" in (path.parent / "README.md").read_text(encoding="utf-8"), "the index names it"
