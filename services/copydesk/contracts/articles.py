"""The four documents, one a topic; each is the one before it plus one block.

Offsets are half-open and count Unicode code points; ``source_start`` and ``source_end`` point into the source
text, ``start`` and ``end`` into ``text`` (or into ``title`` where ``section`` says so). Readers ignore unknown
fields, writers emit none. Nothing here knows the time: the same input and model give the same bytes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Raw

from copydesk.contracts.ids import MAX_ID_BYTES, id_from_content, id_from_key, id_from_url, id_problem

VISIBLE = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
"""A character that leaves ink; spelled out, for white space differs between Python's and JSON Schema's expressions."""

# Patterns end in \Z: in Python a line break may follow $, in JSON Schema it may not (schemas.py writes $ there).
Id = Annotated[str, Meta(min_length=1, max_length=MAX_ID_BYTES)]
Offset = Annotated[int, Meta(ge=0, description="In Unicode code points")]
Index = Annotated[int, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]
Cosine = Annotated[float, Meta(ge=-1, le=1)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
Url = Annotated[str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\x7f]+\Z", max_length=8192)]
Site = Annotated[str, Meta(pattern=r"^[^\x00-\x20\x7f/]+\Z", max_length=255)]
Language = Annotated[str, Meta(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\Z", description="BCP 47")]
Time = Annotated[datetime, Meta(tz=True, description="RFC 3339")]

_NULL = Raw(b"null")


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A message's value."""

    @classmethod
    def read(cls, value: bytes, key: bytes | None) -> Self:  # noqa: ARG003 - RawArticle needs the key
        """The document in these bytes.

        Raises:
            InvalidDocumentError: They do not keep the contract; the message says where.
        """
        try:
            if not value.isascii():
                value.decode()  # what msgspec skips over it does not check
            return msgspec.json.decode(value, type=cls)
        except UnicodeDecodeError as error:
            raise InvalidDocumentError(f"not UTF-8 at byte {error.start}") from None
        except RecursionError:
            raise InvalidDocumentError("nested too deeply") from None
        except (msgspec.DecodeError, UnicodeError) as error:
            raise InvalidDocumentError(str(error)) from None

    def write(self) -> bytes:
        """The bytes of this document; the same document gives the same bytes."""
        return msgspec.json.encode(self)


class InvalidDocumentError(ValueError):
    """A message's bytes do not keep the contract of its topic."""


# ------------------------------------------------------------------------------------------ articles.raw


