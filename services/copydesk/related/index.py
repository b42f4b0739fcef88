"""Changes by one article: it joins groups and utterances, replaces its older version, is withdrawn, or grows old.

Everything is a function of the rows, the article and the stream's time: the same articles in the same order give the
same rows and the same documents.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from copydesk.contracts.related import ArticleKeys, RelatedArticle, TracedQuote, VersionChange, Versions
from copydesk.related import grouping, quotations, utterances
from copydesk.related.copies import hash_site, split_fingerprints
from copydesk.related.documents import describe_article, describe_utterance, list_group
from copydesk.related.queue import Queued, next_number, pop, push
from copydesk.related.rows import (
    COUNTERS_KEY,
    ArticleRow,
    CardRow,
    GroupRow,
    MemberRow,
    Rows,
    SightingRow,
    article_key,
    card_key,
    fingerprint_key,
    group_key,
    group_owner_key,
    members_key,
    shingle_key,
    sightings_key,
    text_key,
    utterance_key,
)
from copydesk.related.versions import Change, find_version_changes
from copydesk.related.words import WordWeights

DAY_MS = 86_400_000

MAX_AHEAD_MS = 3_600_000
"""Largest time by which an article's own date may lie ahead of its ingestion."""

FIRST_DATE_MS = 631_152_000_000
"""First plausible date: 1990."""

MAX_EXPIRED = 4
"""Articles that may leave the window at a time: more than come, so that the queue never grows, and few enough that no
article waits long for it."""

MAX_CHANGES, MAX_CHANGE_CHARACTERS = 30, 1_000
"""Changes of a version that are told, and code points of each side."""


class Updates(NamedTuple):
    """New documents by key; None: there is none any more."""

    articles: dict[str, RelatedArticle | None]
    quotes: dict[str, TracedQuote | None]


