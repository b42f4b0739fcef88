"""The function of the stage `fingerprints`: from an article to the keys under which others may meet it."""

from __future__ import annotations

from copydesk.contracts.articles import ScoredArticle
from copydesk.related.keys import make_keys
from copydesk.related.topics import KEYS, PARTITION
from copydesk.stage import Record, Results, Tombstone


def send_keys(article: ScoredArticle | Tombstone) -> Results:
    """Send an article's keys, or its withdrawal, to the place where articles meet."""
    if isinstance(article, Tombstone):
        return Results(records=(Record(topic=KEYS, key=article.key, value=None, partition=PARTITION),))
    return Results(records=(Record(topic=KEYS, key=article.id, value=make_keys(article), partition=PARTITION),))


__all__ = ["send_keys"]
