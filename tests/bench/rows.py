"""What every benchmark prints: one table, medians with spread, ratios taken within a round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    what: str
    figures: tuple[str, ...]


def told(values: Sequence[float], digits: int = 0) -> str:
    """Median and spread."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"


def ratio(values: Sequence[float], base: Sequence[float]) -> str:
    """How many times the base, round by round, median and spread: whatever else ran in a round slowed both."""
    return told([value / other for value, other in zip(values, base, strict=True)], 2)


def beside(costs: Mapping[str, Sequence[float]], work: float, *, base: str) -> list[Row]:
    """A row each: work a CPU-second, and its CPU time as a multiple of the base's.

    Args:
        costs: CPU seconds of each round.
        work: Articles or words of one round.
        base: Whose time is 1.
    """
    return [
        Row(name, (told([work / one for one in seconds]), ratio(seconds, costs[base])))
        for name, seconds in costs.items()
    ]


def show(title: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """One part of the table."""
    lines = [f"| {title} | {' | '.join(columns)} |", "| --- |" + " ---: |" * len(columns)]
    lines += [f"| {row.what} | {' | '.join(row.figures)} |" for row in rows]
    print("\n".join(lines) + "\n", flush=True)  # noqa: T201 - what one runs it for