class Index:
    """Rows in the hands of one article."""

    def __init__(self, rows: Rows, weights: WordWeights, *, window_ms: int, now: int) -> None:
        """Begin.

        Args:
            rows: The rows, as the article finds them.
            weights: How much each word tells.
            window_ms: Time within which articles meet.
            now: Time of the stream, in milliseconds since 1970.
        """
        self.rows = rows
        self._weights = weights
        self._window_ms = window_ms
        self._now = now
        self._articles: set[str] = set()
        self._groups: set[int] = set()
        self._utterances: set[int] = set()

    def add(self, article: ArticleKeys, ingested: int | None) -> None:
        """Add an article; a new version replaces the older one, and the same version again changes nothing.

        Args:
            article: The article.
            ingested: Time of its ingestion, in milliseconds since 1970; None: unknown.
        """
        rows = self.rows
        key = article_key(article.id)
        rows.prefetch([COUNTERS_KEY, key, *(make(article.id) for make in (text_key, card_key, group_owner_key))])
        digest = hashlib.blake2b(msgspec.json.encode(article), digest_size=16).digest()
        before = rows.load(key, ArticleRow)
        if before is not None and before.indexed and before.digest == digest:
            return
        self._articles.add(article.id)
        versions = self._compare_versions(article, before)
        if before is not None:
            self._leave(article.id, before)
        self._prefetch(article)
        at, published = find_time(article.published_at, ingested)
        number, site = next_number(rows), hash_site(article.site)
        member = MemberRow(article=article.id, site=article.site, at=at, published=published)
        group = grouping.join(rows, number, member, site, article.fingerprints)
        self._groups.add(group.number)
        row = ArticleRow(
            number=number, digest=digest, group=group.number, share=round(group.share, 3), site=site,
            fingerprints=article.fingerprints, quotes=[], text_sha256=article.text_sha256,
            versions=versions, queued=self._now,
        )  # fmt: skip
        card = CardRow(site=article.site, title=article.title, url=article.url, at=at, published=published)
        rows.store(card_key(article.id), card)
        for quote in article.quotes:
            sighting = SightingRow(
                article=article.id, quote=quote.id, text=quote.text, score=1.0, speaker=quote.speaker,
                basis=quote.basis, copy_of=None if group.id == article.id else group.id,
            )  # fmt: skip
            found = utterances.join(
                rows, self._weights, next_number(rows), sighting, time=at, window_ms=self._window_ms
            )
            row.quotes.append((quote.id, found))
            self._utterances.add(found)
        rows.store(key, row)
        rows.put(text_key(article.id), zlib.compress(article.text.encode("utf-8", "replace")))
        push(rows, Queued(self._now, article.id, number))

    def withdraw(self, id_: str) -> None:
        """Take an article out, with every word that only it had."""
        row = self.rows.load(article_key(id_), ArticleRow)
        self._articles.add(id_)
        if row is None:
            return
        self._leave(id_, row)
        for key in (article_key(id_), card_key(id_), text_key(id_)):
            self.rows.put(key, None)

    def expire(self) -> None:
        """Let a few articles leave the window. Documents stay as they are."""
        expired = 0
        for item in pop(self.rows, self._now - self._window_ms):
            key = article_key(item.article)
            row = self.rows.load(key, ArticleRow)
            if row is None or row.number != item.number:
                continue
            self.rows.prefetch(map(fingerprint_key, split_fingerprints(row.fingerprints)))
            lives = [grouping.grow_old(self.rows, item.article, row)]
            lives += [utterances.grow_old(self.rows, number, indexed=row.indexed) for _, number in row.quotes]
            self.rows.put(text_key(item.article), None)
            if any(lives):
                row.indexed, row.fingerprints, row.queued = False, b"", self._now
                self.rows.store(key, row)
                push(self.rows, Queued(self._now, item.article, row.number))
            else:
                self.rows.put(key, None)
                self.rows.put(card_key(item.article), None)
            expired += 1
            if expired == MAX_EXPIRED:
                return

    def updates(self) -> Updates:
        """Documents that are other than before."""
        self._find_members()
        before, after = self.rows.load_before, self.rows.load
        articles = {
            id_: now
            for id_ in sorted(self._articles)
            if (now := describe_article(after, id_)) != describe_article(before, id_)
        }
        old = {doc.id: doc for number in sorted(self._utterances) if (doc := describe_utterance(before, number))}
        new = {doc.id: doc for number in sorted(self._utterances) if (doc := describe_utterance(after, number))}
        quotes = {id_: new.get(id_) for id_ in sorted(old.keys() | new.keys()) if old.get(id_) != new.get(id_)}
        return Updates(articles, quotes)

    def _find_members(self) -> None:
        """Find the articles whose group has another origin now, or became one, or is none any more."""
        for number in self._groups:
            states = []
            for load in (self.rows.load_before, self.rows.load):
                group = load(group_key(number), GroupRow)
                if group is not None:
                    self._articles.add(group.id)
                states.append(None if group is None or group.count < 2 else group.origin)
            if states[0] != states[1]:
                for load in (self.rows.load_before, self.rows.load):
                    self._articles.update(list_group(load, number))
        self.rows.prefetch(map(article_key, sorted(self._articles)))

    def _leave(self, id_: str, row: ArticleRow) -> None:
        rows = self.rows
        rows.prefetch([group_key(row.group), members_key(row.group)])
        rows.prefetch(key for _, number in row.quotes for key in (utterance_key(number), sightings_key(number)))
        self._groups.add(row.group)
        grouping.leave(rows, id_, row)
        for quote, number in row.quotes:
            self._utterances.add(number)
            utterances.leave(rows, id_, quote, number, indexed=row.indexed)

    def _prefetch(self, article: ArticleKeys) -> None:
        """Read the rows that the article will need, in two calls instead of several a quotation."""
        keys = [quotations.make_keys(quotations.split_fragments(quote.text)) for quote in article.quotes]
        wanted = [fingerprint_key(value) for value in split_fingerprints(article.fingerprints)]
        self.rows.prefetch([*wanted, *(shingle_key(one) for shingles in keys for one in sorted(shingles))])
        numbers = {number for shingles in keys for number in quotations.count_candidates(self.rows, shingles)}
        self.rows.prefetch(map(utterance_key, sorted(numbers)))

    def _compare_versions(self, article: ArticleKeys, before: ArticleRow | None) -> bytes | None:
        """Difference from the version before; that of the older one if the text is the same."""
        packed = self.rows.get(text_key(article.id))
        if before is None or packed is None:
            return None
        changes = find_version_changes(zlib.decompress(packed).decode(), article.text)
        if before.text_sha256 == article.text_sha256 or not changes:
            return before.versions
        return msgspec.msgpack.encode(_describe_changes(changes, before.text_sha256))


def find_time(published_at: int | None, ingested: int | None) -> tuple[int | None, bool]:
    """Time of an article, and True if it is the article's own date: one that can be true.

    >>> find_time(1_700_000_000_000, 1_700_000_500_000)
    (1700000000000, True)
    >>> find_time(4_102_444_800_000, 1_700_000_500_000)
    (1700000500000, False)
    """
    latest = math.inf if ingested is None else ingested + MAX_AHEAD_MS
    if published_at is not None and FIRST_DATE_MS <= published_at <= latest:
        return published_at, True
    return ingested, False


def _describe_changes(changes: Sequence[Change], previous_sha256: str) -> Versions:
    """Changes from one version of a text to the next, as many as are told."""
    told = tuple(
        VersionChange(kind=one.kind, was=one.was[:MAX_CHANGE_CHARACTERS], now=one.now[:MAX_CHANGE_CHARACTERS])
        for one in changes[:MAX_CHANGES]
    )
    return Versions(previous_sha256=previous_sha256, changed=told, more=len(changes) - len(told))


__all__ = ["DAY_MS", "Index", "Updates", "find_time"]
