"""Commands that run in the foreground until a signal: stopping them, and printing the lines of their processes."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping

import click

from copydesk.terminal_text import sanitize

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "bright_red")


def stop_on_signals() -> asyncio.Event:
    """Event that Ctrl-C or SIGTERM sets; a second signal ends the process at once, and its children with it."""
    stop = asyncio.Event()

    def on_signal(number: int) -> None:
        if stop.is_set():
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on_signal, number)
    return stop


def make_prefixed_echo(counts: Mapping[str, int]) -> Callable[[str, str], None]:
    """Function that prints a process's line on standard error, after the coloured name of the process.

    Args:
        counts: Number of processes of each name; the names of several processes end in their numbers (`extractor-2`).
    """
    order = [*counts, "broker"]
    width = max(len(name) for name in order) + 2 * any(count > 1 for count in counts.values())

    def echo(process: str, line: str) -> None:
        name = process if process in order else process.rpartition("-")[0]
        colour = COLOURS[order.index(name) % len(COLOURS)]
        click.secho(f"{process:{width}} | ", fg=colour, nl=False, err=True)
        click.echo(sanitize(line), err=True)

    return echo
