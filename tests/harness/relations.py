"""Documents of the topics `articles.related` and `quotes.traced`, as the stage `related` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from copydesk.contracts.related import (
    Copies,
    CopyGroup,
    GroupMember,
    NamedSpeaker,
    QuoteForm,
    RelatedArticle,
    Sighting,
    TracedQuote,
    VersionChange,
    Versions,
)

START = datetime(2026, 11, 12, 8, tzinfo=UTC)


def member(article: str, site: str | None = "wire.example", hours: float = 0) -> GroupMember:
    """An article of a group, so many hours after the first."""
    return GroupMember(article=article, site=site, at=START + timedelta(hours=hours))


def related(
    id_: str,
    *,
    group: str | None = None,
    origin: str | None = None,
    changes: Sequence[VersionChange] = (),
    more: int = 0,
) -> bytes:
    """Record of an article that is a copy, or has a new version."""
    copies = None if group is None else Copies(group=group, origin=origin or group, share=0.83)
    versions = Versions(previous_sha256="0" * 64, changed=tuple(changes), more=more) if changes else None
    return RelatedArticle(id=id_, copies=copies, versions=versions).write()


def group(
    id_: str, origin: str, articles: Sequence[str | GroupMember], *, members: int | None = None, copies: bool = True
) -> bytes:
    """Record of a group, with the copies of its first article."""
    listed = tuple(member(one, hours=hour) if isinstance(one, str) else one for hour, one in enumerate(articles))
    own = Copies(group=id_, origin=origin, share=1.0) if copies else None
    whole = CopyGroup(origin=origin, members=members or len(listed), articles=listed)
    return RelatedArticle(id=id_, copies=own, group=whole).write()


def sighting(article: str, quote: str = "q1", *, hours: float = 0, **fields: Any) -> Sighting:
    """One article's form of the words, so many hours after the first."""
    return Sighting(**{
        "article": article, "quote": quote, "site": "wire.example", "title": f"Title of {article}", "score": 0.9,
        "at": START + timedelta(hours=hours), "speaker": "Ana Ruiz", "basis": "named", **fields,
    })  # fmt: skip


def traced_document(
    id_: str, sightings: Sequence[Sighting], *, forms: Sequence[str | QuoteForm] = ("We will build it",), **fields: Any
) -> TracedQuote:
    """An utterance; its speakers are counted."""
    names = list(dict.fromkeys(one.speaker for one in sightings))
    speakers = [
        NamedSpeaker(
            name=name,
            sources=len({one.copy_of or one.article for one in sightings if one.speaker == name}),
            articles=tuple(dict.fromkeys(one.article for one in sightings if one.speaker == name)),
            bases=("named" if name else "none",),
        )
        for name in names
    ]
    return TracedQuote(**{
        "id": id_, "text": str(forms[0]), "first": sightings[0],
        "articles": len({one.article for one in sightings}),
        "sources": len({one.copy_of or one.article for one in sightings}), "speakers": tuple(speakers),
        "forms": tuple(QuoteForm(text=one, articles=1) if isinstance(one, str) else one for one in forms),
        "sightings": tuple(sightings), **fields,
    })  # fmt: skip


def traced(id_: str, sightings: Sequence[Sighting], **fields: Any) -> bytes:
    """An utterance as JSON."""
    return traced_document(id_, sightings, **fields).write()
