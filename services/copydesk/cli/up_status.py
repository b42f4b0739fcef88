"""Messages of `copydesk up`: a banner once all processes are ready, then one line of totals; trouble at any time."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

import click
import msgspec

from copydesk.terminal_text import sanitize

LOUD = frozenset({"warning", "error", "critical"})
"""Levels of log lines that are printed in any case."""


EXPECTED = "at least once"
"""Warning of every worker here, since the embedded broker has no transactions; its own line says so."""


class UpStatus:
    """Receives the log lines of the processes, and tells what matters in them."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        """Nothing runs yet.

        Args:
            processes: Number of processes by stage.
        """
        self._stages = tuple(processes)
        self._starting = sum(processes.values())
        self._ready: set[str] = set()
        self._passed: Counter[str] = Counter()
        self._dead = 0
        self._width = 0
        self._banner: tuple[str, ...] = ()
        self._told = False

    def announce(self, brokers: str, page: str | None) -> None:
        """Set what is told once all workers are ready.

        Args:
            brokers: Address of the broker.
            page: Address of the live page, if there is one.
        """
        self._banner = (
            "copydesk is running; everything is in memory, and gone at the end (Ctrl-C)",
            f"  page     {page or 'none (--no-viewer)'}",
            f"  broker   COPYDESK_BROKERS={brokers}",
            "  publish  copydesk publish FILE..., or paste and drop into the page",
        )
        self._tell_banner()

    def say(self, process: str, line: str) -> None:
        """Take a line of a process; it is printed if it is no record of the log, or a warning."""
        try:
            record: dict[str, Any] = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.MsgspecError:
            self._print(f"{process}: {line}")
            return
        event = record.get("event")
        if event == "ready":
            self._ready.add(process)  # it says so after every rebalance
            self._tell_banner()
        elif event == "article":
            self._count(process, record)
        elif record.get("level") in LOUD and event != EXPECTED:
            facts = {name: value for name, value in record.items() if name not in {"event", "level", "timestamp"}}
            self._print(f"{process}: {event} {' '.join(f'{name}={value}' for name, value in facts.items())}")

    def _count(self, process: str, record: dict[str, Any]) -> None:
        if record.get("disposition") == "passed":
            self._passed[str(record.get("stage") or process)] += 1
        else:
            self._dead += 1
        self._draw()

    def _tell_banner(self) -> None:
        if self._told or len(self._ready) < self._starting or not self._banner:
            return
        self._told = True
        for line in self._banner:
            self._print(line)

    def _draw(self) -> None:
        """Overwrite the line of totals; none on what is no terminal."""
        if not sys.stderr.isatty():
            return
        parts = [f"{stage} {self._passed[stage]}" for stage in self._stages if self._passed[stage]]
        if self._dead:
            parts.append(f"dead letters {self._dead} (copydesk dlq list)")
        text = f"passed: {', '.join(parts)}"[: shutil.get_terminal_size().columns - 1]
        click.echo("\r" + text.ljust(self._width), nl=False, err=True)
        self._width = len(text)

    def _print(self, line: str) -> None:
        if self._width:
            click.echo("\r" + " " * self._width + "\r", nl=False, err=True)
            self._width = 0
        click.echo(sanitize(line), err=True)


__all__ = ["UpStatus"]
