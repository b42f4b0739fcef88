"""The function of the stage `related`: from an article's keys to new documents and rows."""

from __future__ import annotations

from copydesk.contracts.related import ArticleKeys
from copydesk.related.index import DAY_MS, Index
from copydesk.related.rows import Rows
from copydesk.related.topics import ARTICLES, QUOTES
from copydesk.related.words import WordWeights
from copydesk.stage import Memory, Record, Results, Tombstone


class Relating:
    """The function of the stage `related`."""

    def __init__(self, weights: WordWeights, *, days: int) -> None:
        """Prepare.

        Args:
            weights: How much each word tells.
            days: Days within which articles meet.
        """
        self._weights = weights
        self._window_ms = days * DAY_MS

    def __call__(self, article: ArticleKeys | Tombstone, memory: Memory) -> Results:
        """New documents and rows of an article, or of a withdrawal."""
        index = Index(Rows(memory.state.get_many), self._weights, window_ms=self._window_ms, now=memory.time)
        index.expire()
        records: list[Record] = []
        if isinstance(article, Tombstone):
            index.withdraw(article.key)
            # also of an article that is unknown, since it has left the window: its record may still be there
            records.append(Record(topic=ARTICLES, key=article.key, value=None))
        else:
            index.add(article, memory.ingested)
        updates = index.updates()
        told = {record.key for record in records}
        records += [
            Record(topic=ARTICLES, key=id_, value=document)
            for id_, document in updates.articles.items()
            if document is not None or id_ not in told
        ]
        records += [Record(topic=QUOTES, key=id_, value=document) for id_, document in updates.quotes.items()]
        return Results(records=tuple(records), changes=index.rows.changes)


__all__ = ["Relating"]
