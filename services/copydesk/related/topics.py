"""Topics of the stages `fingerprints` and `related`."""

SCORED, KEYS, ARTICLES, QUOTES = "articles.scored", "related.keys", "articles.related", "quotes.traced"

PARTITION = 0
"""Partition of `related.keys` that all articles go to: an article must meet its copies (ADR 0023)."""

__all__ = ["ARTICLES", "KEYS", "PARTITION", "QUOTES", "SCORED"]
