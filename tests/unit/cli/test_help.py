"""Every command has help with an example, and commands that print results can print JSON."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from copydesk.cli import main

WITH_JSON = {
    "consume", "stages", "health", "lag", "trace", "replay", "doctor", "topics list", "topics check", "dlq list",
    "dlq show",
}  # fmt: skip
"""Commands whose results a program may read, too. (`process` and `dlq export` print nothing but JSON.)"""


def commands(group: click.Group = main, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Words of every command and every group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_has_an_example_with_options_that_there_are(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*path, "--help"], terminal_width=200)
    assert result.exit_code == 0
    section = result.output.partition("Example")[2].partition("\n\n")[0]
    examples = [shlex.split(line) for line in re.findall(r"copydesk (\w[^\n<>|]*)", section)]
    assert examples, "no example"
    for words in examples:
        assert tuple(words[: len(path)]) == path
        command: click.Command = main
        while isinstance(command, click.Group):
            subcommand = command.get_command(click.Context(command), words.pop(0))
            assert subcommand is not None
            command = subcommand
        known = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_every_command_with_results_can_print_json() -> None:
    with_json = {
        " ".join(path) for path in commands() if "--json" in CliRunner().invoke(main, [*path, "--help"]).output
    }
    assert with_json - {"dlq", "topics"} == WITH_JSON
