"""The `copydesk` command: one file a command, imported when it is called."""

from __future__ import annotations

import errno
import os
import traceback
from importlib import import_module
from typing import ClassVar

import click

import copydesk
from copydesk.cli.groups import Group
from copydesk.runtime.exits import Exit


class Commands(Group):
    """Commands by name, in groups for `--help`; the modules of the others stay unimported."""

    sections: ClassVar[dict[str, tuple[str, ...]]] = {
        "First steps": ("demo", "up", "viewer"),
        "Articles": ("publish", "withdraw", "consume", "process"),
        "Workers": ("run", "stages", "health"),
        "Operations": ("topics", "schemas", "dlq", "lag", "trace", "replay", "doctor"),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order in which `--help` shows them."""
        return [name for names in self.sections.values() for name in names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"copydesk.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"copydesk.cli.{cmd_name}.command is no command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command: without colours where NO_COLOR is set; Ctrl-C and what went wrong have their exit codes."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # click would say 1
            click.echo("copydesk: interrupted", err=True)
            raise SystemExit(Exit.INTERRUPTED) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            if error.errno == errno.EPIPE:  # whoever read our output has enough: click ends quietly
                raise
            click.echo(f"copydesk: {error}", err=True)  # a full disk, a folder that cannot be written
            raise SystemExit(Exit.RESTART) from None
        except Exception:  # noqa: BLE001 - Python would say 1: some input was refused
            click.echo(traceback.format_exc(), nl=False, err=True)
            raise SystemExit(Exit.RESTART) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sections with a line a command."""
        for title, names in self.sections.items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(70)) for name, command in commands if command])


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(copydesk.__version__, prog_name="copydesk")
def main() -> None:
    """Clean text, people, quotes with speakers and topic coherence out of dirty news.

    Results go to standard output, everything else to standard error. Exit codes: 0 done, 1 some input was
    refused or a check found something, 2 wrong use, 3 broker out of reach, 5 set up wrongly, 70 fenced or a bug,
    130 and 143 ended by Ctrl-C and SIGTERM.

    Example: copydesk demo
    """
