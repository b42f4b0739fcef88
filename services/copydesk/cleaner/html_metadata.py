"""Metadata that an HTML page gives of its article: title, authors, time, site and language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

MAX_TITLE = 1_000
"""Characters of a title or of a meta element that are kept."""

MAX_NAME = 200
"""Characters of an author's name that are kept."""

MAX_LINKED_DATA = 1_000_000
"""Characters of a JSON-LD description that are read. A longer one is cut off and so cannot be read."""

AUTHOR_KEYS = ("author", "parsely-author", "sailthru.author", "dc.creator", "article:author")
"""Names of meta elements with the authors, the best first."""

TIME_KEYS = ("article:published_time", "datepublished", "parsely-pub-date", "date", "dc.date")
"""Names of meta elements with the time of publication, the best first."""

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}").fullmatch
_JSON_DATE = re.compile(r'"datePublished"\s{0,9}:\s{0,9}"([^"]{8,40})"')
_SITE = re.compile("[^\x00-\x20\x7f/]{1,255}").fullmatch


class PageMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata of a page.

    Attributes:
        title: Headline of the article.
        authors: Authors of the article.
        published_at: Time of publication, with an offset; None if the page gives a time without one.
        site: Host of the page's canonical address.
        language: Language of the page, BCP 47.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    site: str | None = None
    language: str | None = None


def read_metadata(root: Any) -> PageMetadata:
    """Metadata of a page.

    Args:
        root: Root element of the page's tree.
    """
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop")
        if key and (content := " ".join((element.get("content") or "").split())):
            meta.setdefault(key.lower(), content[:MAX_TITLE])
    return PageMetadata(
        title=_find_title(root, meta),
        authors=_find_authors(root, meta),
        published_at=_find_time(root, meta),
        site=_find_site(root, meta),
        language=_find_language(root),
    )


def _find_title(root: Any, meta: dict[str, str]) -> str | None:
    """The h1 if there is only one; else the title for social networks; else the title element."""
    headings = [text for element in root.iter("h1") if (text := _read_text(element))]
    shared = meta.get("og:title") or meta.get("twitter:title")
    if len(headings) == 1 and (shared is None or headings[0][:20].casefold() in shared.casefold()):
        return headings[0][:MAX_TITLE]
    title_element = next((_read_text(element) for element in root.iter("title")), "")
    title = shared or title_element or (headings[0] if headings else "")
    return title[:MAX_TITLE] or None


def _read_text(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def _find_authors(root: Any, meta: dict[str, str]) -> tuple[str, ...]:
    """Names of the authors. A name has two to five words and is no address."""
    values = [meta.get(key, "") for key in AUTHOR_KEYS]
    values.extend(", ".join(_find_linked_authors(text)) for text in _find_linked_data(root))
    for value in values:
        names = [name.strip() for name in re.split(r",| and |;", value) if name.strip()]
        if names and all(2 <= len(name.split()) <= 5 and "/" not in name and "@" not in name for name in names):
            return tuple(dict.fromkeys(names))
    return ()


def _find_linked_data(root: Any) -> Iterator[str]:
    """The page's descriptions of itself for search engines (JSON-LD)."""
    for element in root.iter("script"):
        if (element.get("type") or "").lower() == "application/ld+json" and element.text:
            yield element.text


def _find_linked_authors(text: str) -> list[str]:
    """Names of the authors of the first article in a JSON-LD description; none if it cannot be read.

    >>> _find_linked_authors('{"@graph": [{"@type": "NewsArticle", "author": [{"name": "Jane Doe"}]}]}')
    ['Jane Doe']
    """
    try:
        data: Any = msgspec.json.decode(text[:MAX_LINKED_DATA])
    except (msgspec.MsgspecError, RecursionError, UnicodeError):
        return []
    outer = [entry for entry in (data if isinstance(data, list) else [data]) if isinstance(entry, dict)]
    inner = [entry for parent in outer for entry in _read_list(parent, "@graph") if isinstance(entry, dict)]
    for entry in (*outer, *inner):
        if "author" in entry and any("Article" in str(kind) for kind in _read_list(entry, "@type")):
            authors = _read_list(entry, "author")
            names = (author.get("name") if isinstance(author, dict) else author for author in authors)
            return [" ".join(name.split())[:MAX_NAME] for name in names if isinstance(name, str)]
    return []


def _read_list(entry: dict[str, Any], key: str) -> list[Any]:
    """The value of a key as a list. JSON-LD leaves the brackets of a single value out."""
    value = entry.get(key, [])
    return value if isinstance(value, list) else [value]


def _find_time(root: Any, meta: dict[str, str]) -> datetime | None:
    """Time of publication, as `read_time` reads it."""
    values = [meta[key] for key in TIME_KEYS if key in meta]
    values.extend(match[1] for text in _find_linked_data(root) if (match := _JSON_DATE.search(text)))
    for value in values:
        if (time := read_time(value)) is not None:
            return time
    return None


def read_time(value: str) -> datetime | None:
    """Time of an ISO 8601 string with an offset, or midnight UTC of a bare date; else None.

    A time without an offset is left out, for nobody knows its time zone.

    >>> read_time("2023-12-22T10:00:00+01:00").isoformat(), read_time("2023-12-22").isoformat()
    ('2023-12-22T10:00:00+01:00', '2023-12-22T00:00:00+00:00')
    >>> read_time("2023-12-22T10:00:00") is read_time("last week") is None
    True
    """
    value = value.strip()
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is None:
            if len(value) > len("2023-12-22"):
                return None
            time = time.replace(tzinfo=UTC)
        time.astimezone(UTC)
        # refuse what the contract cannot carry: RFC 3339 has whole minutes in offsets
        msgspec.json.decode(msgspec.json.encode(time), type=datetime)
    except (ValueError, OverflowError):
        return None
    return time


def _find_site(root: Any, meta: dict[str, str]) -> str | None:
    """Host of the canonical address, or of the address for social networks."""
    addresses = [
        element.get("href") or "" for element in root.iter("link") if (element.get("rel") or "").lower() == "canonical"
    ]
    for address in (*addresses, meta.get("og:url", "")):
        try:
            host = urlsplit(address).hostname
        except ValueError:
            continue
        if host and _SITE(host):
            return host
    return None


def _find_language(root: Any) -> str | None:
    """Language attribute of the root element, if it is a language tag."""
    language = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return language.replace("_", "-") if _LANGUAGE(language) else None
