"""What the list tells of an article, whatever stage it is at."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import cache
from typing import Literal, NamedTuple

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

State = Literal["raw", "cleaned", "extracted", "scored", "dead", "withdrawn", "unreadable"]

TITLE = 200  # characters of a title, a first line or an error that a list can show
PEOPLE = 8  # of an article: to be found by, and to be counted as quoted

_STATES: dict[type[Document], State] = {
    RawArticle: "raw",
    CleanedArticle: "cleaned",
    ExtractedArticle: "extracted",
    ScoredArticle: "scored",
}


class Summary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article in a line or two."""

    id: str
    state: State
    topic: str
    partition: int
    offset: int
    arrived: int
    """When the raw article was appended, milliseconds since 1970."""
    updated: int
    """When this message was."""
    title: str = ""
    lead: str = ""
    """The text's beginning, where there is no title."""
    site: str = ""
    language: str = ""
    noise: float | None = None
    quotes: int | None = None
    score: float | None = None
    raw_score: float | None = None
    structure: str = ""
    status: str = ""
    """Of the coherence, where it is not ok."""
    doubts: tuple[str, ...] = ()
    """`uncertain` (cleaning), `degraded` (extraction)."""
    people: tuple[str, ...] = ()
    said: tuple[tuple[str, int], ...] = ()
    """Who is quoted, and how often."""
    stage: str = ""
    """Of a dead letter: where it failed."""
    reason: str = ""
    why: str = ""


class Origin(NamedTuple):
    """Where the raw article lies, and when it was appended (milliseconds since 1970)."""

    partition: int
    offset: int
    ingested: int

    def older_than(self, other: Origin) -> bool:
        """Whether this is an older version of the same article: order holds within a partition, else time tells."""
        if self.partition == other.partition and min(self.offset, other.offset) >= 0:
            return self.offset < other.offset
        return self.ingested < other.ingested


@cache
def ranks() -> dict[str, int]:
    """How far on its way an article is, by topic; a stage's dead letters come before what it makes."""
    order = [name for name, topic in topics().items() if not topic.holds_dead_letters]
    found = {name: 2 * number for number, name in enumerate(order)}
    return found | {name: found[source] + 1 for name, source in sources().items() if source in found}


@cache
def sources() -> dict[str, str]:
    """Which topic a dead letter topic's stage reads."""
    return {
        name: source.name
        for name, topic in topics().items()
        if topic.holds_dead_letters
        for source in topics().values()
        if set(topic.producers) & set(source.consumers)
    }


def identify(message: Message) -> tuple[str, Origin]:
    """The id under which a message is kept, and which version of the article it belongs to."""
    place = _origin_place(message)
    ingested = seconds(header(message.headers, INGESTED) or "", default=message.timestamp / 1000)
    origin = Origin(*place, round(ingested * 1000))
    id_ = header(message.headers, "ce_subject") or (message.key or b"").decode("utf-8", "replace")
    if message.value and ranks()[message.topic] <= 1:  # a raw article's own id wins
        with suppress(InvalidDocumentError):
            id_ = RawArticle.read(message.value, message.key).id or id_
    if id_problem(id_):
        id_ = (
            f"{message.topic}/{message.partition}/{message.offset}"
            if place[1] < 0
            else f"articles.raw/{place[0]}/{place[1]}"
        )
    return id_, origin


def _origin_place(message: Message) -> tuple[int, int]:
    """Partition and offset of the raw article; offset -1 where nothing tells."""
    if message.topic == "articles.raw":
        return message.partition, message.offset
    told = header(message.headers, ORIGIN) or ""
    if not told and sources().get(message.topic) == "articles.raw":
        told = f"{header(message.headers, 'dlq.partition')}/{header(message.headers, 'dlq.offset')}"
    partition, _, offset = told.partition("/")
    if all(part.isascii() and part.isdigit() and len(part) < 19 for part in (partition, offset)):
        return int(partition), int(offset)
    return message.partition, -1


def summarise(message: Message, id_: str, origin: Origin) -> Summary:
    """What the list tells of a message's article."""
    place = Summary(
        id=id_,
        state="withdrawn",
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        arrived=origin.ingested,
        updated=message.timestamp,
    )
    if message.topic in sources():
        return _of_dead_letter(place, message)
    if message.withdrawn:
        return place
    try:
        article = message.article
    except (InvalidDocumentError, LookupError) as error:
        return msgspec.structs.replace(place, state="unreadable", why=_line(str(error)))
    return msgspec.structs.replace(place, state=_STATES[type(article)], **_facts(article)) if article else place


def _of_dead_letter(place: Summary, message: Message) -> Summary:
    try:
        letter = message.dead_letter
    except msgspec.ValidationError as error:
        return msgspec.structs.replace(place, state="unreadable", why=f"no dead letter: {error}")
    why = f"{letter.exception_class}: {letter.exception_message}"
    return msgspec.structs.replace(
        place,
        state="dead",
        stage=letter.stage,
        reason=letter.reason,
        why=_line(why),
        **_facts(_original(message, letter)),
    )


def _original(message: Message, letter: DeadLetter) -> Document | None:
    """What failed, if it is a document at all."""
    document = DOCUMENTS.get(sources()[message.topic])
    if document is None or not message.value or letter.reason == "invalid":
        return None
    try:
        return document.read(message.value, message.key)
    except InvalidDocumentError:
        return None


def _facts(article: Document | None) -> dict[str, object]:
    """What a document tells, the fields of each stage."""
    if isinstance(article, RawArticle):
        return _names(article) | {"lead": "" if article.uses_html else _line(article.source)}
    if not isinstance(article, CleanedArticle):
        return {}
    facts = _names(article) | {"noise": article.cleaning.noise_share}
    if not article.title:
        facts["lead"] = _line(article.text)
    doubts = ["uncertain"] if article.cleaning.uncertain else []
    if isinstance(article, ExtractedArticle):
        doubts += ["degraded"] if article.extraction.degraded else []
        facts |= {"quotes": len(article.quotes), "people": _people(article), "said": _said(article)}
    if isinstance(article, ScoredArticle):
        coherence = article.coherence
        facts |= {
            "score": coherence.score,
            "raw_score": coherence.raw_score,
            "structure": coherence.structure or "",
            "status": "" if coherence.status == "ok" else coherence.status,
        }
    return facts | {"doubts": tuple(doubts)}


def _names(article: RawArticle | CleanedArticle) -> dict[str, object]:
    return {"title": _line(article.title or ""), "site": article.site or "", "language": article.language or ""}


def _people(article: ExtractedArticle) -> tuple[str, ...]:
    people = sorted((one for one in article.entities if one.type == "person"), key=lambda one: -one.salience)
    return tuple(_line(one.name) for one in people[:PEOPLE])


def _said(article: ExtractedArticle) -> tuple[tuple[str, int], ...]:
    counts = Counter(quote.speaker.name for quote in article.quotes if quote.speaker.name)
    return tuple((_line(name), count) for name, count in counts.most_common(PEOPLE))


def _line(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text[: 4 * TITLE].split())
    return line if len(line) <= TITLE else line[: TITLE - 1] + "…"


def headers_told(headers: tuple[Header, ...]) -> list[tuple[str, str]]:
    """Headers as text, bytes that are none escaped."""
    return [(name, (value or b"").decode("utf-8", "backslashreplace")) for name, value in headers]


__all__ = ["Origin", "State", "Summary", "headers_told", "identify", "ranks", "sources", "summarise"]
