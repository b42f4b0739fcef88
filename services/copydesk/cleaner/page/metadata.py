"""Metadata that an HTML page gives of its article: title, authors, time, address, site and language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import msgspec
from lxml import etree

from copydesk.cleaner.page.linked_data import LinkedData, Node, as_list, is_person, read_linked_data
from copydesk.cleaner.page.people import MAX_AUTHORS, find_people
from copydesk.cleaner.page.stripping import strip_tags, tidy
from copydesk.cleaner.page.times import PageTime, read_time
from copydesk.cleaner.page.titles import MAX_TITLE, find_title
from copydesk.contracts.articles import find_host

MAX_CONTENT = 1_000
"""Characters of a meta element that are kept."""

MAX_HEADINGS = 20
"""Elements of a kind (h1, time, author) that are looked at."""

MAX_ADDRESS = 8_192
"""Characters of the longest address that the contract carries."""

AUTHOR_KEYS = (
    "author", "authors", "article:author", "article.author", "parsely-author", "sailthru.author", "byl", "dc.creator",
    "dcterms.creator", "dc:creator", "citation_author", "creator",
)  # fmt: skip
"""Names of meta elements with the authors, the best first."""

TIME_KEYS = (
    "article:published_time", "article:published", "article.published", "og:published_time",
    "og:article:published_time", "datepublished", "parsely-pub-date", "sailthru.date", "publish-date",
    "publish_date", "publication_date", "publicationdate", "pubdate", "published", "published_date",
    "dc.date.issued", "dcterms.created", "dc.date.created", "dcterms.issued", "citation_publication_date",
    "dc.date", "dcterms.date", "date",
)  # fmt: skip
"""Names of meta elements with the time of publication, the best first."""

SITE_KEYS = ("og:site_name", "application-name", "twitter:site", "article:publisher", "publisher", "copyright")
"""Names of meta elements with a name of the site."""

DESCRIPTION_KEYS = ("description", "og:description", "twitter:description", "dc.description")
"""Names of meta elements with a description of the article."""

ONE_DAY = timedelta(days=1)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}").fullmatch
_ADDRESS = re.compile("https?:[^\x00-\x20\x7f]+").fullmatch
_WORD = re.compile(r"[^\W_]+")

# an XPath that looks at the ancestors of each element, or joins sets of elements, takes minutes on a hostile page
_find_named_authors = etree.XPath("//*[contains(@itemprop, 'author') or contains(@rel, 'author')]")
_find_name_metas = etree.XPath("//meta[@itemprop='name'][@content]")
_find_times = etree.XPath("//*[@itemprop='datePublished' or self::h1 or (self::time and @datetime)]")

_ASIDE = frozenset({"aside", "nav", "footer"})
_HEAD = frozenset({"link", "meta"})


class PageMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Metadata of a page.

    Attributes:
        title: Headline of the article.
        authors: Authors of the article.
        published_at: Time of publication; midnight UTC of the day if the page gives no time with an offset.
        site: Host of the page's canonical address.
        language: Language of the page, BCP 47.
        url: Canonical address of the page.
        titles: Titles as the page gives them, with the site's name or without it.
        descriptions: Descriptions for search engines and social networks.
        body: Text of the article in the page's data, a paragraph a line; empty if there is none.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    site: str | None = None
    language: str | None = None
    url: str | None = None
    titles: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    body: str = ""


class PageFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of a page from which its metadata is read.

    Attributes:
        root: Root element of the page's tree.
        meta: Content of the meta elements by their lower-case name, the first of each.
        article: The page's description of its article; empty if it has none.
        data: All of the page's descriptions.
        names: Names of the site and its publisher.
    """

    root: Any
    meta: dict[str, str]
    article: Node
    data: LinkedData
    names: tuple[str, ...]