class RawArticle(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A scraped article as anyone may publish it; only ``text`` or ``html`` is required."""

    text: Annotated[str, Meta(description="The article as plain text; with `html` beside it, that is used")] | None = (
        None
    )
    html: Annotated[str, Meta(description="The page as it was fetched, or a part of it")] | None = None
    id: (
        Annotated[
            Id,
            Meta(description="Default: the key, else made of the URL, else of the content; at most 256 bytes of UTF-8"),
        ]
        | None
    ) = None
    url: Url | None = None
    site: Annotated[Site, Meta(description="Default: the URL's host")] | None = None
    title: Annotated[str, Meta(description="The headline, if the producer knows it")] | None = None
    language: Language | None = None
    published_at: Time | None = None
    fetched_at: Time | None = None
    authors: tuple[str, ...] | None = None
    metadata: Raw = msgspec.field(default_factory=lambda: _NULL)
    warnings: tuple[str, ...] = ()
    """What reading the message found. Not part of the contract: ignored on input, absent from what is published."""

    def __post_init__(self) -> None:
        """Refuse an article without a visible character."""
        if not (_is_visible(self.html) or _is_visible(self.text)):
            raise ValueError("neither `text` nor `html` holds a visible character")
        if not _is_object_or_null(self.metadata):
            raise ValueError("Expected `object | null` - at `$.metadata`")

    @property
    def uses_html(self) -> bool:
        """Whether ``html`` is what gets cleaned (with both, it is)."""
        return _is_visible(self.html)

    @property
    def source(self) -> str:
        """What gets cleaned, as it came."""
        return (self.html if self.uses_html else self.text) or ""

    def write(self) -> bytes:
        """The bytes of this article as it may be published: what reading found is no part of it."""
        return msgspec.json.encode(msgspec.structs.replace(self, warnings=()) if self.warnings else self)

    @classmethod
    def read(cls, value: bytes, key: bytes | None = None) -> Self:
        r"""The article in a message, its ``id`` and ``site`` filled in, oddities told in ``warnings``.

        Tolerant where nothing is lost by it: an optional field with a bad value becomes null, half an emoji
        (``"\ud83d"``, which JSON writers emit and strict parsers refuse) becomes U+FFFD, a byte order mark is skipped.

        Raises:
            InvalidDocumentError: No JSON object, nested too deeply, neither ``text`` nor ``html``, or no id to
                be had because the message key is none.
        """
        warnings: list[str] = []
        try:
            article = super().read(value, key)
        except InvalidDocumentError:
            article = cls._read_tolerantly(value, warnings)
        if _is_visible(article.html) and _is_visible(article.text):
            warnings.append("both `text` and `html`: `html` is used")
        try:
            id_ = article._find_id(key, warnings)  # noqa: SLF001 - one of us
        except ValueError as error:
            raise InvalidDocumentError(str(error)) from None
        site = article.site or (_host(article.url) if article.url else None)
        return msgspec.structs.replace(article, id=id_, site=site, warnings=tuple(warnings))

    def _find_id(self, key: bytes | None, warnings: list[str]) -> str:
        if self.id is not None:
            if not (problem := id_problem(self.id)):
                return self.id
            warnings.append(f"`id` {problem}: ignored")
        if key:
            return id_from_key(key)
        return id_from_url(self.url) if self.url else id_from_content(self.source)

    @classmethod
    def _read_tolerantly(cls, value: bytes, warnings: list[str]) -> Self:
        try:
            try:
                members = _members(value)
            except (msgspec.DecodeError, UnicodeDecodeError):
                members = _members(_mend(value, warnings))
            return cls(**_fields(cls, members, warnings))
        except RecursionError:
            raise InvalidDocumentError("nested too deeply") from None
        except UnicodeDecodeError as error:
            raise InvalidDocumentError(f"not UTF-8 at byte {error.start}") from None
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidDocumentError(str(error)) from None


_STRICT_FIELDS = frozenset({"text", "html"})


def _members(value: bytes) -> dict[str, Raw]:
    value.decode()
    return msgspec.json.decode(value, type=dict[str, Raw])


def _fields(document: type[RawArticle], members: dict[str, Raw], warnings: list[str]) -> dict[str, Any]:
    """Fields of a raw article one by one, so that a bad optional one costs only itself."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(document):
        raw = members.get(field.name)
        if raw is None or field.name == "warnings":
            continue
        try:
            fields[field.name] = msgspec.json.decode(raw, type=field.type)
            if field.name == "metadata" and not _is_object_or_null(raw):
                raise msgspec.ValidationError("Expected `object | null`")  # noqa: TRY301 - the same answer to both
        except msgspec.ValidationError as error:
            if field.name in _STRICT_FIELDS:
                raise msgspec.ValidationError(f"{error} - at `$.{field.name}`") from None
            fields.pop(field.name, None)
            warnings.append(f"`{field.name}` ignored: {error}")
    return fields


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""An escape sequence of a JSON string, a surrogate pair as one."""


def _mend(value: bytes, warnings: list[str]) -> bytes:
    """The same JSON without a byte order mark, and with U+FFFD for every half of a surrogate pair.

    The bytes are mended, not parsed and written anew: ``metadata`` passes through as it came.

    Raises:
        UnicodeDecodeError: Even so it is not UTF-8.
    """
    text = value.decode("utf-8", "surrogatepass")
    if text.startswith("\ufeff"):
        text = text[1:]
        warnings.append("byte order mark: ignored")
    mended = _ESCAPE.sub(lambda escape: r"\ufffd" if escape["half"] else escape[0], text)
    mended = mended.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if mended != text:
        warnings.append("half a surrogate pair (part of an emoji): read as U+FFFD")
    return mended.encode()


_find_visible = re.compile(VISIBLE).search


def _is_visible(text: str | None) -> bool:
    return bool(text) and _find_visible(text) is not None  # type: ignore[arg-type]


def _is_object_or_null(raw: Raw) -> bool:
    return bytes(raw).lstrip()[:1] in {b"{", b"n"}


def _host(url: str) -> str | None:
    try:
        # a host may be what a site is not: too long for one
        return msgspec.convert(urlsplit(url).hostname, Site | None)
    except (ValueError, msgspec.ValidationError):
        return None


# -------------------------------------------------------------------------------------- articles.cleaned

Reason = Literal[
    "title", "photo", "promo", "related", "teaser", "byline", "legal", "navigation", "duplicate", "other"
]  # fmt: skip


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One non-empty block of the source, in order, kept or removed."""

    source_start: Annotated[Offset, Meta(description="In Unicode code points of the source text")]
    source_end: Annotated[Offset, Meta(description="Ditto; the first that is not in it")]
    kept: bool
    reason: Annotated[Reason, Meta(description="Why it was removed; null where it was kept")] | None = None
    noise_probability: Share
    start: Annotated[Offset, Meta(description="In Unicode code points of `text`; null where it was removed")] | None = (
        None
    )
    end: Annotated[Offset, Meta(description="Ditto; the first that is not in it")] | None = None
    text: Annotated[str, Meta(description="The removed words; null where they stand in the article's text")] | None = (
        None
    )

    def __post_init__(self) -> None:
        """A kept block says where it stands in the text; a removed one carries its words and the reason."""
        if self.kept:
            if self.start is None or self.end is None:
                raise ValueError("a kept block needs `start` and `end`")
            if self.reason is not None or self.text is not None:
                raise ValueError("a kept block has neither `reason` nor `text`")
        else:
            if self.start is not None or self.end is not None:
                raise ValueError("a removed block has no `start` and no `end`")
            if self.reason is None or self.text is None:
                raise ValueError("a removed block needs `reason` and `text`")


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What was cleaned."""

    kind: Literal["text", "html"]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="Of the text or HTML as it came, in UTF-8")]
    text: (
        Annotated[str, Meta(description="The text extracted from HTML, into which `source_*` point; null for text")]
        | None
    ) = None


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """How the cleaning went."""

    model: str
    noise_share: Annotated[float, Meta(ge=0, le=1, description="Removed share of the source's visible characters")]
    uncertain: Annotated[bool, Meta(description="The guard held the cleaner back: read the text with care")] = False
    warnings: Annotated[tuple[str, ...], Meta(description="What was odd about the message or the text")] = ()


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """One stage that the article passed."""

    stage: str
    version: str
    model: Annotated[str, Meta(description="What its verdicts come from; null where a stage has no model")] | None = (
        None
    )


class CleanedArticle(Document, frozen=True, kw_only=True):
    """The article's body, and for every block of the source why it is in it or not."""

    id: Annotated[Id, Meta(description="At most 256 bytes of UTF-8")]
    url: Url | None = None
    site: Site | None = None
    title: str | None = None
    language: Language | None = None
    authors: tuple[str, ...] = ()
    published_at: Time | None = None
    fetched_at: Time | None = None
    metadata: Raw = msgspec.field(default_factory=lambda: _NULL)
    text: Annotated[str, Meta(description='The body: kept blocks joined by "\\n\\n"; the title is not in it')]
    text_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="Of `text` in UTF-8")]
    captions: Annotated[tuple[str, ...], Meta(description="Of pictures; taken out of the text")] = ()
    credits: Annotated[tuple[str, ...], Meta(description="Of photographers and agencies; ditto")] = ()
    bylines: Annotated[tuple[str, ...], Meta(description="Lines that name who wrote it; ditto")] = ()
    dateline: Annotated[str, Meta(description="Where it was reported from, as the text says it")] | None = None
    blocks: tuple[Block, ...]
    source: Source
    cleaning: Cleaning
    provenance: tuple[Provenance, ...]

    def __post_init__(self) -> None:
        """Metadata passes through unread, but it is an object or nothing."""
        if not _is_object_or_null(self.metadata):
            raise ValueError("Expected `object | null` - at `$.metadata`")


