"""Related articles without a broker: everything lies in memory, and what is known is asked for at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from copydesk.contracts.articles import ExtractedArticle
from copydesk.contracts.related import ArticleKeys, RelatedArticle, TracedQuote
from copydesk.related.documents import describe_article, describe_utterance
from copydesk.related.index import DAY_MS, Index
from copydesk.related.keys import make_keys
from copydesk.related.quotations import WINDOW_DAYS, find_utterances
from copydesk.related.rows import Rows
from copydesk.related.words import load_weights


class Tracer:
    """Copies and quotations of articles in the order in which they are added; the earliest date is the first."""

    def __init__(self, *, window_days: int = WINDOW_DAYS) -> None:
        """Start without articles.

        Args:
            window_days: Days within which the same words are the same utterance.
        """
        self._rows: dict[bytes, bytes] = {}
        self._window_ms = window_days * DAY_MS
        self._weights = load_weights()

    def add(self, article: ExtractedArticle) -> None:
        """Add an article."""
        self.add_keys(make_keys(article))

    def add_keys(self, keys: ArticleKeys, *, now: int = 0, ingested: int | None = None) -> None:
        """Add an article by its keys.

        Args:
            keys: The article.
            now: Time of the stream, in milliseconds since 1970. 0: nothing leaves the window.
            ingested: Time of its ingestion; None: unknown.
        """
        index = self._begin(now)
        index.expire()
        index.add(keys, ingested)
        self._end(index)

    def withdraw(self, id_: str) -> None:
        """Take an article out."""
        index = self._begin(0)
        index.withdraw(id_)
        self._end(index)

    def find(self, text: str) -> list[TracedQuote]:
        """Utterances that have these words, best first."""
        rows = Rows(self._read)
        found = [match.number for match in find_utterances(rows, self._weights, text)]
        return [one for number in found if (one := describe_utterance(rows.load, number, least=1))]

    def utterances(self) -> Iterator[TracedQuote]:
        """All utterances that more than one article has, in the order in which they came."""
        for key in sorted(key for key in self._rows if key[:1] == b"u"):
            rows = Rows(self._read)
            if found := describe_utterance(rows.load, int.from_bytes(key[1:], "big")):
                yield found

    def articles(self) -> Iterator[RelatedArticle]:
        """All articles and groups of which there is something to tell, in the order of their ids."""
        for id_ in sorted({key[1:].decode() for key in self._rows if key[:1] in {b"a", b"i"}}):
            rows = Rows(self._read)
            if found := describe_article(rows.load, id_):
                yield found

    @property
    def rows(self) -> Mapping[bytes, bytes]:
        """All rows."""
        return self._rows

    def _begin(self, now: int) -> Index:
        return Index(Rows(self._read), self._weights, window_ms=self._window_ms, now=now)

    def _end(self, index: Index) -> None:
        for key, value in index.rows.changes.items():
            if value is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = value

    def _read(self, keys: list[bytes]) -> list[bytes | None]:
        return [self._rows.get(key) for key in keys]


__all__ = ["Tracer"]
