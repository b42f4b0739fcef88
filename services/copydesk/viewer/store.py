"""The newest message of each article, in bounded memory; listeners ask for the changes since they last asked.

There is no queue between the store and a browser: each browser has a cursor, the number of the last change it got. A
slow browser gets each changed article once, in its current state, so its slowness costs the server nothing.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from copydesk.client import Message
from copydesk.contracts.articles import Document, InvalidDocumentError
from copydesk.contracts.envelope import Header
from copydesk.contracts.topics import DOCUMENTS
from copydesk.viewer.name_index import NameIndex
from copydesk.viewer.names import NAME_BYTES, Name, names_of
from copydesk.viewer.positions import PartitionKey, Positions
from copydesk.viewer.related_records import RelatedRecords
from copydesk.viewer.summary import Origin, Summary, identify, summarise, topic_ranks

RELATED_SHARE = 4  # related articles take at most this part of the memory: a quarter

OVERHEAD_BYTES = 2048  # of an article beside its message: summary, places, dictionary entries (measured: 1.1 KB)


class MessagePlace(NamedTuple):
    """Place of a message in its topic, and the time when it was appended (milliseconds since 1970)."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class StoredArticle:
    """One version of an article: its newest message, and the places of its messages on all topics."""

    __slots__ = ("change", "headers", "key", "names", "origin", "places", "rank", "summary", "value")

    def __init__(self, origin: Origin) -> None:
        """No message was added yet.

        Args:
            origin: The raw article, which identifies the version.
        """
        self.origin = origin
        self.rank = -1
        """Rank of the newest message's topic (`topic_ranks`)."""
        self.change = 0
        """Number of its last change."""
        self.places: dict[str, MessagePlace] = {}
        """Place of its message on each topic."""
        self.summary: Summary
        self.key: bytes | None = None
        self.value: bytes | None = None
        self.headers: tuple[Header, ...] = ()
        self.names: tuple[Name, ...] = ()
        """People, organisations and places in it."""

    def document(self) -> Document | None:
        """Document of the newest message, or None if it has none: a withdrawal, a dead letter, invalid bytes."""
        document = DOCUMENTS.get(self.summary.topic)
        if document is None or self.value is None:
            return None
        try:
            return document.read(self.value, self.key)
        except InvalidDocumentError:
            return None

    @property
    def bytes(self) -> int:
        """Estimated memory, in bytes."""
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        names = len(self.names) * NAME_BYTES
        return OVERHEAD_BYTES + len(self.value or b"") + len(self.key or b"") + headers + names

    @property
    def partition_key(self) -> PartitionKey:
        """Topic and partition of its newest message."""
        return self.summary.topic, self.summary.partition