# ------------------------------------------------------------------------------------ articles.extracted

Section = Literal["title", "body"]
EntityType = Literal["person", "organization", "location", "group", "event", "work", "law", "product", "other"]
Basis = Literal["named", "apposition", "pronoun", "role", "alias", "continued", "inferred", "none"]


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """One place where an entity stands in the article."""

    start: Offset
    end: Offset
    text: str
    kind: Literal["name", "nominal", "pronoun"]
    section: Section


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One real-world thing in this article: its spellings, surnames and acronyms merged."""

    id: Annotated[Id, Meta(description="Unique within the article")]
    name: Annotated[str, Meta(min_length=1)]
    type: EntityType
    label: Annotated[str, Meta(description="spaCy's label")]
    aliases: Annotated[tuple[str, ...], Meta(description="Its other spellings in this article")] = ()
    mentions: tuple[Mention, ...]
    salience: Annotated[
        Share, Meta(description="How much the article is about it: how often, how early, in the title or not")
    ]
    quotes_said: Annotated[int, Meta(ge=0)] = 0
    confidence: Annotated[Share, Meta(description="That type and name are right")]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of the text."""

    start: Offset
    end: Offset
    text: str


class Fragment(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that is quoted."""

    start: Offset
    end: Offset


class Speaker(msgspec.Struct, frozen=True, kw_only=True):
    """Who said it: right or null, never a guess dressed as a fact."""

    mention: Annotated[Span, Meta(description="The words that name the speaker; null where nobody is")] | None = None
    entity_id: Annotated[Id, Meta(description="One of `entities`")] | None = None
    name: Annotated[str, Meta(description="In full, where the article has it")] | None = None
    basis: Annotated[Basis, Meta(description="How it was found")]
    anonymous: Annotated[bool, Meta(description="Said to have spoken without a name, as officials do")] = False
    confidence: Share


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """The word that says that something was said."""

    start: Offset
    end: Offset
    text: str
    lemma: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """Something that somebody said."""

    id: Annotated[Id, Meta(description="Unique within the article")]
    type: Literal["direct", "mixed", "indirect"]
    text: str
    start: Offset
    end: Offset
    fragments: Annotated[
        tuple[Fragment, ...],
        Meta(description="What is quoted: one a paragraph of a long quote, one a piece of a mixed one"),
    ] = ()
    part_of: (
        Annotated[str, Meta(description="The same on the quotes that an attribution in the middle split")] | None
    ) = None
    closed: Annotated[bool, Meta(description="False where the closing mark is missing")] = True
    speaker: Speaker
    cue: Cue | None = None
    section: Section
    confidence: Annotated[Share, Meta(description="That this was said by somebody")]


class ExtractionModel(msgspec.Struct, frozen=True, kw_only=True):
    """The language model behind an extraction."""

    name: str
    version: str


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """How the extraction went."""

    model: ExtractionModel
    degraded: Annotated[bool, Meta(description="No parse (language, length, parser failure): surface rules only")] = (
        False
    )
    warnings: tuple[str, ...] = ()


class ExtractedArticle(CleanedArticle, frozen=True, kw_only=True):
    """The cleaned article, who is in it and who said what."""

    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    extraction: Extraction


# --------------------------------------------------------------------------------------- articles.scored

Status = Literal["ok", "too_short", "unsupported_language", "no_text", "degraded"]
SCORED: frozenset[str] = frozenset({"ok", "degraded"})
"""The statuses with a score and units."""


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What coherence says of one block of ``blocks``."""

    block: Annotated[Index, Meta(description="Index into `blocks`")]
    relevance: Annotated[Cosine, Meta(description="To the rest of the article")]
    off_topic_probability: Annotated[Share, Meta(description="Of another story")]
    furniture_probability: Annotated[Share, Meta(description="No part of any story: captions, teasers, notices")]
    flag: Literal["none", "off_topic", "furniture", "teaser", "duplicate"] = "none"
    reasons: Annotated[tuple[str, ...], Meta(description="What spoke for the flag")] = ()


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A run of units about one thing; both ends belong to it."""

    first_unit: Annotated[Index, Meta(description="Index into `units`")]
    last_unit: Annotated[Index, Meta(description="Ditto; it belongs to the segment")]
    relevance: Cosine
    terms: Annotated[tuple[str, ...], Meta(description="Words that mark it off")] = ()


class CoherenceModel(msgspec.Struct, frozen=True, kw_only=True):
    """All that is needed to repeat a score."""

    name: str
    version: str
    sha256: Sha256 | None = None
    thresholds: dict[str, float]
    prior: Annotated[
        dict[str, float], Meta(description="The share of contaminated articles and paragraphs that is assumed")
    ]


class Coherence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the article is one story, and what in it is not."""

    status: Status
    score: (
        Annotated[float, Meta(ge=0, le=1, description="Probability that `text` is one story and nothing foreign")]
        | None
    ) = None
    raw_score: Annotated[float, Meta(ge=0, le=1, description="The same for all blocks")] | None = None
    global_coherence: Annotated[float, Meta(description="Mean relevance of the units to the whole, -1 to 1")] | None = (
        None
    )
    local_coherence: Annotated[float, Meta(description="Mean cosine of neighbouring units")] | None = None
    two_topic_ratio: (
        Annotated[float, Meta(description="0 to 1; near 1: two groups of units that share nothing")] | None
    ) = None
    entity_continuity: (
        Annotated[float, Meta(description="Share of the names that another unit has, too; 0 to 1")] | None
    ) = None
    on_topic_share: Annotated[float, Meta(description="Share of the words that is on topic; 0 to 1")] | None = None
    structure: Literal["single", "tail", "intrusion", "mixed", "multi_story"] | None = None
    units: Annotated[tuple[Unit, ...], Meta(description="One a block of `blocks`, removed ones too")] = ()
    segments: tuple[Segment, ...] = ()
    off_topic_quotes: Annotated[
        tuple[str, ...], Meta(description="Ids of those that lie wholly in off-topic units")
    ] = ()
    off_topic_entities: Annotated[tuple[str, ...], Meta(description="Ditto")] = ()
    model: CoherenceModel

    def __post_init__(self) -> None:
        """A score where the status promises one, and only there."""
        if self.status in SCORED:
            if self.score is None:
                raise ValueError(f"status {self.status} needs a `score`")
            if not self.units:
                raise ValueError(f"status {self.status} needs `units`")
        elif self.score is not None or self.raw_score is not None:
            raise ValueError(f"status {self.status} has no score")
        elif self.units:
            raise ValueError(f"status {self.status} has no `units`")


class ScoredArticle(ExtractedArticle, frozen=True, kw_only=True):
    """The extracted article and whether it is one story."""

    coherence: Coherence


Later = TypeVar("Later", bound=CleanedArticle)


def extend(document: type[Later], article: CleanedArticle, *, by: Provenance, **block: Any) -> Later:
    """The article as the next document: all its fields, the new block, one more entry of provenance.

    Args:
        document: The next document's struct.
        article: The article as it came to the stage.
        by: Which stage adds the block.
        **block: The fields that ``document`` has and ``article`` has not.
    """
    fields = {name: getattr(article, name) for name in article.__struct_fields__}
    fields["provenance"] = (*article.provenance, by)
    return document(**fields, **block)
