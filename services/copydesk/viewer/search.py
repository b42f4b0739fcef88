"""Search in the articles held: in their texts, too, with the words around what was found."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterable

import msgspec

from copydesk.viewer.query import Query
from copydesk.viewer.store import ArticleStore, StoredArticle

SLICE_SECONDS = 0.02
"""Time after which a search lets others go on. Through 5,000 articles of 25 KB it takes 0.2 to 0.6 s (measured)."""

MAX_SNIPPETS = 1_000  # of the newest articles; more would be a megabyte at each key
BEFORE, AFTER = 36, 84
"""Characters of a snippet before and after what was found."""


class _Words(msgspec.Struct):
    """Words of a document of any stage."""

    text: str | None = None
    authors: list[str] | None = None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a search."""

    cursor: str
    """Says up to which change the store was searched."""

    anew: bool
    """True if everything was searched; else only what has changed since the cursor that was given."""

    found: dict[str, str]
    """Ids of the articles that were found, each with a snippet, or with nothing if the title has all."""

    gone: tuple[str, ...]
    """Ids of changed articles that were not found."""


class Searcher:
    """Searches a store."""

    def __init__(self, store: ArticleStore) -> None:
        """The store may change while it is searched."""
        self._store = store
        self._one_at_a_time = asyncio.Lock()
        self._epoch = f"{time.time_ns():x}"

    async def find(self, query: Query, cursor: str = "") -> Found:
        """Find articles.

        Args:
            query: What to find; its order does not matter here.
            cursor: Answer only for what has changed since an earlier search for the same; empty: for all.
        """
        epoch, _, change = cursor.partition(".")
        known = epoch == self._epoch and change.isascii() and change.isdigit() and len(change) < 19
        since, last = int(change) if known else 0, self._store.last_change
        changed = [article for article in self._store if article.change > since]
        found: dict[str, str] = {}
        async with self._one_at_a_time:
            async for article, snippet in self._matches(query, changed):
                found[article.summary.id] = snippet if len(found) < MAX_SNIPPETS else ""
        gone = tuple(article.summary.id for article in changed if article.summary.id not in found) if known else ()
        return Found(cursor=f"{self._epoch}.{last}", anew=not known, found=found, gone=gone)

    async def select(self, query: Query) -> list[StoredArticle]:
        """Articles that a query finds, in its order."""
        async with self._one_at_a_time:
            found = [article async for article, _ in self._matches(query, list(self._store))]
        return sorted(found, key=query.order)

    async def _matches(
        self, query: Query, articles: Iterable[StoredArticle]
    ) -> AsyncIterator[tuple[StoredArticle, str]]:
        patterns = tuple(re.compile(re.escape(term), re.IGNORECASE) for term in query.terms)
        begin = time.monotonic()
        for article in articles:
            if time.monotonic() - begin > SLICE_SECONDS:
                await asyncio.sleep(0)
                begin = time.monotonic()
            if not query.accepts(article):
                continue
            snippet = find_terms(article, query.terms, patterns)
            if snippet is not None:
                yield article, snippet


def find_terms(article: StoredArticle, terms: tuple[str, ...], patterns: tuple[re.Pattern[str], ...]) -> str | None:
    """Snippet around the first term that the title lacks, "" if it has all, or None if a term occurs nowhere."""
    summary = article.summary
    missing = [pair for pair in zip(terms, patterns, strict=True) if not pair[1].search(summary.title)]
    if not missing:
        return ""
    facts = "\n".join((summary.lead, summary.site, summary.id, *(name.name for name in article.names)))
    if any(not pattern.search(facts) and not _may_hold(article, term) for term, pattern in missing):
        return None
    text, authors = _read_words(article.value)
    facts = f"{facts}\n{authors}"
    snippet = ""
    for _, pattern in missing:
        if match := pattern.search(text):
            snippet = snippet or _cut(text, match)
        elif match := pattern.search(facts):
            snippet = snippet or _line_of(facts, match)
        else:
            return None
    return snippet


def _may_hold(article: StoredArticle, term: str) -> bool:
    r"""Return whether the bytes of a message may hold a term: cheap, and true wherever it is not easily told.

    JSON may write any letter as an escape (\u00e9), and a quotation mark must be one.
    """
    value = article.value
    if value is None:
        return False
    if not term.isascii() or not term.isalnum() or b"\\u" in value:
        return True
    return term.lower().encode() in value.lower()


def _read_words(value: bytes | None) -> tuple[str, str]:
    """Text and authors of a document of any stage; both are empty if this is none."""
    try:
        words = msgspec.json.decode(value or b"", type=_Words)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", ""
    return words.text or "", "\n".join(words.authors or ())


def _cut(text: str, match: re.Match[str]) -> str:
    """Match in one line, with some words before and after it."""
    start, end = max(0, match.start() - BEFORE), min(len(text), match.end() + AFTER)
    before = text[start : match.start()]
    if start:
        before = "…" + (before.partition(" ")[2] or before)
    return " ".join((before + text[match.start() : end] + "…" * (end < len(text))).split())


def _line_of(text: str, match: re.Match[str]) -> str:
    start, end = text.rfind("\n", 0, match.start()) + 1, text.find("\n", match.end())
    return text[start : end if end >= 0 else len(text)][: BEFORE + AFTER]


__all__ = ["Found", "Searcher", "find_terms"]