def read_metadata(root: Any, url: str | None = None) -> PageMetadata:
    """Metadata of a page.

    Args:
        root: Root element of the page's tree.
        url: Address of the article, if it is known.
    """
    meta: dict[str, str] = {}
    for element in root.iter("meta"):
        key = element.get("property") or element.get("name") or element.get("itemprop")
        if key and (content := _flat(element.get("content") or "")):
            meta.setdefault(key.lower(), content[:MAX_CONTENT])
    data = read_linked_data(root)
    headings = [text for element in _first(root.iter("h1")) if (text := _read_text(element))]
    title = next((_read_text(element) for element in root.iter("title")), "")
    shared = meta.get("og:title") or meta.get("twitter:title") or ""
    article = _choose_article(data, [shared, title, *headings])
    names = tuple(_find_names(meta, article, data))
    facts = PageFacts(root=root, meta=meta, article=article, data=data, names=names)
    address = _find_address(root, meta, url)
    headline = find_title(shared or _read_string(article, "headline"), title, headings, names)
    return PageMetadata(
        title=headline,
        authors=_find_authors(facts),
        published_at=_find_time(facts),
        site=find_host(address) if address else None,
        language=_find_language(root),
        url=address,
        titles=tuple(filter(None, (headline, shared, title, _read_string(article, "headline")))),
        descriptions=tuple(
            filter(None, (*(meta.get(key) for key in DESCRIPTION_KEYS), _read_string(article, "description")))
        ),
        body=_read_body(article),
    )


def _read_body(article: Node) -> str:
    """Text of the article in the page's data, without tags and entities."""
    parts = (part for part in as_list(article.get("articleBody"))[:MAX_HEADINGS] if isinstance(part, str))
    text = "\n".join(parts)
    return strip_tags(text) if "<" in text or "&" in text else tidy(text)


def _first(elements: Iterator[Any]) -> Iterator[Any]:
    return (element for _, element in zip(range(MAX_HEADINGS), elements, strict=False))


def _flat(text: str) -> str:
    return " ".join(text.split())


def _read_text(element: Any) -> str:
    return _flat("".join(element.itertext())[: 4 * MAX_TITLE])


def _read_string(node: Node, key: str) -> str:
    """The first string under a key; empty if there is none."""
    value = next((value for value in as_list(node.get(key)) if isinstance(value, str)), "")
    return _flat(value[: 2 * MAX_CONTENT])[:MAX_CONTENT]


def _choose_article(data: LinkedData, titles: Sequence[str]) -> Node:
    """The description whose headline the page's titles have most words of; the first if none has a headline."""
    wanted = {word for title in titles for word in _WORD.findall(title.casefold())}

    def agreement(node: Node) -> float:
        words = set(_WORD.findall(_read_string(node, "headline").casefold()))
        return len(words & wanted) / len(words) if words else 0.5

    return max(data.articles, key=agreement, default={})


def _find_names(meta: dict[str, str], article: Node, data: LinkedData) -> Iterator[str]:
    """Names of the site and of its publisher."""
    yield from (meta[key].lstrip("@") for key in SITE_KEYS if key in meta)
    for value in as_list(article.get("publisher"))[:MAX_HEADINGS]:
        node = data.resolve(value)
        name = node.get("name") if isinstance(node, dict) else node
        if isinstance(name, str):
            yield _flat(name[:MAX_CONTENT])


# --------------------------------------------------------------------------------------------- authors


def _find_authors(facts: PageFacts) -> tuple[str, ...]:
    """Names of the authors, from the first place that names a person."""
    for names in _read_authors(facts):
        if names:
            return tuple(dict.fromkeys(names))[:MAX_AUTHORS]
    return ()


