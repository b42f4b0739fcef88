"""Every command has help with an example, and commands that print results can print JSON."""

from __future__ import annotations

import inspect
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from types import CodeType

import click
import pytest
from click.testing import CliRunner

from copydesk.cli import Commands, main

WITH_JSON = {
    "consume", "stages", "health", "lag", "trace", "replay", "doctor", "topics list", "topics check", "dlq list",
    "dlq show", "sites list", "sites show", "trace-quote", "related",
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


def test_the_overview_says_what_each_command_says() -> None:
    context = click.Context(main)
    assert isinstance(main, Commands)
    overview = {name: text for helps in main.sections.values() for name, text in helps.items()}
    assert overview == {
        name: command.get_short_help_str(200)
        for name in main.list_commands(context)
        if (command := main.get_command(context, name)) is not None
    }


def test_the_overview_imports_no_command() -> None:
    """It is the first thing that a newcomer waits for."""
    code = (
        "import sys; from copydesk.cli import main; main(['--help'], standalone_mode=False); "
        "print(sorted({'aiokafka', 'msgspec', 'orjson', 'asyncio', 'importlib.metadata'} & set(sys.modules)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.splitlines()[-1] == "[]"


def test_every_command_that_asks_a_broker_takes_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = {
        path
        for path in commands()
        for command in [find(path)]
        if command.callback is not None
        and {"load_connection", "load_settings"} & names_in(inspect.unwrap(command.callback).__code__)
    }
    with_option = {path for path in commands() if any("--brokers" in one.opts for one in find(path).params)}
    assert len(asking) > 12
    assert asking - {("health",)} <= with_option, "health reads the reports of this machine"
    monkeypatch.setenv("COPYDESK_BROKERS", "127.0.0.1:1")
    CliRunner().invoke(main, ["lag", "--brokers", "127.0.0.1:2;3"])
    assert os.environ["COPYDESK_BROKERS"] == "127.0.0.1:2;3"


def find(path: tuple[str, ...]) -> click.Command:
    """The command of these words."""
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        below = command.get_command(click.Context(command), name)
        assert below is not None
        command = below
    return command


def names_in(code: CodeType) -> set[str]:
    """Names that a function uses."""
    return set(code.co_names)
