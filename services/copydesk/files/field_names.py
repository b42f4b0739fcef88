"""Names that other tools give to the fields of a raw article: news-please, newspaper4k, trafilatura, tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from copydesk.contracts.articles import RawArticle
from copydesk.files.documents import Input, RefusedInput

FIELDS = frozenset(RawArticle.__struct_fields__) - {"warnings"}
"""Fields of a raw article."""

ALIASES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "maintext", "body", "content", "article", "article_text", "articlebody", "full_text", "fulltext", "main_text",
        "raw_text", "story",
    ),
    "html": ("raw_html", "page_html", "article_html"),
    "id": ("article_id", "guid", "uuid"),
    "url": ("link", "canonical_link", "source_url", "article_url"),
    "site": ("source_domain", "hostname", "domain"),
    "title": ("headline", "title_page"),
    "language": ("meta_lang", "lang"),
    "published_at": ("date_publish", "publish_date", "published", "date_published", "pub_date", "pubdate", "date"),
    "fetched_at": ("date_download", "download_date", "crawled_at", "filedate"),
    "authors": ("author", "byline"),
}  # fmt: skip
"""Other names of a field; where several have a value, the first of this list wins."""


MAX_FACT = 1_000
"""Most characters of a value that is kept in `metadata`."""


def rename_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Article with copydesk's field names; short values without a field of their own are in `metadata`.

    A field that is given by copydesk's own name stays as it is.

    >>> rename_fields({"maintext": "It rained.", "date_publish": "2026-01-02 10:30:00", "authors": "A. Berg; C. Dahl"})
    {'text': 'It rained.', 'published_at': '2026-01-02T00:00:00Z', 'authors': ['A. Berg', 'C. Dahl']}
    >>> rename_fields({"text": "It rained.", "source": "https://example.org/a", "comments": 12})
    {'text': 'It rained.', 'url': 'https://example.org/a', 'metadata': {'comments': 12}}
    """
    article: dict[str, Any] = {}
    rest = {name: value for name, value in given.items() if not _is_empty(value)}
    for field in FIELDS & rest.keys():
        article[field] = rest.pop(field)
    for field, names in ALIASES.items():
        for name in names:
            if name in rest and field not in article:
                article[field] = rest.pop(name)
    # trafilatura's `source` is the page's address, elsewhere it is the name of a paper
    if "url" not in article and str(rest.get("source", "")).startswith(("http://", "https://")):
        article["url"] = rest.pop("source")
    for field in ("published_at", "fetched_at"):
        if isinstance(article.get(field), str):
            article[field] = _time(article[field])
    if isinstance(article.get("authors"), str):
        article["authors"] = [name.strip() for name in article["authors"].split(";") if name.strip()]
    facts = {name: value for name, value in rest.items() if _is_short(value)}
    if facts and isinstance(article.get("metadata", {}), dict):
        article["metadata"] = {**facts, **article.get("metadata", {})}
    return {field: article[field] for field in _ORDER if field in article}


_ORDER = (*ALIASES, "metadata")


def rename_document(value: bytes) -> bytes:
    """JSON of an article with copydesk's field names; unchanged if it has no field of `ALIASES`, or is no object."""
    try:
        keys = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return value
    if keys.keys().isdisjoint(_FOREIGN):
        return value
    try:
        given = msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return value
    return msgspec.json.encode(rename_fields(given))


def rename_input(document: Input) -> Input:
    """The document with copydesk's field names; what is refused stays as it is."""
    return document if isinstance(document, RefusedInput) else document._replace(value=rename_document(document.value))


_FOREIGN = frozenset(name for names in ALIASES.values() for name in names) | {"source"}


def _is_short(value: Any) -> bool:
    """Return whether a value is a fact about the article, and no second copy of it."""
    return isinstance(value, int | float) or (isinstance(value, str) and len(value) <= MAX_FACT)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _time(value: str) -> str:
    """RFC 3339 time; the day where the offset is missing, since the time is somebody's local one.

    What is no time at all is returned as it is: the contract warns of it.
    """
    try:
        time = datetime.fromisoformat(value.strip())
    except ValueError:
        return value
    if time.tzinfo is None:
        time = time.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    return time.isoformat().replace("+00:00", "Z")


__all__ = ["ALIASES", "FIELDS", "rename_document", "rename_fields", "rename_input"]
