"""A view of the list: which articles, and in which order. The page, its exports and its addresses share it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from copydesk.viewer.store import StoredArticle
from copydesk.viewer.summary import Summary

DAY_MS = 86_400_000
MAX_TERMS = 12
MAX_TERM_CHARACTERS = 100
MAX_ZONE_MINUTES = 24 * 60

_split_terms = re.compile(r'"([^"]*)"?|(\S+)').findall

STATES: Mapping[str, Callable[[Summary], bool]] = {
    "all": lambda _: True,
    "scored": lambda article: article.state == "scored",
    "way": lambda article: article.state in {"raw", "cleaned", "extracted"},
    "quoted": lambda article: bool(article.quotes),
    "mixed": lambda article: article.structure not in {"", "single"},
    "doubt": lambda article: bool(article.doubts),
    "dead": lambda article: article.state in {"dead", "unreadable"},
    "withdrawn": lambda article: article.state == "withdrawn",
}
"""Conditions that a reader can choose; the page has the words for them."""


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


SORTS: Mapping[str, Callable[[Summary], float]] = {
    "newest": lambda article: -article.arrived,
    "published": lambda article: -_or(article.published, -(2**60)),
    "noise": lambda article: -_or(article.noise, -1),
    "score": lambda article: _or(article.score, 2),
    "quotes": lambda article: -_or(article.quotes, -1),
}
"""Orders of the list: the article with the smallest value comes first, those without a value last."""


class Query(NamedTuple):
    """Conditions on articles, and their order; an empty or None field is no condition."""

    terms: tuple[str, ...] = ()
    """Words or phrases that must all occur."""

    state: str = "all"
    site: str = ""
    """Part of the site's name, in lower case."""

    language: str = ""
    """Language, in lower case; "en" finds "en-GB", too."""

    speaker: str = ""
    """Part of a speaker's name, in lower case."""

    since: int | None = None
    """Published at this time or later, in milliseconds since 1970."""

    until: int | None = None
    """Published before this time."""

    sort: str = "newest"

    def accepts(self, article: StoredArticle) -> bool:
        """Return whether an article meets all conditions except the terms."""
        summary = article.summary
        return (
            STATES[self.state](summary)
            and self.site in summary.site.lower()
            and self._has_language(summary.language.lower())
            and (not self.speaker or any(name.said and self._is_speaker(name.name, name.key) for name in article.names))
            and self._is_in_time(summary.published)
        )

    def _has_language(self, language: str) -> bool:
        return not self.language or language == self.language or language.startswith(f"{self.language}-")

    def _is_speaker(self, *spellings: str) -> bool:
        words = self.speaker.split()
        return any(all(word in spelling.lower() for word in words) for spelling in spellings)

    def _is_in_time(self, published: int | None) -> bool:
        if self.since is None and self.until is None:
            return True
        if published is None:
            return False
        return (self.since is None or published >= self.since) and (self.until is None or published < self.until)

    def order(self, article: StoredArticle) -> tuple[float, str]:
        """Key by which the articles are sorted."""
        return SORTS[self.sort](article.summary), article.summary.id


def read_query(parameters: Mapping[str, str]) -> Query:
    """Query in the parameters of an address; a value that is none counts as no condition.

    Args:
        parameters: `q`, `state`, `site`, `language`, `speaker`, `from` and `to` (days, such as 2026-11-12), `sort`,
            and `zone`: minutes by which the reader's midnight comes after that of UTC.

    >>> read_query({"q": 'bridge "to the south"', "state": "scored", "to": "1970-01-01", "zone": "60"})[:2]
    (('bridge', 'to the south'), 'scored')
    """
    get: Callable[[str, str], Any] = parameters.get
    zone = _read_zone(get("zone", ""))
    last = _read_day(get("to", ""), zone)
    return Query(
        terms=read_terms(get("q", "")),
        state=_choose(get("state", ""), STATES, "all"),
        site=get("site", "").strip().lower(),
        language=get("language", "").strip().lower(),
        speaker=get("speaker", "").strip().lower(),
        since=_read_day(get("from", ""), zone),
        until=None if last is None else last + DAY_MS,
        sort=_choose(get("sort", ""), SORTS, "newest"),
    )


def read_terms(text: str) -> tuple[str, ...]:
    """Words of a search, and phrases between quotation marks.

    >>> read_terms('  new  "by the sea" open"end ')
    ('new', 'by the sea', 'open"end')
    """
    terms = ((phrase or word).strip() for phrase, word in _split_terms(text))
    return tuple(term[:MAX_TERM_CHARACTERS] for term in terms if term)[:MAX_TERMS]


def _choose(value: str, known: Mapping[str, object], default: str) -> str:
    return value if value in known else default


def _read_zone(minutes: str) -> timedelta:
    digits = minutes.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 6):
        return timedelta()
    number = min(int(digits), MAX_ZONE_MINUTES)
    return timedelta(minutes=-number if minutes.startswith("-") else number)


def _read_day(day: str, zone: timedelta) -> int | None:
    """First moment of a day, in milliseconds since 1970, or None if this is no day."""
    try:
        midnight = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
        return int((midnight + zone).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


__all__ = ["SORTS", "STATES", "Query", "read_query", "read_terms"]
