"""Progress of a long command: articles, rate and remaining time, in one line that is overwritten on a terminal."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Self

import click

from copydesk.terminal_text import escape

REDRAW_SECONDS = 0.1


class Progress:
    """Progress line on standard error; it is not printed if standard error is no terminal.

    Example::

        with Progress("publishing", total=size_in_bytes) as progress:
            progress.add(1, units=len(line))
    """

    def __init__(self, label: str, total: int | None, *, shown: bool = True) -> None:
        """Nothing is printed yet.

        Args:
            label: What the command does.
            total: Size of all work, in the units of `add`; None: unknown.
            shown: False if results are printed on the same terminal, where the line would be in the way.
        """
        self._label = label
        self._total = total
        self._shown = shown and sys.stderr.isatty()
        self._articles = 0
        self._units = 0
        self._begin = time.monotonic()
        self._drawn = 0.0
        self._width = 0

    def __enter__(self) -> Self:
        """Start the clock."""
        self._begin = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Print the final state and end its line."""
        if self._shown and self._articles:
            self._draw()
            click.echo(err=True)

    def add(self, articles: int, *, units: int) -> None:
        """Count more finished articles, and their share of the total."""
        self._articles += articles
        self._units += units
        if self._shown and time.monotonic() - self._drawn > REDRAW_SECONDS:
            self._draw()

    def say(self, line: str) -> None:
        """Print a line on standard error; the progress line is erased first."""
        if self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0
        click.echo(escape(line), err=True)

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        text = describe(self._label, self._articles, self._units, self._total, self._drawn - self._begin)
        text = text[: shutil.get_terminal_size().columns - 1]
        click.echo("\r" + text + " " * (self._width - len(text)), nl=False, err=True)
        self._width = max(self._width, len(text))


def describe(label: str, articles: int, units: int, total: int | None, seconds: float) -> str:
    """Text of the progress line.

    >>> describe("publishing", 1200, 300, 1000, 60.0)
    'publishing  1,200 articles  20/s  30 %  2 min 20 s left'
    >>> describe("processing", 3, 0, None, 6.0)
    'processing  3 articles  0.5/s'
    """
    rate = articles / seconds if seconds else 0.0
    text = f"{label}  {articles:,} articles  " + (f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
    if not total:
        return text
    share = min(1.0, units / total)
    left = seconds * (1 - share) / share if share else 0.0
    return f"{text}  {share:.0%}".replace("%", " %") + (f"  {duration(left)} left" if 0 < share < 1 else "")


def duration(seconds: float) -> str:
    """Duration in its two largest units.

    >>> duration(4.2), duration(140), duration(7300)
    ('4 s', '2 min 20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
