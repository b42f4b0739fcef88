"""README and other documents are true: tables agree with the code, links lead somewhere."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from copydesk.cli import Commands
from copydesk.contracts.topics import topics
from copydesk.runtime.exits import Exit
from harness.require import ROOT

DECISIONS = sorted((ROOT / "infra" / "adr").glob("[0-9]*.md"))
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "examples").glob("*.md")),
    *sorted((ROOT / "infra").glob("*/README.md")),
    ROOT / "infra/RUNBOOK.md",
    *DECISIONS,
]

LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)\)")


def rows(page: str) -> list[list[str]]:
    """The cells of the table of a page of docs/reference, without its head."""
    text = (ROOT / "docs" / "reference" / page).read_text(encoding="utf-8")
    (table,) = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    lines = table.splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_pages_that_are_made_from_the_code_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    generate = importlib.import_module("generate")
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8") == text, f"{name}: run make docs"


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Sphinx follows every link between pages and to files, and imports every module of the reference."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "--keep-going",
        "-c",
        ROOT / "docs",
        "-d",
        tmp_path / "read",
    ]
    done = subprocess.run([*command, ROOT, tmp_path / "site"], check=False, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr
    reference = (tmp_path / "site" / "docs" / "reference" / "python.html").read_text(encoding="utf-8")
    assert 'id="copydesk.client.Publisher.publish"' in reference


def test_the_readme_is_a_front_door() -> None:
    assert len((ROOT / "README.md").read_bytes()) < 9_000, "the rest belongs to docs/"


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
    assert {(name, cleanup, days, size) for name, _, _, cleanup, days, size in rows("topics.md")} == expected
    single = {"related.keys", "related.changelog", "articles.related.dlq"}
    partitions = {topic.name: topic.partitions for topic in topics().values()}
    assert {name for name, count in partitions.items() if count == 1} == single, "as the page says"
    assert {name for name, count in partitions.items() if count == 4} == {
        name for name in partitions if "sites" in name
    }
    assert set(partitions.values()) == {1, 4, 12}


def test_every_exit_code_is_told() -> None:
    listed = [int(code) for codes, _ in rows("exits.md") for code in codes.split(",")]
    assert listed == [int(code) for code in Exit]


def test_commands_that_are_written_down_are_there() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    blocks = re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    fences = "".join(block for kind, block in blocks if kind in {"", "sh"})
    written = re.findall(r"`copydesk ([a-z][a-z-]*) ?([a-z]*)", text)
    written += re.findall(r"^(?:.*(?:\||--) )?copydesk ([a-z][a-z-]*) ?([a-z]*)", fences, re.MULTILINE)
    assert len(written) > 100
    assert {name for name, _ in written} <= {name for names in Commands.sections.values() for name in names}
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
