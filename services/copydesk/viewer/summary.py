"""Summaries of articles for the page's list, and the identity of a message's article."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any, Literal, NamedTuple

import msgspec

from copydesk.client import Message
from copydesk.contracts.articles import (
    CleanedArticle,
    Document,
    ExtractedArticle,
    InvalidDocumentError,
    RawArticle,
    ScoredArticle,
)
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import INGESTED, ORIGIN, Header, header, seconds
from copydesk.contracts.ids import id_problem
from copydesk.contracts.topics import DOCUMENTS, topics
from copydesk.contracts.topics import topic as topic_of

State = Literal["raw", "cleaned", "extracted", "scored", "dead", "withdrawn", "unreadable"]

MAX_LINE_CHARACTERS = 200  # of a title, a first line or an error: longer ones do not fit into the list
MAX_PEOPLE = 8  # people of an article that its row names

_STATES: dict[type[Document], State] = {
    RawArticle: "raw",
    CleanedArticle: "cleaned",
    ExtractedArticle: "extracted",
    ScoredArticle: "scored",
}


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Row of the list: one article at the stage that it has reached."""

    id: str
    state: State
    topic: str
    partition: int
    offset: int
    arrived: int
    """Time when the raw article was appended, milliseconds since 1970."""
    updated: int
    """Time when this message was appended, milliseconds since 1970."""
    title: str = ""
    lead: str = ""
    """Beginning of the text, if there is no title."""
    site: str = ""
    language: str = ""
    published: int | None = None
    """Time of publication, milliseconds since 1970."""
    noise: float | None = None
    quotes: int | None = None
    score: float | None = None
    raw_score: float | None = None
    structure: str = ""
    status: str = ""
    """Status of the coherence block, if it is not `ok`."""
    doubts: tuple[str, ...] = ()
    """`uncertain` (cleaning), `degraded` (extraction)."""
    people: tuple[str, ...] = ()
    stage: str = ""
    """Stage of a dead letter."""
    reason: str = ""
    """Reason of a dead letter."""
    related: int = 0
    """Number of the last change of what is known of related articles; 0: none since this message."""
    why: str = ""
    """Error message of a dead letter or an unreadable message."""


class Origin(NamedTuple):
    """Place of the raw article, and the time when it was appended (milliseconds since 1970); identifies a version."""

    partition: int
    offset: int
    ingested: int

    def older_than(self, other: Origin) -> bool:
        """Return whether this version is older: by offset within a partition, else by time."""
        if self.partition == other.partition and min(self.offset, other.offset) >= 0:
            return self.offset < other.offset
        return self.ingested < other.ingested


@cache
def topic_ranks() -> dict[str, int]:
    """Rank of each topic in the order of stages; a stage's dead letters rank between its source and its sink."""
    order = list(DOCUMENTS)
    by_name = {name: 2 * number for number, name in enumerate(order)}
    dead_letters = {name: by_name[source] + 1 for name, source in dead_letter_sources().items() if source in by_name}
    return by_name | dead_letters


@cache
def dead_letter_sources() -> dict[str, str]:
    """Source topic of the stage of each dead letter topic that holds articles.

    Left out are stages behind the last document: their failures take nothing from an article that is done.
    """
    makers = {stage for document in DOCUMENTS for stage in topic_of(document).producers}
    return {
        name: source.name
        for name, topic in topics().items()
        if topic.holds_dead_letters
        for source in map(topic_of, DOCUMENTS)
        if set(topic.producers) & set(source.consumers) & makers
    }


def identify(message: Message) -> tuple[str, Origin]:
    """Id under which a message's article is kept, and the version to which the message belongs."""
    partition, offset = _raw_place(message)
    ingested = seconds(header(message.headers, INGESTED) or "", default=message.timestamp / 1000)
    origin = Origin(partition, offset, round(ingested * 1000))
    id_ = header(message.headers, "ce_subject") or (message.key or b"").decode("utf-8", "replace")
    if message.value and topic_ranks()[message.topic] <= 1:  # a raw article's own id wins
        with suppress(InvalidDocumentError):
            id_ = RawArticle.read(message.value, message.key).id or id_
    if id_problem(id_):
        id_ = (
            f"{message.topic}/{message.partition}/{message.offset}"
            if offset < 0
            else f"articles.raw/{partition}/{offset}"
        )
    return id_, origin


def _raw_place(message: Message) -> tuple[int, int]:
    """Partition and offset of the raw article; offset -1 if the message does not say."""
    if message.topic == "articles.raw":
        return message.partition, message.offset
    origin = header(message.headers, ORIGIN) or ""
    if not origin and dead_letter_sources().get(message.topic) == "articles.raw":
        origin = f"{header(message.headers, 'dlq.partition')}/{header(message.headers, 'dlq.offset')}"
    partition, _, offset = origin.partition("/")
    if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (partition, offset)):
        return int(partition), int(offset)
    return message.partition, -1


