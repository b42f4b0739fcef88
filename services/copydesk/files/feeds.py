"""Articles of a feed: RSS and Atom with full content."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from copydesk.extras import install_hint
from copydesk.files.compression import InputError
from copydesk.files.documents import Input, InputDocument, RefusedInput, too_large

FEED_ENDINGS = (".rss", ".atom", ".xml")

_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)

MIN_CHARACTERS = 200
"""Characters of an entry's text, without tags, from which it is an article and no teaser."""

_TAG = re.compile(r"<[^<>]{0,2000}>")


def read_feed(content: bytes, origin: str, largest: int, on_skipped: Callable[[str], None]) -> Iterator[Input]:
    """Raw articles of a feed: entries with their whole text.

    Args:
        content: The file.
        origin: Its name, for messages.
        largest: Most bytes of a document.
        on_skipped: Called at the end with what was left out, and why.

    Raises:
        InputError: feedparser is not installed, or this is no feed.
    """
    if _ENTITY.search(content):
        raise InputError("declares XML entities, which no feed needs and a bomb does")
    try:
        import feedparser  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise InputError(f"reading feeds needs feedparser; {install_hint('files')}") from None
    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version"):
        raise InputError("is no RSS or Atom feed")
    skipped: Counter[str] = Counter()
    for number, entry in enumerate(feed.entries, 1):
        document = _read_entry(entry, feed.feed)
        if document is None:
            skipped["entries without their text: the pages they lead to must be fetched"] += 1
            continue
        value = orjson.dumps(document)
        if len(value) > largest:
            yield RefusedInput(f"{origin}:{number}", too_large(len(value), largest), len(value), number)
        else:
            yield InputDocument(f"{origin}:{number}", value, len(content) // max(1, len(feed.entries)), number)
    for why, count in skipped.items():
        on_skipped(f"{count} {why}")


def _read_entry(entry: Any, feed: Any) -> dict[str, Any] | None:
    """Raw article of an entry; None if it has no more than a teaser."""
    bodies = [part.get("value", "") for part in entry.get("content", [])] or [entry.get("summary", "")]
    html = max(bodies, key=len, default="")
    if len(_TAG.sub("", html).strip()) < MIN_CHARACTERS:
        return None
    document: dict[str, Any] = {"html": html, "title": _TAG.sub("", entry.get("title", "")) or None}
    document["url"] = entry.get("link") or None
    document["language"] = feed.get("language") or None
    document["authors"] = [author["name"] for author in entry.get("authors", []) if author.get("name")] or None
    published = entry.get("published_parsed") or entry.get("updated_parsed")
    if isinstance(published, time.struct_time):
        document["published_at"] = datetime(*published[:6], tzinfo=UTC).isoformat()
    if identifier := entry.get("id"):
        document["metadata"] = {"guid": identifier}
    return {name: value for name, value in document.items() if value is not None}


__all__ = ["FEED_ENDINGS", "read_feed"]
