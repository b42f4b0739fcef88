"""The page of a person, an organisation, a place or a country: quotations and mentions over all articles held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from copydesk.contracts.articles import Entity, ExtractedArticle, Quote
from copydesk.viewer.names import KINDS, Kind, Name, is_same, name_key, usual_spelling
from copydesk.viewer.store import ArticleStore, StoredArticle
from copydesk.viewer.times import article_time, format_day

NamedKind = Literal["person", "organization", "location", "country"]

PAGE_ARTICLES = 20
MAX_QUOTES = 40  # of one article on the page; the article itself has all
MAX_CHARACTERS = 3_000  # of one quotation
CONTEXT_CHARACTERS = 140  # on each side of a mention
MAX_SITES = 50
MAX_DAYS = 400  # of the timeline, the newest
MAX_SPELLINGS = 20
MAX_OTHERS = 8


class SaidWords(msgspec.Struct, frozen=True, kw_only=True):
    """A quotation on the page."""

    id: str
    text: str
    type: str
    name: str
    """Name of the speaker as the article has it."""

    basis: str
    confidence: float
    """Confidence in the speaker."""

    cue: str = ""


class NamedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article on the page."""

    id: str
    title: str
    site: str
    time: int
    """Time of publication, or of arrival if that is unknown, in milliseconds since 1970."""

    published: bool
    """False if `time` is the time of arrival."""

    url: str
    mentions: int
    quotes: tuple[SaidWords, ...]
    more: int
    """Number of further quotations in the article."""

    context: tuple[str, str, str] | None
    """Words before the first mention, the mention, words after it."""


class NamePage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the held articles say of one name."""

    kind: NamedKind
    name: str
    spellings: tuple[tuple[str, int], ...]
    """Names in full, with the numbers of their articles; places, if the page is a country's."""

    perhaps: tuple[tuple[str, int], ...]
    """Names of people that may be another form of this one, by surname, with the numbers of their articles."""

    countries: tuple[str, ...]
    articles: int
    quotes: int
    sites: tuple[tuple[str, int, int], ...]
    """Sites with their numbers of articles and quotations."""

    days: tuple[tuple[str, int, int], ...]
    """Days (UTC) with their numbers of articles and quotations."""

    items: tuple[NamedArticle, ...]
    next: int | None
    """Offset of the next page, or None at the end."""


class _Found(NamedTuple):
    article: StoredArticle
    names: tuple[Name, ...]

    @property
    def time(self) -> int:
        return article_time(self.article.summary)

    @property
    def said(self) -> int:
        return sum(name.said for name in self.names)


def make_name_page(
    store: ArticleStore, kind: NamedKind, name: str, *, site: str | None = None, offset: int = 0
) -> NamePage:
    """Page of a name, the newest articles first.

    Spellings are joined by key, and by the other spellings that an article gives. Bearers of one name are joined, too.

    Args:
        store: The articles.
        kind: Kind of the name.
        name: Any of its spellings.
        site: Only articles of this site; None: of all.
        offset: Number of articles to leave out.
    """
    keys = _joined_keys(store, kind, name_key(name, kind))
    everywhere = [_Found(article, _matching(article, kind, keys)) for article in store.named(kind, keys)]
    if not any(one.kind == kind for each in everywhere for one in each.names) and kind == "person":
        everywhere = []  # organisations alone are no person
    found = [each for each in everywhere if site is None or each.article.summary.site == site]
    found.sort(key=lambda each: (-each.time, each.article.summary.id))
    spellings = Counter(one.name for each in found for one in each.names)
    shown = found[offset : offset + PAGE_ARTICLES]
    return NamePage(
        kind=kind,
        name=_title(kind, name, everywhere),
        spellings=tuple(spellings.most_common(MAX_SPELLINGS)),
        perhaps=_find_others(store, keys) if kind == "person" else (),
        countries=tuple(dict.fromkeys(one.country for each in found for one in each.names if one.country)),
        articles=len(found),
        quotes=sum(each.said for each in found),
        sites=_by_site(everywhere),
        days=_by_day(found),
        items=tuple(map(_item, shown)),
        next=offset + PAGE_ARTICLES if offset + PAGE_ARTICLES < len(found) else None,
    )


def _joined_keys(store: ArticleStore, kind: NamedKind, key: str) -> set[str]:
    """The key, and those that articles with it give to the same bearer."""
    keys = {key}
    if kind in KINDS:
        for article in store.named(kind, [key]):
            for name in article.names:
                if name.kind == kind and key in name.keys:
                    keys.update(other for other in name.keys if is_same(key, other, kind))
    return keys


