"""A group of commands that knows what was probably meant, and what can be completed on a command line."""

from __future__ import annotations

from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from copydesk.contracts.topics import topics
from copydesk.stage import installed


class Group(click.Group):
    """Commands; for a wrong name it suggests the nearest."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command and its arguments.

        Raises:
            click.UsageError: There is none of that name; the nearest is named.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near and args[0] not in self.list_commands(ctx):
                error.message = f"{error.message.rstrip('.')}; did you mean {near[0]!r}?"
            raise


def stages_that_begin(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """For the shell's completion."""
    return [CompletionItem(name) for name in installed() if name.startswith(incomplete)]


def topics_that_begin(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001 - click's signature
    """For the shell's completion."""
    return [CompletionItem(name) for name in topics() if name.startswith(incomplete)]