def summarise(message: Message, id_: str, origin: Origin) -> Summary:
    """Summary of a message's article.

    Args:
        message: Any message of any topic that the page shows.
        id_: The article's id (`identify`).
        origin: The article's version (`identify`).
    """
    withdrawn = Summary(
        id=id_,
        state="withdrawn",
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        arrived=origin.ingested,
        updated=message.timestamp,
    )
    if message.topic in dead_letter_sources():
        return _summarise_dead_letter(withdrawn, message)
    if message.withdrawn:
        return withdrawn
    try:
        article = message.article
    except (InvalidDocumentError, LookupError) as error:
        return msgspec.structs.replace(withdrawn, state="unreadable", why=_first_line(str(error)))
    if article is None:
        return withdrawn
    return msgspec.structs.replace(withdrawn, state=_STATES[type(article)], **_document_fields(article))


def _summarise_dead_letter(summary: Summary, message: Message) -> Summary:
    try:
        letter = message.dead_letter
    except msgspec.ValidationError as error:
        return msgspec.structs.replace(summary, state="unreadable", why=f"no dead letter: {error}")
    why = f"{letter.exception_class}: {letter.exception_message}"
    return msgspec.structs.replace(
        summary,
        state="dead",
        stage=letter.stage,
        reason=letter.reason,
        why=_first_line(why),
        **(_document_fields(_original(message, letter)) or _loose_fields(message.value)),
    )


class _Loose(msgspec.Struct):
    """Title and site of JSON that is no valid document."""

    title: Any = None
    site: Any = None


def _loose_fields(value: bytes | None) -> dict[str, object]:
    """Title and site in the bytes of a dead letter, as far as they can be read: an operator must know what it was."""
    try:
        loose = msgspec.json.decode(value or b"", type=_Loose)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    fields = {"title": loose.title, "site": loose.site}
    return {name: _first_line(text) for name, text in fields.items() if isinstance(text, str)}


def _original(message: Message, letter: DeadLetter) -> Document | None:
    """Document that failed, or None if the bytes are no valid document."""
    document = DOCUMENTS.get(dead_letter_sources()[message.topic])
    if document is None or not message.value or letter.reason == "invalid":
        return None
    try:
        return document.read(message.value, message.key)
    except InvalidDocumentError:
        return None


def _document_fields(article: Document | None) -> dict[str, object]:
    """Summary fields that a document fills, by the stage that it has reached."""
    if isinstance(article, RawArticle):
        return _title_fields(article) | {"lead": "" if article.uses_html else _first_line(article.source)}
    if not isinstance(article, CleanedArticle):
        return {}
    fields = _title_fields(article) | {"noise": article.cleaning.noise_share}
    if not article.title:
        fields["lead"] = _first_line(article.text)
    doubts = ["uncertain"] if article.cleaning.uncertain else []
    if isinstance(article, ExtractedArticle):
        doubts += ["degraded"] if article.extraction.degraded else []
        fields |= {"quotes": len(article.quotes), "people": _people(article)}
    if isinstance(article, ScoredArticle):
        coherence = article.coherence
        fields |= {
            "score": coherence.score,
            "raw_score": coherence.raw_score,
            "structure": coherence.structure or "",
            "status": "" if coherence.status == "ok" else coherence.status,
        }
    return fields | {"doubts": tuple(doubts)}


def _title_fields(article: RawArticle | CleanedArticle) -> dict[str, object]:
    published = article.published_at
    return {
        "title": _first_line(article.title or ""),
        "site": article.site or "",
        "language": article.language or "",
        "published": None if published is None else int(published.timestamp() * 1000),
    }


def _people(article: ExtractedArticle) -> tuple[str, ...]:
    people = sorted(
        (entity for entity in article.entities if entity.type == "person"), key=lambda entity: -entity.salience
    )
    return tuple(_first_line(entity.name) for entity in people[:MAX_PEOPLE])


def _first_line(text: str) -> str:
    """Beginning of a text in one line, cut with an ellipsis."""
    line = " ".join(text[: 4 * MAX_LINE_CHARACTERS].split())
    return line if len(line) <= MAX_LINE_CHARACTERS else line[: MAX_LINE_CHARACTERS - 1] + "…"


def decode_headers(headers: tuple[Header, ...]) -> list[tuple[str, str]]:
    """Headers as text; bytes that are not UTF-8 are escaped."""
    return [(name, (value or b"").decode("utf-8", "backslashreplace")) for name, value in headers]


__all__ = [
    "Origin",
    "State",
    "Summary",
    "dead_letter_sources",
    "decode_headers",
    "identify",
    "summarise",
    "topic_ranks",
]
