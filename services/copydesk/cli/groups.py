"""Groups of commands that suggest the nearest name for an unknown one."""

from __future__ import annotations

from difflib import get_close_matches

import click


class SuggestingGroup(click.Group):
    """Group of commands; an unknown name is refused with the nearest known name."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Command of the first argument, and the remaining arguments.

        Raises:
            click.UsageError: There is no such command; the message names the nearest one.
        """
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            nearest = get_close_matches(args[0], self.list_commands(ctx), n=1)
            if nearest and args[0] not in self.list_commands(ctx):
                error.message = f"{error.message.rstrip('.')}; did you mean {nearest[0]!r}?"
            raise
