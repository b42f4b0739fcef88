"""Documents about articles that belong together: copies, versions, and the same words said elsewhere."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from copydesk.contracts.articles import Document, Id, Sha256, Share, Site, Time, Word

MAX_TEXT_CHARACTERS = 20_000
"""Code points of a text that are kept to compare it with its next version, from its beginning."""

MAX_QUOTES, MAX_QUOTE_CHARACTERS = 100, 1_000
"""Quotations of an article that are traced, and code points of each, from the beginning."""

MAX_TITLE_CHARACTERS, MAX_URL_CHARACTERS, MAX_NAME_CHARACTERS = 300, 500, 200
"""Code points of a title and of a name that are kept; a longer URL is left out."""

DatedBy = Annotated[
    Word,
    Meta(
        description="Source of the time: `published` (the article's own date), or `ingested` where it has none or none "
        "that can be true. New values may be added: take a value that you do not know as `other`",
        examples=["published", "ingested"],
    ),
]


# ------------------------------------------------------------------------------------------ related.keys, internal


class QuotedWords(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A quotation, as little of it as tracing needs."""

    id: str
    text: str
    speaker: str | None = None
    basis: str = ""


class ArticleKeys(Document, frozen=True, kw_only=True, omit_defaults=True):
    """An article by the keys under which others may meet it. Internal."""

    id: Id
    site: str | None = None
    title: str | None = None
    url: str | None = None
    published_at: int | None = None
    """Milliseconds since 1970."""

    fingerprints: bytes = b""
    """Fingerprints of the text, six bytes each (base64 in JSON)."""

    quotes: tuple[QuotedWords, ...] = ()
    text: str = ""
    """Beginning of the text, to compare the next version with."""

    text_sha256: str = ""


# ------------------------------------------------------------------------------------------ articles.related


class Copies(msgspec.Struct, frozen=True, kw_only=True):
    """An article's place in a group of copies of one text."""

    group: Annotated[str, Meta(description="Id of the group: that of its first article to arrive. It never changes")]
    origin: Annotated[str, Meta(description="Id of the group's earliest article, by time")]
    share: Annotated[
        Share,
        Meta(description="Share of the smaller text that the article had in common with the group as it arrived"),
    ]


class GroupMember(msgspec.Struct, frozen=True, kw_only=True):
    """An article of a group of copies."""

    article: Id
    site: Site | None = None
    at: Annotated[Time, Meta(description="Time of the article")] | None = None
    dated_by: DatedBy = "published"


class CopyGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Articles of one text."""

    origin: Annotated[str, Meta(description="Id of the earliest article, by time")]
    members: Annotated[int, Meta(ge=2, description="Number of articles")]
    articles: Annotated[tuple[GroupMember, ...], Meta(description="The first of them to arrive, earliest first")]


class VersionChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change from the version before."""

    kind: Annotated[
        Word,
        Meta(
            description="Kind of change. New values may be added: take a value that you do not know as `other`",
            examples=["added", "removed", "replaced"],
        ),
    ]
    was: Annotated[str, Meta(description="Sentences of the version before; empty for what was added")] = ""
    now: Annotated[str, Meta(description="Sentences of this version; empty for what was removed")] = ""


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """Difference between this version of an article and the one before."""

    previous_sha256: Annotated[Sha256, Meta(description="`text_sha256` of the version before")]
    changed: Annotated[tuple[VersionChange, ...], Meta(description="Changes in the order of the text")]
    more: Annotated[int, Meta(ge=0, description="Number of further changes")] = 0


class RelatedArticle(Document, frozen=True, kw_only=True):
    """Articles that belong to this one. An article without any has no record."""

    id: Annotated[str, Meta(min_length=1, description="Id of the article, or of the group")]
    copies: Annotated[Copies, Meta(description="Group of copies that it belongs to")] | None = None
    group: (
        Annotated[CopyGroup, Meta(description="The whole group, in the record whose id is the group's; else null")]
        | None
    ) = None
    versions: Annotated[Versions, Meta(description="Changes since the version before")] | None = None


