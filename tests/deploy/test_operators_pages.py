"""Every command of the operator's pages is one, with options that it has."""

from __future__ import annotations

import re

import click
import pytest

from copydesk.cli import Commands
from harness.require import ROOT

PAGES = [
    ROOT / "infra" / "RUNBOOK.md",
    ROOT / "infra/kubernetes/README.md",
    *sorted((ROOT / "docs/operate").glob("*.md")),
]
TEXT = "".join(path.read_text(encoding="utf-8") for path in PAGES)
SHELL = "".join(re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = sorted(
    {
        *re.findall(r"`copydesk ([a-z][^`]*)`", TEXT),
        *re.findall(r"^(?:.* -- |.*run --rm -T cli )?(?:copydesk )([a-z][^>|\n]*?)(?: [>|].*)?$", SHELL, re.MULTILINE),
        *re.findall(r"run --rm -T cli ([a-z][^<\n]*?)(?: <.*)?$", SHELL, re.MULTILINE),
    }
)


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 20


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_that_is_written_down_is_one(line: str) -> None:
    words = line.split()
    context = click.Context(click.Command("copydesk"))
    command: click.Command | None = Commands().get_command(context, words.pop(0))
    while isinstance(command, click.Group) and words:
        command = command.get_command(context, words.pop(0))
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    given = [word for word in words if not word.startswith("--")]
    if not given:
        assert not [one for one in command.params if isinstance(one, click.Argument) and one.required]