def _find_others(store: ArticleStore, keys: set[str]) -> tuple[tuple[str, int], ...]:
    """People with the same surname, those in most articles first."""
    others = {other for key in keys for other in store.share_surname(key)} - keys
    found = []
    for other in others:
        articles = store.named("person", [other])
        names = Counter(one.name for article in articles for one in article.names if one.key == other)
        if names:
            found.append((usual_spelling(names), len(articles)))
    return tuple(sorted(found, key=lambda item: (-item[1], item[0]))[:MAX_OTHERS])


def _matching(article: StoredArticle, kind: NamedKind, keys: set[str]) -> tuple[Name, ...]:
    if kind == "country":
        return tuple(name for name in article.names if name.country and name_key(name.country, "country") in keys)
    return tuple(
        name
        for name in article.names
        if (name.kind == kind and not keys.isdisjoint(name.keys)) or (kind == "person" and name.bearer in keys)
    )


def _title(kind: NamedKind, name: str, found: Iterable[_Found]) -> str:
    """The spelling that most articles have, or the name that was asked for."""
    names = Counter(one.country if kind == "country" else one.name for each in found for one in each.names)
    return usual_spelling(names) or name


def _by_site(found: Iterable[_Found]) -> tuple[tuple[str, int, int], ...]:
    articles, quotes = Counter[str](), Counter[str]()
    for each in found:
        articles[each.article.summary.site] += 1
        quotes[each.article.summary.site] += each.said
    return tuple((site, count, quotes[site]) for site, count in articles.most_common(MAX_SITES))


def _by_day(found: Iterable[_Found]) -> tuple[tuple[str, int, int], ...]:
    articles, quotes = Counter[str](), Counter[str]()
    for each in found:
        day = format_day(each.time)
        articles[day] += 1
        quotes[day] += each.said
    return tuple((day, articles[day], quotes[day]) for day in sorted(articles)[-MAX_DAYS:])


def _item(found: _Found) -> NamedArticle:
    summary = found.article.summary
    document = found.article.document()
    article = document if isinstance(document, ExtractedArticle) else None
    quotes: list[Quote] = []
    mentions: list[Entity] = []
    if article is not None:
        keys = {(name.kind, name.key) for name in found.names}
        mentions = [one for one in article.entities if (one.type, name_key(one.name, one.type)) in keys]
        ids = {entity.id for entity in mentions}
        quotes = [quote for quote in article.quotes if _is_speaker(quote, ids, keys)]
    return NamedArticle(
        id=summary.id,
        title=summary.title or summary.lead or summary.id,
        site=summary.site,
        time=found.time,
        published=summary.published is not None,
        url=(article.url if article else None) or "",
        mentions=sum(name.mentions for name in found.names),
        quotes=tuple(_said(quote) for quote in quotes[:MAX_QUOTES]),
        more=max(0, len(quotes) - MAX_QUOTES),
        context=_context(article.text, mentions) if article else None,
    )


def _is_speaker(quote: Quote, ids: set[str], keys: set[tuple[Kind, str]]) -> bool:
    speaker = quote.speaker
    if speaker.entity_id:
        return speaker.entity_id in ids
    return bool(speaker.name) and ("person", name_key(speaker.name or "", "person")) in keys


def _said(quote: Quote) -> SaidWords:
    text = quote.text
    return SaidWords(
        id=quote.id,
        text=text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…",
        type=quote.type,
        name=quote.speaker.name or "",
        basis=quote.speaker.basis,
        confidence=quote.speaker.confidence,
        cue=quote.cue.text if quote.cue else "",
    )


def _context(text: str, entities: Iterable[Entity]) -> tuple[str, str, str] | None:
    """The first mention by name in the text, with the words around it."""
    starts = [
        (mention.start, mention.end)
        for entity in entities
        for mention in entity.mentions
        if mention.section == "body" and mention.kind == "name" and mention.start < mention.end <= len(text)
    ]
    if not starts:
        return None
    start, end = min(starts)
    before = text[max(0, start - CONTEXT_CHARACTERS) : start].rpartition("\n\n")[2]
    after = text[end : end + CONTEXT_CHARACTERS].partition("\n\n")[0]
    return before, text[start:end][:MAX_CHARACTERS], after


__all__ = ["NamePage", "NamedKind", "make_name_page"]
