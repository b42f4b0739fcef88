"""Documents of articles and utterances, from their rows.

Whose words they are is what the articles say. Where they name different people, that is told as "differently
attributed": it may be an error of an article, of the extractor, or of neither.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from copydesk.contracts.related import (
    Copies,
    CopyGroup,
    GroupMember,
    NamedSpeaker,
    QuoteForm,
    RelatedArticle,
    Sighting,
    TracedQuote,
    Versions,
)
from copydesk.related.changes import Changes, find_changes
from copydesk.related.grouping import order
from copydesk.related.rows import (
    ArticleRow,
    CardRow,
    GroupRow,
    Load,
    MemberRow,
    SightingRow,
    UtteranceRow,
    article_key,
    card_key,
    group_key,
    group_owner_key,
    members_key,
    utterance_key,
)
from copydesk.related.utterances import load_sightings
from copydesk.related.words import split_words

MIN_AGREEING = 2
"""Number of sources that must name the same speaker before their name is told where others name nobody."""

MAX_EVIDENCE = 20
"""Articles that are listed beside a speaker."""


def describe_article(load: Load, id_: str) -> RelatedArticle | None:
    """Articles that belong to an article; None if there are none."""
    row: ArticleRow | None = load(article_key(id_), ArticleRow)
    own: GroupRow | None = None if row is None else load(group_key(row.group), GroupRow)
    copies = None
    if row is not None and own is not None and own.count > 1:
        copies = Copies(group=own.id, origin=own.origin, share=row.share)
    versions = None
    if row is not None and row.versions is not None:
        versions = msgspec.msgpack.decode(row.versions, type=Versions)
    group = _describe_group(load, id_, row, own)
    if copies is None and group is None and versions is None:
        return None
    return RelatedArticle(id=id_, copies=copies, group=group, versions=versions)


def _describe_group(load: Load, id_: str, row: ArticleRow | None, own: GroupRow | None) -> CopyGroup | None:
    """The group of this id, which its first article may have left."""
    number, group = (None if row is None else row.group), own
    if group is None or group.id != id_:
        number = load(group_owner_key(id_), int)
        group = None if number is None else load(group_key(number), GroupRow)
    if number is None or group is None or group.count < 2:
        return None
    members: list[MemberRow] = load(members_key(number), list[MemberRow]) or []
    listed = tuple(
        GroupMember(article=one.article, site=one.site, at=_moment(one.at), dated_by=_dated_by(one.published))
        for one in sorted(members, key=order)
    )
    return CopyGroup(origin=group.origin, members=group.count, articles=listed)


def list_group(load: Load, number: int) -> list[str]:
    """Ids of a group's listed articles."""
    members: list[MemberRow] = load(members_key(number), list[MemberRow]) or []
    return [one.article for one in members]


def describe_utterance(load: Load, number: int, *, least: int = 2) -> TracedQuote | None:
    """The same words in several articles; None if fewer than `least` articles have them."""
    row: UtteranceRow | None = load(utterance_key(number), UtteranceRow)
    rows = [] if row is None else load_sightings(load, number, row)
    articles = {one.article for one in rows}
    if row is None or len(articles) + row.more < least or not rows:
        return None
    cards: dict[str, CardRow] = {id_: load(card_key(id_), CardRow) or _UNKNOWN for id_ in articles}
    rows.sort(key=lambda one: (*_order(cards[one.article]), one.article, one.quote))
    texts = list(dict.fromkeys(one.text for one in rows))
    forms = tuple(_describe_form(texts[0], text, rows) for text in texts)
    sightings = tuple(_describe_sighting(one, cards[one.article], texts.index(one.text)) for one in rows)
    speakers = _count_speakers(rows)
    named = [one for one in speakers if one.name is not None]
    return TracedQuote(
        id=row.id,
        text=texts[0],
        first=sightings[0],
        articles=len(articles) + row.more,
        sources=len({_source(one) for one in rows}),
        speakers=speakers,
        differently_attributed=len(named) > 1,
        name_from_others=_find_missing_name(speakers),
        wording_differs=any(form.alarm for form in forms),
        forms=forms,
        sightings=sightings,
        more=row.more,
    )


def _describe_form(first: str, text: str, rows: Sequence[SightingRow]) -> QuoteForm:
    changes = _find_changes(first, text) if text != first else Changes(())
    articles = len({one.article for one in rows if one.text == text})
    return QuoteForm(text=text, changes=changes.kinds, alarm=changes.alarm, articles=articles)


@lru_cache(maxsize=4096)
def _find_changes(before: str, after: str) -> Changes:
    return find_changes(before, after)


_UNKNOWN = CardRow(site=None, title=None, url=None, at=None, published=False)


def _order(card: CardRow) -> tuple[bool, int]:
    """Place of an article in time; those without a date come last."""
    return card.at is None, card.at or 0


def _describe_sighting(one: SightingRow, card: CardRow, form: int) -> Sighting:
    return Sighting(
        article=one.article, quote=one.quote, site=card.site, title=card.title, url=card.url, at=_moment(card.at),
        dated_by=_dated_by(card.published), form=form, score=one.score, speaker=one.speaker, basis=one.basis,
        copy_of=one.copy_of,
    )  # fmt: skip


def _moment(time: int | None) -> datetime | None:
    return None if time is None else datetime.fromtimestamp(time / 1000, UTC)


def _dated_by(published: bool) -> str:  # noqa: FBT001 - one of two values
    return "published" if published else "ingested"


def _source(one: SightingRow) -> str:
    """The text's source: copies of one text are one."""
    return one.copy_of or one.article


def _count_speakers(rows: Sequence[SightingRow]) -> tuple[NamedSpeaker, ...]:
    """Speakers by the number of sources; full names and surnames of one person are joined under the longest form."""
    joined: dict[str | None, list[SightingRow]] = {}
    for name in sorted({one.speaker for one in rows}, key=lambda name: (-len(name or ""), name or "")):
        same = next((other for other in joined if name and other and _is_same_person(name, other)), name)
        joined.setdefault(same, []).extend(one for one in rows if one.speaker == name)
    counted = [_describe_speaker(name, found) for name, found in joined.items()]
    return tuple(sorted(counted, key=lambda one: (-one.sources, one.name is None, one.name or "")))


def _describe_speaker(name: str | None, rows: Collection[SightingRow]) -> NamedSpeaker:
    articles = tuple(dict.fromkeys(one.article for one in rows))
    return NamedSpeaker(
        name=name,
        sources=len({_source(one) for one in rows}),
        articles=articles[:MAX_EVIDENCE],
        bases=tuple(sorted({one.basis for one in rows})),
    )


def _is_same_person(name: str, longer: str) -> bool:
    """True if the shorter name is a part of the longer one that ends in the same surname."""
    short, long = split_words(name), split_words(longer)
    return bool(short) and bool(long) and short[-1] == long[-1] and set(short) <= set(long)


def _find_missing_name(speakers: Sequence[NamedSpeaker]) -> str | None:
    named = [one for one in speakers if one.name is not None]
    nobody = any(one.name is None for one in speakers)
    return named[0].name if nobody and len(named) == 1 and named[0].sources >= MIN_AGREEING else None


__all__ = ["describe_article", "describe_utterance", "list_group"]
