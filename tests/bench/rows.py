"""Output of every benchmark: one table, medians with spread, ratios taken within a round."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

NOTES = "COPYDESK_BENCH_NOTES"
"""Names the file that `everything.py` gathers tables from, a line of JSON each."""


class Row(NamedTuple):
    """One line of the table."""

    what: str
    figures: tuple[str, ...]


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and spread."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def ratio(values: Sequence[float], base: Sequence[float]) -> str:
    """Ratio to the base, round by round, as median and spread: other load in a round slows both."""
    return spread([value / other for value, other in zip(values, base, strict=True)], 2)


def beside(costs: Mapping[str, Sequence[float]], work: float, *, base: str) -> list[Row]:
    """A row each: work a CPU-second, and its CPU time as a multiple of the base's.

    Args:
        costs: CPU seconds of each round.
        work: Articles or words of one round.
        base: Whose time is 1.
    """
    return [
        Row(
            name,
            (spread([work / one for one in seconds]), "1" if name == base else ratio(seconds, costs[base])),
        )
        for name, seconds in costs.items()
    ]


def show(title: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Print one part of the table, and note it for whoever puts the parts together."""
    lines = [f"| {title} | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    lines += [f"| {row.what} | {' | '.join(row.figures)} |" for row in rows]
    print("\n".join(lines) + "\n", flush=True)  # noqa: T201 - what one runs it for
    note({"title": title, "columns": columns, "rows": rows})


def miss(what: str) -> None:
    """Say what could not be measured and why."""
    print(f"not measured: {what}", flush=True)  # noqa: T201 - ditto
    note({"missing": what})


def note(what: Mapping[str, Any]) -> None:
    """Keep it where the notes are gathered, if they are."""
    if path := os.environ.get(NOTES):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")