# ------------------------------------------------------------------------------------------ quotes.traced


FormChange = Annotated[
    Word,
    Meta(
        description="Kind of change. New values may be added: take a value that you do not know as `other`",
        examples=[
            "shortened", "marks", "words", "spelling", "person", "bracket", "ellipsis", "number", "negation", "name",
        ],
    ),
]  # fmt: skip


class QuoteForm(msgspec.Struct, frozen=True, kw_only=True):
    """One form of the words."""

    text: str
    changes: Annotated[
        tuple[FormChange, ...], Meta(description="Kinds of change from the first form; empty for the first form itself")
    ] = ()
    alarm: Annotated[bool, Meta(description="True if a number, a negation or a name differs: read both")] = False
    articles: Annotated[int, Meta(ge=1, description="Number of articles with this form")]


class NamedSpeaker(msgspec.Struct, frozen=True, kw_only=True):
    """A speaker, and who names them."""

    name: Annotated[str, Meta(description="Longest form of the name")] | None = None
    sources: Annotated[int, Meta(ge=1, description="Number of articles that are no copies of each other")]
    articles: Annotated[tuple[Id, ...], Meta(description="Articles that name them so: the evidence; at most 20")] = ()
    bases: Annotated[tuple[Word, ...], Meta(description="Evidence for the speaker in these articles")] = ()


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One article's form of the words."""

    article: Id
    quote: Annotated[Id, Meta(description="Id of the quotation in the article")]
    site: Site | None = None
    title: str | None = None
    url: str | None = None
    at: Annotated[Time, Meta(description="Time of the article; null if it has no date")] | None = None
    dated_by: DatedBy = "published"
    form: Annotated[int, Meta(ge=0, description="Number of its form in `forms`, from 0")] = 0
    score: Annotated[Share, Meta(description="Confidence: share of the words' weight in common with an earlier form")]
    speaker: str | None = None
    basis: Annotated[Word, Meta(description="Evidence for the speaker in the article")] = "none"
    copy_of: (
        Annotated[str, Meta(description="Group of copies whose first article is another one; null otherwise")] | None
    ) = None


class TracedQuote(Document, frozen=True, kw_only=True):
    """The same words in several articles: an utterance."""

    id: Annotated[str, Meta(min_length=1, description="`article#quote` of the form that arrived first")]
    text: Annotated[str, Meta(description="The earliest form, by time")]
    first: Annotated[Sighting, Meta(description="The earliest article, by time")]
    articles: Annotated[int, Meta(ge=1, description="Number of articles that have the words")]
    sources: Annotated[int, Meta(ge=1, description="Number of these that are no copies of each other")]
    speakers: Annotated[tuple[NamedSpeaker, ...], Meta(description="Most sources first")]
    differently_attributed: Annotated[
        bool,
        Meta(
            description="True if two sources name different people. It may be an error of either, or of the extractor"
        ),
    ] = False
    name_from_others: (
        Annotated[str, Meta(description="Speaker whom several sources name, where one names nobody; null otherwise")]
        | None
    ) = None
    wording_differs: Annotated[
        bool, Meta(description="True if a number, a negation or a name differs between two forms")
    ] = False
    forms: Annotated[tuple[QuoteForm, ...], Meta(description="Forms in the order of their first articles")]
    sightings: Annotated[tuple[Sighting, ...], Meta(description="Articles by time; at most 50")]
    more: Annotated[int, Meta(ge=0, description="Number of further quotations that are counted only")] = 0


__all__ = [
    "MAX_NAME_CHARACTERS",
    "MAX_QUOTES",
    "MAX_QUOTE_CHARACTERS",
    "MAX_TEXT_CHARACTERS",
    "MAX_TITLE_CHARACTERS",
    "MAX_URL_CHARACTERS",
    "ArticleKeys",
    "Copies",
    "CopyGroup",
    "GroupMember",
    "NamedSpeaker",
    "QuoteForm",
    "QuotedWords",
    "RelatedArticle",
    "Sighting",
    "TracedQuote",
    "VersionChange",
    "Versions",
]
