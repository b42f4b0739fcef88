"""What every command has: help with an example, and JSON where there is something to read."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from copydesk.cli import main

READS = {
    "consume", "stages", "health", "lag", "trace", "replay", "doctor", "topics list", "topics check", "dlq list",
    "dlq show",
}  # fmt: skip
"""Commands that tell something: a program may want to read it, too. (`process` and `dlq export` write nothing else.)"""


def commands(group: click.Group = main, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command there is, and every group."""
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*before, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_has_an_example_with_options_that_there_are(path: tuple[str, ...]) -> None:
    told = CliRunner().invoke(main, [*path, "--help"], terminal_width=200)
    assert told.exit_code == 0
    section = told.output.partition("Example")[2].partition("\n\n")[0]
    examples = [shlex.split(line) for line in re.findall(r"copydesk (\w[^\n<>|]*)", section)]
    assert examples, "no example"
    for words in examples:
        assert tuple(words[: len(path)]) == path
        command: click.Command = main
        while isinstance(command, click.Group):
            found = command.get_command(click.Context(command), words.pop(0))
            assert found is not None
            command = found
        known = {option for param in command.params for option in param.opts}
        assert {word for word in words if word.startswith("--")} <= known


def test_what_tells_something_tells_it_as_json_too() -> None:
    found = {" ".join(path) for path in commands() if "--json" in CliRunner().invoke(main, [*path, "--help"]).output}
    assert found - {"dlq", "topics"} == READS
