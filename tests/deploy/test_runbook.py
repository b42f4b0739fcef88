"""Every command of the runbook is one, with options that it has."""

from __future__ import annotations

import re

import click
import pytest

from copydesk.cli import Commands
from harness.require import ROOT

RUNBOOK = (ROOT / "infra" / "RUNBOOK.md").read_text()
COMMANDS = sorted(set(re.findall(r"`copydesk ([a-z][^`]*)`", RUNBOOK)))


def test_there_are_commands() -> None:
    assert len(COMMANDS) > 12


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_runbook_is_one(line: str) -> None:
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
