"""The newest records of the topics `articles.related` and `quotes.traced`, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.contracts.articles import Document, InvalidDocumentError
from copydesk.contracts.related import RelatedArticle, TracedQuote

ARTICLES, QUOTES = "articles.related", "quotes.traced"

DOCUMENTS: dict[str, type[Document]] = {ARTICLES: RelatedArticle, QUOTES: TracedQuote}
"""Document of each topic. A cluster on which the stage `related` does not run may have neither."""

RECORD_BYTES = 600  # of a record beside its value (measured: 340 to 390 bytes)
INDEX_BYTES = 280  # of an article that an utterance lists (measured: 273 bytes)

Place = tuple[str, str]
"""Topic, and id of a record on it."""


class _Kept(NamedTuple):
    value: bytes
    articles: tuple[str, ...]
    """Ids of the articles that the record is about."""

    bytes: int


class RelatedRecords:
    """Records by id, and the utterances of each article. The record that changed longest ago is dropped first."""

    def __init__(self, *, max_bytes: int) -> None:
        """Nothing is kept.

        Args:
            max_bytes: Most memory that the records take.
        """
        self.bytes = 0
        """Estimated memory, in bytes."""
        self._max_bytes = max_bytes
        self._kept: OrderedDict[Place, _Kept] = OrderedDict()
        self._utterances: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        """Number of records."""
        return len(self._kept)

    def put(self, topic: str, key: bytes | None, value: bytes | None) -> tuple[str, ...]:
        """Replace a record, or remove it if there is no value, or none that this version can read.

        Returns:
            Ids of the articles of which something else is known now.
        """
        place = topic, (key or b"").decode("utf-8", "replace")
        before = self._remove(place)
        document = None if value is None else _read(topic, value)
        if document is None or value is None:
            return before
        articles = tuple(dict.fromkeys(_articles(place[1], document)))
        kept = _Kept(value, articles, RECORD_BYTES + len(value) + INDEX_BYTES * len(articles))
        if kept.bytes > self._max_bytes:
            return before
        self._kept[place] = kept
        self.bytes += kept.bytes
        if topic == QUOTES:
            for id_ in articles:
                self._utterances.setdefault(id_, {})[place[1]] = None
        while self.bytes > self._max_bytes:
            self._remove(next(iter(self._kept)))
        return tuple(dict.fromkeys((*before, *articles)))

    def article(self, id_: str) -> RelatedArticle | None:
        """Record of an article or of a group, or None."""
        document = self._document((ARTICLES, id_))
        return document if isinstance(document, RelatedArticle) else None

    def quotes(self, id_: str) -> Iterator[TracedQuote]:
        """Utterances that list an article."""
        for utterance in tuple(self._utterances.get(id_, ())):
            document = self._document((QUOTES, utterance))
            if isinstance(document, TracedQuote):
                yield document

    def _document(self, place: Place) -> Document | None:
        kept = self._kept.get(place)
        return None if kept is None else _read(place[0], kept.value)

    def _remove(self, place: Place) -> tuple[str, ...]:
        """Remove a record if there is one; ids of the articles that it was about."""
        kept = self._kept.pop(place, None)
        if kept is None:
            return ()
        self.bytes -= kept.bytes
        for id_ in kept.articles if place[0] == QUOTES else ():
            utterances = self._utterances.get(id_, {})
            utterances.pop(place[1], None)
            if not utterances:
                self._utterances.pop(id_, None)
        return kept.articles


def _read(topic: str, value: bytes) -> Document | None:
    try:
        return DOCUMENTS[topic].read(value, None)
    except InvalidDocumentError:
        return None


def _articles(id_: str, document: Document) -> Iterator[str]:
    if isinstance(document, TracedQuote):
        yield from (one.article for one in document.sightings)
    else:
        yield id_


__all__ = ["ARTICLES", "DOCUMENTS", "QUOTES", "RelatedRecords"]