def _read_authors(facts: PageFacts) -> Iterator[list[str]]:
    others = facts.names
    for key in ("author", "creator"):
        yield [
            name
            for value in as_list(facts.article.get(key))[:MAX_AUTHORS]
            for name in _read_author(facts.data.resolve(value), others)
        ]
    for key in AUTHOR_KEYS:
        yield [*find_people(facts.meta.get(key, ""), others=others)]
    yield [
        name
        for element in _find_name_metas(facts.root)[:MAX_HEADINGS]
        if any("author" in (outer.get("itemprop") or "") for outer in element.iterancestors())
        for name in find_people(element.get("content"), others=others, is_person=True)
    ]
    yield [
        name
        for element in _find_named_authors(facts.root)[:MAX_HEADINGS]
        if element.tag not in _HEAD and not _is_aside(element)
        for name in find_people(_read_text(_find_name_within(element)), others=others)
    ]


def _read_author(author: Any, others: Sequence[str]) -> Iterator[str]:
    """Names of the people that one value of `author` gives."""
    if isinstance(author, str):
        yield from find_people(author, others=others)
    elif isinstance(author, dict) and is_person(author):
        for name in as_list(author.get("name"))[:MAX_AUTHORS]:
            if isinstance(name, str):
                yield from find_people(name, others=others, is_person=True)
        if not author.get("name") and isinstance(author.get("familyName"), str):
            full = f"{author.get('givenName') or ''} {author['familyName']}"
            yield from find_people(full, others=others, is_person=True)


def _find_name_within(element: Any) -> Any:
    """The element with the name within an author's element, which may hold a role and a portrait besides."""
    return next((inner for inner in element.iter() if inner.get("itemprop") == "name"), element)


# ----------------------------------------------------------------------------------------------- times


def _find_time(facts: PageFacts) -> datetime | None:
    """Time of publication: the first place that gives a day decides on it, and any that knows its hour adds it."""
    found: PageTime | None = None
    for value in _read_times(facts):
        time = read_time(value)
        if time is None:
            continue
        if found is None:
            found = time
        if time.is_exact and abs(time.time - found.time) <= ONE_DAY:
            return time.time
    return found.time if found else None


def _read_times(facts: PageFacts) -> Iterator[str]:
    """Times of publication that the page gives, the surest place first."""
    *sure, unsure = TIME_KEYS
    yield from (facts.meta[key] for key in sure if key in facts.meta)
    yield from (_read_string(facts.article, key) for key in ("datePublished", "dateCreated"))
    yield from (facts.meta[key] for key in (unsure,) if key in facts.meta)
    elements = [element for element in _find_times(facts.root)[: 10 * MAX_HEADINGS] if not _is_aside(element)]
    marked = [element for element in elements if element.get("itemprop") == "datePublished"]
    headline = max((place for place, element in enumerate(elements) if element.tag == "h1"), default=-1)
    # a page has times of other stories, too: its own stands with its headline
    after = [element for element in elements[headline + 1 :] if element.tag != "h1"]
    before = [element for element in elements[: max(0, headline)] if element.tag != "h1"][-1:]
    for element in (*marked[:1], *after[:1], *before):
        yield element.get("datetime") or element.get("content") or _read_text(element)


def _is_aside(element: Any) -> bool:
    """True within a part of the page that tells of other things than its article."""
    return any(outer.tag in _ASIDE for outer in element.iterancestors())


# -------------------------------------------------------------------------------------------- the rest


def _find_address(root: Any, meta: dict[str, str], url: str | None) -> str | None:
    """Canonical address, or the address for social networks."""
    links: Iterator[str] = (element.get("href") or "" for element in root.iter("link") if _is_canonical(element))
    for address in (*_first(links), meta.get("og:url", "")):
        try:
            full = str(urljoin(url or "", address.strip()))
            if len(full) <= MAX_ADDRESS and _ADDRESS(full) and urlsplit(full).hostname:
                return full
        except ValueError:
            continue
    return None


def _is_canonical(element: Any) -> bool:
    return (element.get("rel") or "").lower() == "canonical"


def _find_language(root: Any) -> str | None:
    """Language attribute of the root element, if it is a language tag."""
    language = (root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip()
    return language.replace("_", "-") if _LANGUAGE(language) else None
