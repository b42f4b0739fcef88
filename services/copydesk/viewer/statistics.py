"""Statistics of the newest articles: states, noise, quotes, coherence, days, sites."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median

import msgspec

from copydesk.viewer.names import Name, usual_spelling
from copydesk.viewer.summary import Summary
from copydesk.viewer.times import article_time, format_day

BINS = 10
MOST_QUOTED = 20
MOST_SITES = 25
MOST_DAYS = 400


class Histogram(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of values from 0 to 1."""

    counts: tuple[int, ...]
    """Count of each tenth; the value 1 is in the last."""
    median: float | None


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """A quoted person or organization."""

    name: str
    kind: str
    quotes: int
    articles: int


class SiteFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of a site."""

    site: str
    articles: int
    quotes: int
    removed: float | None
    """Median share that was removed."""

    score: float | None
    """Median probability of one story."""


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over some articles."""

    articles: int
    states: dict[str, int]
    reasons: dict[str, int]
    """Dead letters by stage and reason, such as `cleaner: invalid`."""
    noise: Histogram
    scores: Histogram
    structures: dict[str, int]
    quotes: int
    quoted: tuple[Quoted, ...]
    days: tuple[tuple[str, int, int], ...]
    """Days of publication, or of arrival where that is unknown (UTC), with their numbers of articles and quotations."""

    sites: tuple[SiteFigures, ...]
    """Sites with most articles."""

    other_sites: int
    """Number of further sites."""


def compute_statistics(shown: Iterable[tuple[Summary, Sequence[Name]]]) -> Statistics:
    """Statistics of these articles, each with its names.

    >>> statistics = compute_statistics([(Summary(id="a", state="cleaned", topic="articles.cleaned", partition=0,
    ...     offset=0, arrived=0, updated=0, noise=0.25), ())])
    >>> statistics.states, statistics.noise.counts[2], statistics.noise.median
    ({'cleaned': 1}, 1, 0.25)
    """
    pairs = list(shown)
    articles = [summary for summary, _ in pairs]
    dead = (article for article in articles if article.state == "dead")
    return Statistics(
        articles=len(articles),
        states=dict(Counter(article.state for article in articles).most_common()),
        reasons=dict(Counter(f"{article.stage}: {article.reason}" for article in dead).most_common()),
        noise=histogram(article.noise for article in articles),
        scores=histogram(article.score for article in articles),
        structures=dict(Counter(article.structure for article in articles if article.structure).most_common()),
        quotes=sum(article.quotes or 0 for article in articles),
        days=_by_day(articles),
        sites=_by_site(articles),
        other_sites=max(0, len({article.site for article in articles}) - MOST_SITES),
        quoted=_most_quoted([names for _, names in pairs]),
    )


def _by_day(articles: Iterable[Summary]) -> tuple[tuple[str, int, int], ...]:
    counts, quotes = Counter[str](), Counter[str]()
    for article in articles:
        day = format_day(article_time(article))
        counts[day] += 1
        quotes[day] += article.quotes or 0
    return tuple((day, counts[day], quotes[day]) for day in sorted(counts)[-MOST_DAYS:])


def _by_site(articles: Iterable[Summary]) -> tuple[SiteFigures, ...]:
    by_site: defaultdict[str, list[Summary]] = defaultdict(list)
    for article in articles:
        by_site[article.site].append(article)
    most = sorted(by_site.items(), key=lambda item: (-len(item[1]), item[0]))[:MOST_SITES]
    return tuple(
        SiteFigures(
            site=site,
            articles=len(own),
            quotes=sum(article.quotes or 0 for article in own),
            removed=_median(article.noise for article in own),
            score=_median(article.score for article in own),
        )
        for site, own in most
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _most_quoted(articles: Iterable[Sequence[Name]]) -> tuple[Quoted, ...]:
    """Speakers with most quotations, their spellings joined under the most frequent one."""
    quotes = Counter[tuple[str, str]]()
    spellings: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    in_articles = Counter[tuple[str, str]]()
    by_article = [[name for name in names if name.said] for names in articles]
    people = {name.key for names in by_article for name in names if name.kind == "person"}
    for names in by_article:
        speakers = [("person", name.bearer) if name.bearer in people else (name.kind, name.key) for name in names]
        in_articles.update(set(speakers))
        for speaker, name in zip(speakers, names, strict=True):
            quotes[speaker] += name.said
            spellings[speaker][name.name] += 1
    most = sorted(quotes.items(), key=lambda item: (-item[1], item[0]))[:MOST_QUOTED]
    return tuple(
        Quoted(name=usual_spelling(spellings[speaker]), kind=speaker[0], quotes=count, articles=in_articles[speaker])
        for speaker, count in most
    )


def histogram(values: Iterable[float | None]) -> Histogram:
    """Histogram of the values that are not None.

    >>> histogram([0.0, 0.05, 1.0, None])
    Histogram(counts=(2, 0, 0, 0, 0, 0, 0, 0, 0, 1), median=0.05)
    """
    known = [value for value in values if value is not None]
    bins = Counter(min(BINS - 1, int(value * BINS)) for value in known)
    return Histogram(counts=tuple(bins[number] for number in range(BINS)), median=median(known) if known else None)


__all__ = ["Statistics", "compute_statistics", "histogram"]
