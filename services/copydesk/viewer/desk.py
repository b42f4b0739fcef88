"""The newest of each article, in bounded memory; who listens asks for what changed since it last asked.

No queue stands between the desk and a browser: every browser has a cursor, a number. One that is slow finds each
article once, as it is by then, so its slowness costs nothing here.
"""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.client import Message
from copydesk.contracts.envelope import Header
from copydesk.viewer.places import Place, Positions
from copydesk.viewer.summary import Origin, Summary, identify, ranks, summarise

OVERHEAD_BYTES = 2048  # of an article beside its message: summary, way, dictionary entries (measured: 1.1 KB)


class Step(NamedTuple):
    """Where an article was on its way, and when (milliseconds since 1970)."""

    topic: str
    partition: int
    offset: int
    timestamp: int


class Article:
    """An article: its newest message, and its way there."""

    __slots__ = ("headers", "key", "number", "origin", "rank", "summary", "value", "way")

    def __init__(self, origin: Origin) -> None:
        """Nothing is known but which version it is."""
        self.origin = origin
        self.rank = -1
        self.number = 0
        self.way: dict[str, Step] = {}
        self.summary: Summary
        self.key: bytes | None = None
        self.value: bytes | None = None
        self.headers: tuple[Header, ...] = ()

    @property
    def bytes(self) -> int:
        """About how much memory it takes."""
        headers = sum(len(name) + len(value or b"") for name, value in self.headers)
        return OVERHEAD_BYTES + len(self.value or b"") + len(self.key or b"") + headers

    @property
    def place(self) -> Place:
        """Where its newest message lies."""
        return self.summary.topic, self.summary.partition


class Desk:
    """All articles that the page can show."""

    def __init__(self, *, articles: int, max_bytes: int) -> None:
        """An empty desk.

        Args:
            articles: How many it holds.
            max_bytes: How much memory they may take.
        """
        self.positions: Positions = {}
        """How far each partition was read."""
        self.ready = asyncio.Event()
        """Set once everything that was there at the start is read."""
        self.closed = False
        self.broker_answers = True
        self.number = 0
        """Of the last change."""
        self.bytes = 0
        self._limits = articles, max_bytes
        self._articles: OrderedDict[str, Article] = OrderedDict()  # by their last change
        self._oldest: list[tuple[int, int, str]] = []  # a heap: when it arrived, a number, its id
        self._news = asyncio.Event()

    def __len__(self) -> int:
        """How many articles there are."""
        return len(self._articles)

    def __iter__(self) -> Iterator[Article]:
        """Every article, the one that changed last first."""
        return reversed(self._articles.values())

    def get(self, id_: str) -> Article | None:
        """The article of that id, if it is still here."""
        return self._articles.get(id_)

    def see(self, message: Message) -> None:
        """Take a message into account."""
        place = message.topic, message.partition
        self.positions[place] = max(self.positions.get(place, 0), message.offset + 1)
        id_, origin = identify(message)
        now = int(time.time() * 1000)
        if origin.ingested > now:
            origin = origin._replace(ingested=now)  # a wrong clock must not keep an article on top for ever
        article = self._articles.get(id_)
        if article is not None and origin.older_than(article.origin):
            return
        if article is None or article.origin[:2] != origin[:2]:
            article = self._begin(id_, article, origin)
        article.way[message.topic] = Step(message.topic, message.partition, message.offset, message.timestamp)
        rank = ranks()[message.topic]
        if rank < article.rank or (rank == article.rank and message.offset < article.summary.offset):
            return  # an earlier stage of what is known already
        self._put(id_, article, rank, message)

    def _begin(self, id_: str, old: Article | None, origin: Origin) -> Article:
        """A new article, or a newer version of one, at the beginning of its way."""
        if old is not None:
            self.bytes -= old.bytes
            del self._articles[id_]
        heapq.heappush(self._oldest, (origin.ingested, self.number, id_))
        return Article(origin)

    def _put(self, id_: str, article: Article, rank: int, message: Message) -> None:
        if id_ in self._articles:
            self.bytes -= article.bytes
        self.number += 1
        article.number, article.rank = self.number, rank
        article.summary = summarise(message, id_, article.origin)
        article.key, article.value, article.headers = message.key, message.value, message.headers
        self._articles[id_] = article
        self._articles.move_to_end(id_)
        self.bytes += article.bytes
        self._make_room()
        self.tell()

    def _make_room(self) -> None:
        most, max_bytes = self._limits
        while len(self._articles) > most or self.bytes > max_bytes:
            ingested, _, id_ = heapq.heappop(self._oldest)
            article = self._articles.get(id_)
            if article is not None and article.origin.ingested == ingested:
                self.bytes -= article.bytes
                del self._articles[id_]
        if len(self._oldest) > 2 * most:  # of versions that were replaced
            self._oldest = [(one.origin.ingested, one.number, id_) for id_, one in self._articles.items()]
            heapq.heapify(self._oldest)

    # ------------------------------------------------------------------------------------------- listeners

    def tell(self) -> None:
        """Wake everybody who waits for news."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def close(self) -> None:
        """There will be no more news."""
        self.closed = True
        self.tell()

    async def news(self) -> None:
        """Wait for the next change, of an article or of the desk itself."""
        if not self.closed:
            await self._news.wait()

    def since(self, number: int, most: int, *, seen: Positions | None = None) -> tuple[list[Article], int]:
        """What changed, the earliest change first, and the number to ask with next.

        Args:
            number: Of the last change that is known.
            most: How many articles to tell at once.
            seen: What somebody knows already who comes back: messages before these positions.
        """
        changed: list[Article] = []
        for article in self:
            if article.number <= number:
                break
            if seen is not None and article.summary.offset < seen.get(article.place, 0):
                continue
            changed.append(article)
        if len(changed) <= most:
            return changed[::-1], self.number
        told = changed[: -most - 1 : -1]
        return told, told[-1].number

    def knows(self, positions: Positions) -> bool:
        """Whether somebody who has seen so much can have seen it here: nothing that is still to come."""
        return all(offset <= self.positions.get(place, offset) for place, offset in positions.items())


__all__ = ["Article", "Desk", "Step"]
