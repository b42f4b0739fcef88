"""Figures over the articles on the desk: how they fare, how noisy they are, who is quoted, how coherent they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import median

import msgspec

from copydesk.viewer.summary import Summary

BINS = 10
MOST_QUOTED = 12


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of values from 0 to 1."""

    counts: tuple[int, ...]
    """One a tenth; 1 itself is in the last."""
    median: float | None


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody whose words are reported."""

    name: str
    quotes: int
    articles: int


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """What the articles have in common."""

    articles: int
    states: dict[str, int]
    reasons: dict[str, int]
    """Of the dead letters: `cleaner: invalid`."""
    noise: Histogram
    scores: Histogram
    structures: dict[str, int]
    quotes: int
    quoted: tuple[Quoted, ...]


def count(summaries: Iterable[Summary]) -> Statistics:
    """The figures of these articles.

    >>> found = count([Summary(id="a", state="cleaned", topic="articles.cleaned", partition=0, offset=0, arrived=0,
    ...     updated=0, noise=0.25)])
    >>> found.states, found.noise.counts[2], found.noise.median
    ({'cleaned': 1}, 1, 0.25)
    """
    found = list(summaries)
    quotes, articles = Counter[str](), Counter[str]()
    for one in found:
        articles.update(name for name, _ in one.said)
        for name, said in one.said:
            quotes[name] += said
    return Statistics(
        articles=len(found),
        states=dict(Counter(one.state for one in found).most_common()),
        reasons=dict(Counter(f"{one.stage}: {one.reason}" for one in found if one.state == "dead").most_common()),
        noise=histogram(one.noise for one in found),
        scores=histogram(one.score for one in found),
        structures=dict(Counter(one.structure for one in found if one.structure).most_common()),
        quotes=sum(one.quotes or 0 for one in found),
        quoted=tuple(
            Quoted(name=name, quotes=number, articles=articles[name])
            for name, number in sorted(quotes.items(), key=lambda item: (-item[1], item[0]))[:MOST_QUOTED]
        ),
    )


def histogram(values: Iterable[float | None]) -> Histogram:
    """The histogram of the values that are there.

    >>> histogram([0.0, 0.05, 1.0, None])
    Histogram(counts=(2, 0, 0, 0, 0, 0, 0, 0, 0, 1), median=0.05)
    """
    known = [value for value in values if value is not None]
    bins = Counter(min(BINS - 1, int(value * BINS)) for value in known)
    return Histogram(counts=tuple(bins[number] for number in range(BINS)), median=median(known) if known else None)


__all__ = ["Statistics", "count", "histogram"]
