"""The `copydesk` command: one module per command, imported when the command runs."""

from __future__ import annotations

import errno
import os
import traceback
from importlib import import_module
from typing import ClassVar

import click

import copydesk
from copydesk.cli.groups import SuggestingGroup
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, sanitize


class Commands(SuggestingGroup):
    """All commands, in sections for `--help`; only the command that runs is imported."""

    sections: ClassVar[dict[str, dict[str, str]]] = {
        "First steps": {
            "demo": "Run the whole pipeline on the sample articles.",
            "up": "Run the whole pipeline on this machine until Ctrl-C.",
            "viewer": "Serve the live page until Ctrl-C.",
        },
        "Articles": {
            "publish": "Publish articles from files, folders or standard input.",
            "withdraw": "Withdraw articles by their ids.",
            "consume": "Print the messages of a topic.",
            "process": "Run articles through the stages without a broker.",
            "trace-quote": "Trace words over articles: first place, spread, forms, speakers.",
            "related": "Show what belongs to article ID: copies, changes, shared quotations.",
        },
        "Workers": {
            "run": "Run one worker of STAGE until SIGTERM or Ctrl-C.",
            "stages": "List the installed stages.",
            "health": "Check the health of the workers on this machine.",
        },
        "Operations": {
            "topics": "List, create and check the topics of schemas/topics.",
            "schemas": "Write or check the JSON Schemas and AsyncAPI.",
            "dlq": "List, show, retry and export dead letters.",
            "lag": "Show how many articles wait for each stage, and since when.",
            "sites": "Show what is known of sites, and correct it.",
            "trace": "Show an article's messages on all topics.",
            "replay": "Process the articles on TOPIC once more.",
            "doctor": "Check everything that a worker on this machine needs.",
        },
    }
    """Commands by section, each with the first sentence of its help: `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names of all commands, in the order of `--help`."""
        return [name for helps in self.sections.values() for name in helps]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command's module and return the command, or None if there is no such command."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"copydesk.cli.{cmd_name.replace('-', '_')}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"copydesk.cli.{cmd_name}.command is no command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command, and turn Ctrl-C and unexpected errors into their exit codes; NO_COLOR turns colours off."""
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # click's own exit code would be 1
            click.echo("copydesk: interrupted", err=True)
            raise SystemExit(Exit.INTERRUPTED) from None
        except click.ClickException as error:
            error.message = escape(error.message)  # it may hold the name of a file
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except OSError as error:
            if error.errno == errno.EPIPE:  # the reader of our output has closed it: click ends quietly
                raise
            click.echo(f"copydesk: {escape(str(error))}", err=True)  # a full disk, a folder without write permission
            raise SystemExit(Exit.RESTART) from None
        except Exception:  # noqa: BLE001 - Python's own exit code would be 1, which means refused input
            click.echo(sanitize(traceback.format_exc()), nl=False, err=True)
            raise SystemExit(Exit.RESTART) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - ditto
        """Write the sections, one line per command."""
        for title, helps in self.sections.items():
            with formatter.section(title):
                formatter.write_dl(list(helps.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(copydesk.__version__, prog_name="copydesk")
def main() -> None:
    """Turn scraped news into clean text, people, quotes and coherence.

    Results go to standard output, everything else to standard error. Exit codes: 0 success, 1 some input was
    refused or a check found a problem, 2 wrong use, 3 the broker does not answer, 5 wrong setup, 70 fenced or a bug,
    130 and 143 ended by Ctrl-C or SIGTERM.

    Example: copydesk demo
    """
