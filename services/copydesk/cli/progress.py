"""How far long work is: articles, their rate, the time left. On a terminal only, in one line that is written over."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Self

import click

REDRAW_SECONDS = 0.1


class Progress:
    """One line on standard error; nothing where nobody looks.

    Example::

        with Progress("publishing", total=size_in_bytes) as progress:
            progress.add(1, units=len(line))
    """

    def __init__(self, label: str, total: int | None, *, shown: bool = True) -> None:
        """Nothing drawn yet.

        Args:
            label: What is done.
            total: How much there is, in whatever units `add` is told; None: nobody knows.
            shown: False where a line would get in the way of output on the same terminal.
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
        """Time runs from here."""
        self._begin = time.monotonic()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the last state on its line."""
        if self._shown and self._articles:
            self._draw()
            click.echo(err=True)

    def add(self, articles: int, *, units: int) -> None:
        """So many articles more are done, and so much of the total with them."""
        self._articles += articles
        self._units += units
        if self._shown and time.monotonic() - self._drawn > REDRAW_SECONDS:
            self._draw()

    def say(self, line: str) -> None:
        """Tell something on standard error, the line of progress out of its way."""
        if self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0
        click.echo(line, err=True)

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        text = describe(self._label, self._articles, self._units, self._total, self._drawn - self._begin)
        text = text[: shutil.get_terminal_size().columns - 1]
        click.echo("\r" + text + " " * (self._width - len(text)), nl=False, err=True)
        self._width = max(self._width, len(text))


def describe(label: str, articles: int, units: int, total: int | None, seconds: float) -> str:
    """The line.

    >>> describe("publishing", 1200, 300, 1000, 60.0)
    'publishing  1,200 articles  20/s  30 %  2 min 20 s left'
    >>> describe("processing", 3, 0, None, 6.0)
    'processing  3 articles  0.5/s'
    """
    rate = articles / seconds if seconds else 0.0
    told = (
        f"{label}  {articles:,} articles  {rate:.0f}/s"
        if rate >= 10
        else f"{label}  {articles:,} articles  {rate:.1f}/s"
    )
    if not total:
        return told
    share = min(1.0, units / total)
    left = seconds * (1 - share) / share if share else 0.0
    return f"{told}  {share:.0%}".replace("%", " %") + (f"  {duration(left)} left" if 0 < share < 1 else "")


def duration(seconds: float) -> str:
    """A time in words, in its two largest units.

    >>> duration(4.2), duration(140), duration(7300)
    ('4 s', '2 min 20 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