class ArticleStore:
    """All articles that the page can show.

    Example::

        store = ArticleStore(articles=5_000, max_bytes=256 * 1024**2)
        store.add(message)
        changed, cursor = store.changes_since(0, limit=250)
    """

    def __init__(self, *, articles: int, max_bytes: int) -> None:
        """The store is empty.

        Args:
            articles: Most articles it keeps; the oldest are dropped first.
            max_bytes: Most memory they take, with what is known of related articles.
        """
        self.related = RelatedRecords(max_bytes=max_bytes // RELATED_SHARE)
        """Copies, versions and traced quotations, if the stage `related` runs."""
        self.positions: Positions = {}
        """Next offset to read of each partition."""
        self.ready = asyncio.Event()
        """Set once everything is read that was on the topics at the start."""
        self.closed = False
        self.broker_answers = True
        self.last_change = 0
        """Number of the last change."""
        self.bytes = 0
        self._names = NameIndex()
        self._limits = articles, max_bytes
        self._articles: OrderedDict[str, StoredArticle] = OrderedDict()  # in the order of their last changes
        self._arrivals: list[tuple[int, int, str]] = []  # a heap: time of arrival, tie-breaking number, id
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        """Number of articles."""
        return len(self._articles)

    def __iter__(self) -> Iterator[StoredArticle]:
        """All articles, the one that changed last first."""
        return reversed(self._articles.values())

    def __contains__(self, id_: str) -> bool:
        """Return whether an article is kept."""
        return id_ in self._articles

    def get(self, id_: str) -> StoredArticle | None:
        """Article with this id, or None if it is not kept (any more)."""
        return self._articles.get(id_)

    def named(self, kind: str, keys: Iterable[str]) -> list[StoredArticle]:
        """Articles in which a name stands (`name_key`); the kind is that of the name, or `country`."""
        return [self._articles[id_] for id_ in self._names.find(kind, keys)]

    def share_surname(self, key: str) -> list[str]:
        """Keys of people whose names may be another form of this one."""
        return self._names.share_surname(key)

    def add(self, message: Message) -> None:
        """Add a message; a message of an older version, or of an earlier stage, replaces nothing."""
        key = message.topic, message.partition
        self.positions[key] = max(self.positions.get(key, 0), message.offset + 1)
        id_, origin = identify(message)
        now = int(time.time() * 1000)
        if origin.ingested > now:
            origin = origin._replace(ingested=now)  # a wrong clock must not keep an article on top for ever
        article = self._articles.get(id_)
        if article is not None and origin.older_than(article.origin):
            return
        if article is None or article.origin[:2] != origin[:2]:
            article = self._start_version(id_, article, origin)
        article.places[message.topic] = MessagePlace(
            message.topic, message.partition, message.offset, message.timestamp
        )
        rank = topic_ranks()[message.topic]
        if rank < article.rank or (rank == article.rank and message.offset < article.summary.offset):
            return  # a later stage's message is known already
        self._put(id_, article, rank, message)

    def add_related(self, message: Message) -> None:
        """Add a message of a topic of related articles; browsers are told of the articles that it is about."""
        changed = [self._articles[id_] for id_ in self._put_related(message) if id_ in self._articles]
        for article in changed:
            self.last_change += 1
            article.change = self.last_change
            article.summary = msgspec.structs.replace(article.summary, related=self.last_change)
            self._articles.move_to_end(article.summary.id)
        if changed:
            self.notify()

    def _put_related(self, message: Message) -> tuple[str, ...]:
        ids = self.related.put(message.topic, message.key, message.value)
        self._drop_oldest()
        return ids

    def _start_version(self, id_: str, previous: StoredArticle | None, origin: Origin) -> StoredArticle:
        """Empty entry for a new article or version; the previous version is dropped."""
        if previous is not None:
            self._remove(id_, previous)
        heapq.heappush(self._arrivals, (origin.ingested, self.last_change, id_))
        return StoredArticle(origin)

    def _put(self, id_: str, article: StoredArticle, rank: int, message: Message) -> None:
        """Make a message the newest of its article."""
        if id_ in self._articles:
            self._remove(id_, article)
        self.last_change += 1
        article.change, article.rank = self.last_change, rank
        article.summary = summarise(message, id_, article.origin)
        article.key, article.value, article.headers = message.key, message.value, message.headers
        article.names = _read_names(message)
        self._articles[id_] = article
        self._names.add(id_, article.names)
        self.bytes += article.bytes
        self._drop_oldest()
        self.notify()

    def _remove(self, id_: str, article: StoredArticle) -> None:
        del self._articles[id_]
        self._names.remove(id_, article.names)
        self.bytes -= article.bytes

    def _drop_oldest(self) -> None:
        """Drop articles, the first that arrived first, until the limits hold."""
        max_articles, max_bytes = self._limits
        while len(self._articles) > max_articles or self.bytes + self.related.bytes > max_bytes:
            ingested, _, id_ = heapq.heappop(self._arrivals)
            article = self._articles.get(id_)
            if article is not None and article.origin.ingested == ingested:
                self._remove(id_, article)
        if len(self._arrivals) > 2 * max_articles:  # entries of replaced versions
            self._arrivals = [(article.origin.ingested, article.change, id_) for id_, article in self._articles.items()]
            heapq.heapify(self._arrivals)

    # ------------------------------------------------------------------------------------------- listeners

    def notify(self) -> None:
        """Wake everybody in `wait_for_changes`."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def become_ready(self) -> None:
        """Note that everything is read that was on the topics at the start, and tell who waits for it."""
        self.ready.set()
        self.notify()

    def close(self) -> None:
        """End the store: nobody waits for changes any more."""
        self.closed = True
        self.notify()

    async def wait_for_changes(self) -> None:
        """Wait for the next change of an article, of `ready`, `closed` or `broker_answers`."""
        if not self.closed:
            await self._changed.wait()

    def changes_since(
        self, change: int, limit: int, *, seen: Positions | None = None
    ) -> tuple[list[StoredArticle], int]:
        """Articles that changed, the earliest change first, and the cursor for the next call.

        Args:
            change: Cursor: number of the last change that is known; 0 at first.
            limit: Most articles to return.
            seen: Positions of a listener that comes back: it has seen the messages before them.
        """
        changed: list[StoredArticle] = []
        for article in self:
            if article.change <= change:
                break
            if seen is not None and article.summary.offset < seen.get(article.partition_key, 0):
                continue
            changed.append(article)
        if len(changed) <= limit:
            return changed[::-1], self.last_change
        earliest = changed[: -limit - 1 : -1]
        return earliest, earliest[-1].change

    def has_reached(self, positions: Positions) -> bool:
        """Return whether the store has read up to these positions; if not, they are of another log."""
        return all(offset <= self.positions.get(key, offset) for key, offset in positions.items())


def _read_names(message: Message) -> tuple[Name, ...]:
    try:
        return names_of(message.article)
    except (InvalidDocumentError, LookupError):
        return ()


__all__ = ["ArticleStore", "MessagePlace", "StoredArticle"]
