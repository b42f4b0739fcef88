"""The four documents, one per topic. Each is the previous document plus one block of fields.

Offsets are half-open and count Unicode code points. ``source_start`` and ``source_end`` point into the source text,
``start`` and ``end`` into ``text`` (or into ``title``, where ``section`` says so).

Readers ignore unknown fields, and writers emit none. Values that may grow, such as a removal reason, are strings: a
reader takes a value that it does not know as "other" and passes it on unchanged. Documents hold no clock: the same
input, model and settings give the same bytes.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, Self, TypeVar, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Raw

from copydesk.contracts.ids import (
    MAX_ID_BYTES,
    id_from_content,
    id_from_key,
    id_from_number,
    id_from_url,
    id_problem,
)

VISIBLE = r"[^\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]"
"""Pattern of a visible character. Spelled out, since Python and JSON Schema disagree on what white space is."""

# Patterns end in \Z, since a line break may follow $ in Python. In JSON Schema it may not: schemas.py writes $ there.
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

Word = Annotated[str, Meta(min_length=1, max_length=64)]
"""A value of a list that may grow. A pattern would be the stricter check, but it nearly doubled the time of decoding a
document (25 KiB: .073 ms without, .132 with), which every stage does twice."""

_NULL = Raw(b"null")


def _open_list(description: str, known: Any) -> Meta:
    """Annotation of a `Word`: its meaning, and the values that this version writes.

    Args:
        description: Meaning of the field.
        known: Literal type of the values.
    """
    return Meta(
        description=f"{description}. New values may be added: take a value that you do not know as `other`",
        examples=list(get_args(known)),
    )


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document: the value of a message."""

    @classmethod
    def read(cls, value: bytes, key: bytes | None) -> Self:  # noqa: ARG003 - RawArticle needs the key
        """Decode and validate a document.

        Raises:
            InvalidDocumentError: The bytes break the contract; the message says where.
        """
        try:
            if not value.isascii():
                value.decode()  # msgspec does not check the fields that it skips
            return msgspec.json.decode(value, type=cls)
        except UnicodeDecodeError as error:
            raise InvalidDocumentError(f"not UTF-8 at byte {error.start}") from None
        except RecursionError:
            raise InvalidDocumentError("nested too deeply") from None
        except (msgspec.DecodeError, UnicodeError) as error:
            raise InvalidDocumentError(str(error)) from None

    def write(self) -> bytes:
        """Encode the document. The same document gives the same bytes."""
        return msgspec.json.encode(self)


class InvalidDocumentError(ValueError):
    """The bytes of a message break the contract of its topic."""


# ------------------------------------------------------------------------------------------ articles.raw


class RawArticle(Document, frozen=True, kw_only=True, omit_defaults=True):
    """A scraped article, as anyone may publish it. Only ``text`` or ``html`` is required."""

    text: Annotated[str, Meta(description="The article as plain text. Not used if `html` is given, too")] | None = None
    html: Annotated[str, Meta(description="The page as it was fetched, or a part of it")] | None = None
    id: (
        Annotated[
            Id,
            Meta(description="Default: the message key, else made from URL or content. At most 256 bytes of UTF-8"),
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
    """Oddities found while reading the message. Not part of the contract: ignored on input, never published."""

    def __post_init__(self) -> None:
        """Refuse an article without a visible character."""
        if not (_is_visible(self.html) or _is_visible(self.text)):
            raise ValueError("neither `text` nor `html` holds a visible character")
        if not _is_object_or_null(self.metadata):
            raise ValueError("Expected `object | null` - at `$.metadata`")

    @property
    def uses_html(self) -> bool:
        """True if ``html`` is cleaned; it is preferred to ``text``."""
        return _is_visible(self.html)

    @property
    def source(self) -> str:
        """The HTML or text to clean, as it came."""
        return (self.html if self.uses_html else self.text) or ""

    def write(self) -> bytes:
        """Encode the article without its warnings, as it may be published."""
        return msgspec.json.encode(msgspec.structs.replace(self, warnings=()) if self.warnings else self)

    @classmethod
    def read(cls, value: bytes, key: bytes | None = None, *, strict_id: bool = False) -> Self:
        r"""Read the article in a message. Fills in ``id`` and ``site``; ``warnings`` lists oddities.

        Tolerant where nothing is lost by it: an optional field with a bad value becomes null, half an emoji
        (``"\ud83d"``, which JSON writers emit and strict parsers refuse) becomes U+FFFD, a byte order mark is skipped.
        An integer id (a database key) is read as its decimal digits.

        Args:
            value: The value of a message.
            key: Its key.
            strict_id: Refuse an ``id`` that cannot be one. A stage takes the next best one, with a warning, but a
                publisher should learn of it: two articles with the same text would become one.

        Raises:
            InvalidDocumentError: The value is no JSON object, is nested too deeply, or has neither ``text`` nor
                ``html``; or the article has no id and the message key cannot be one; or its id cannot be one, and that
                is refused.
        """
        warnings: list[str] = []
        try:
            article = super().read(value, key)
        except InvalidDocumentError:
            article = cls._read_tolerantly(value, warnings)
        if strict_id and (problem := _find_id_problem(article, warnings)):
            raise InvalidDocumentError(problem)
        if _is_visible(article.html) and _is_visible(article.text):
            warnings.append("both `text` and `html`: `html` is used")
        try:
            id_ = article._find_id(key, warnings)  # noqa: SLF001 - a method of this class
        except ValueError as error:
            raise InvalidDocumentError(str(error)) from None
        site = article.site or (find_host(article.url) if article.url else None)
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


def _find_id_problem(article: RawArticle, warnings: list[str]) -> str | None:
    """Reason why the id that a producer gave cannot be one, or None if it can, or if there is none."""
    ignored = "`id` ignored: "
    if found := next((warning for warning in warnings if warning.startswith(ignored)), None):
        return f"`id` cannot be an article's id: {found.removeprefix(ignored)}; give a string or an integer"
    problem = None if article.id is None else id_problem(article.id)
    return f"`id` cannot be an article's id: it {problem}" if problem else None


_STRICT_FIELDS = frozenset({"text", "html"})


def _members(value: bytes) -> dict[str, Raw]:
    value.decode()
    return msgspec.json.decode(value, type=dict[str, Raw])


def _fields(document: type[RawArticle], members: dict[str, Raw], warnings: list[str]) -> dict[str, Any]:
    """Decode the fields of a raw article one by one, so that a bad optional field costs only itself."""
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(document):
        raw = members.get(field.name)
        if raw is None or field.name == "warnings":
            continue
        try:
            if field.name == "id" and (number := _integer(raw)) is not None:
                fields[field.name] = msgspec.convert(id_from_number(number), type=Id)
                continue
            fields[field.name] = msgspec.json.decode(raw, type=field.type)
            if field.name == "metadata" and not _is_object_or_null(raw):
                raise msgspec.ValidationError("Expected `object | null`")  # noqa: TRY301 - handled like a value of the wrong type
        except msgspec.ValidationError as error:
            if field.name in _STRICT_FIELDS:
                raise msgspec.ValidationError(f"{error} - at `$.{field.name}`") from None
            fields.pop(field.name, None)
            warnings.append(f"`{field.name}` ignored: {error}")
    return fields


def _integer(raw: Raw) -> int | None:
    """Integer in a JSON value, or None if the value is something else or too long for an id."""
    digits = bytes(raw).strip()
    if len(digits) > MAX_ID_BYTES or not digits.removeprefix(b"-").isdigit():
        return None
    return int(digits)


_ESCAPE = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)"
)
"""An escape sequence of a JSON string. A surrogate pair counts as one."""


def _mend(value: bytes, warnings: list[str]) -> bytes:
    """Return the JSON without a byte order mark, and with U+FFFD for every half of a surrogate pair.

    The bytes are mended, not parsed and written again: ``metadata`` passes through as it came.

    Raises:
        UnicodeDecodeError: The mended bytes are not UTF-8 either.
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


def find_host(url: str) -> str | None:
    """Host of a URL, or None if it has none that a site may be called by."""
    try:
        # a host may be longer than a site may be
        return msgspec.convert(urlsplit(url).hostname, Site | None)
    except (ValueError, msgspec.ValidationError):
        return None


# -------------------------------------------------------------------------------------- articles.cleaned

Reason = Literal[
    "title", "photo", "promo", "related", "teaser", "byline", "legal", "navigation", "duplicate", "repeated", "other"
]  # fmt: skip
"""Removal reasons that this version writes."""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One non-empty block of the source, kept or removed."""

    source_start: Annotated[Offset, Meta(description="First code point of the block, in the source text")]
    source_end: Annotated[Offset, Meta(description="First code point of the source text behind the block")]
    kept: bool
    reason: Annotated[Word, _open_list("Removal reason; null if the block was kept", Reason)] | None = None
    noise_probability: Share
    start: (
        Annotated[Offset, Meta(description="First code point of the block, in `text`; null if it was removed")] | None
    ) = None
    end: (
        Annotated[Offset, Meta(description="First code point of `text` behind the block; null if it was removed")]
        | None
    ) = None
    text: Annotated[str, Meta(description="Text of the block if it was removed, else null")] | None = None
    seen: (
        Annotated[int, Meta(ge=1, description="Stories of the site that showed it, if it was removed for that")] | None
    ) = None

    def __post_init__(self) -> None:
        """Check that a kept block has its place in the text, and a removed one its words and the reason."""
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
    """The source: the text or HTML that was cleaned."""

    kind: Literal["text", "html"]
    sha256: Annotated[
        str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 of the text or HTML as it came, in UTF-8")
    ]
    text: (
        Annotated[
            str,
            Meta(
                description="The text into which `source_*` point, if it is not the one that came: that of the HTML, "
                "or of a text with markup in it (entities, tags, Markdown); else null"
            ),
        ]
        | None
    ) = None


class SiteKnowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Knowledge of the article's site when it was cleaned."""

    site: Annotated[str, Meta(description="Host of the article's URL")]
    version: Annotated[str, Meta(description="Version of the site's record on the topic `sites`")]
    articles: Annotated[int, Meta(ge=0, description="Number of its articles that were learned from")]


class Cleaning(msgspec.Struct, frozen=True, kw_only=True):
    """Facts about the cleaning."""

    model: str
    noise_share: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="Share of the source's visible characters that was removed; what stands outside the article of "
            "a page (`navigation`) is not counted",
        ),
    ]
    uncertain: Annotated[
        bool, Meta(description="True if the limit on removals held the cleaner back: read the text with care")
    ] = False
    warnings: Annotated[tuple[str, ...], Meta(description="Oddities of the message or the text")] = ()
    memory: (
        Annotated[
            SiteKnowledge,
            Meta(
                description="Memory of the site that the verdicts rest on; null if there was none. What is known of a "
                "site grows: the same article may lose a block later for which nothing spoke before"
            ),
        ]
        | None
    ) = None


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """A stage that the article passed."""

    stage: str
    version: str
    model: Annotated[str, Meta(description="Model behind its verdicts; null if it has none")] | None = None


class CleanedArticle(Document, frozen=True, kw_only=True):
    """The article's body, and every block of the source with the reason if it was removed."""

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
    text_sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="SHA-256 of `text` in UTF-8")]
    standfirst: (
        Annotated[
            str,
            Meta(description="The lines that introduce the article, as the page marks them; they are in `text`, too"),
        ]
        | None
    ) = None
    captions: Annotated[tuple[str, ...], Meta(description="Captions of pictures; removed from the text")] = ()
    credits: Annotated[
        tuple[str, ...], Meta(description="Names of photographers and agencies; removed from the text")
    ] = ()
    bylines: Annotated[tuple[str, ...], Meta(description="Lines that name the authors; removed from the text")] = ()
    dateline: Annotated[str, Meta(description="Place of the report, in the words of the text")] | None = None
    blocks: tuple[Block, ...]
    source: Source
    cleaning: Cleaning
    provenance: tuple[Provenance, ...]

    def __post_init__(self) -> None:
        """Check that the metadata, which passes through unread, is an object or null."""
        if not _is_object_or_null(self.metadata):
            raise ValueError("Expected `object | null` - at `$.metadata`")


# ------------------------------------------------------------------------------------ articles.extracted

Section = Literal["title", "body"]
EntityType = Literal["person", "organization", "location", "group", "event", "work", "law", "product", "other"]
Basis = Literal["named", "apposition", "pronoun", "role", "alias", "continued", "inferred", "turn", "none"]
MentionKind = Literal["name", "nominal", "pronoun"]
QuoteType = Literal["direct", "mixed", "indirect"]


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A mention of an entity in the article."""

    start: Offset
    end: Offset
    text: str
    kind: Annotated[Word, _open_list("Kind of mention", MentionKind)]
    section: Section


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A place of GeoNames (geonames.org, CC BY 4.0)."""

    geoname_id: Annotated[int, Meta(ge=1)]
    name: Annotated[str, Meta(min_length=1, description="Name in GeoNames")]
    country: Annotated[str, Meta(pattern=r"^[A-Z]{2}\Z", description="ISO 3166-1 alpha-2")]
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[
        Annotated[float, Meta(ge=-180, le=180)] | None,
        Meta(description="Degrees, WGS 84; of a country or state: the middle of its towns by population, null if none"),
    ] = None


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """A real-world thing in this article; spellings, surnames and acronyms of it are merged."""

    id: Annotated[Id, Meta(description="Unique within the article")]
    name: Annotated[str, Meta(min_length=1)]
    type: Annotated[Word, _open_list("Type of the entity", EntityType)]
    label: Annotated[str, Meta(description="Label given by spaCy")]
    aliases: Annotated[tuple[str, ...], Meta(description="Other spellings in this article")] = ()
    mentions: tuple[Mention, ...]
    salience: Annotated[
        Share, Meta(description="Weight in the article, by number of mentions, their places and the title")
    ]
    quotes_said: Annotated[int, Meta(ge=0)] = 0
    confidence: Annotated[Share, Meta(description="Confidence that type and name are right")]
    place: (
        Annotated[Place, Meta(description="The place that a location is; null if unknown or one of several")] | None
    ) = None


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
    """The speaker of a quotation. Null where the evidence is too weak, never a mere guess."""

    mention: Annotated[Span, Meta(description="The words that name the speaker; null if nobody is named")] | None = None
    entity_id: Annotated[Id, Meta(description="Id of the speaker in `entities`")] | None = None
    name: Annotated[str, Meta(description="Full name, if the article has it")] | None = None
    basis: Annotated[Word, _open_list("Evidence for the speaker", Basis)]
    anonymous: Annotated[bool, Meta(description='True if the speaker is described but not named, as "officials"')] = (
        False
    )
    confidence: Share


class Cue(msgspec.Struct, frozen=True, kw_only=True):
    """The cue of a quotation, such as a verb of saying."""

    start: Offset
    end: Offset
    text: str
    lemma: str


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """A quotation."""

    id: Annotated[Id, Meta(description="Unique within the article")]
    type: Annotated[Word, _open_list("Type of quotation", QuoteType)]
    text: str
    start: Offset
    end: Offset
    fragments: Annotated[
        tuple[Fragment, ...],
        Meta(description="The quoted stretches: one per paragraph of a long quotation, one per piece of a mixed one"),
    ] = ()
    part_of: (
        Annotated[str, Meta(description="Same value on the parts of a quotation that an attribution splits")] | None
    ) = None
    closed: Annotated[bool, Meta(description="False if the closing mark is missing")] = True
    speaker: Speaker
    cue: Cue | None = None
    section: Section
    confidence: Annotated[Share, Meta(description="Confidence that somebody said this")]


class ExtractionModel(msgspec.Struct, frozen=True, kw_only=True):
    """The language model of an extraction."""

    name: str
    version: str
    engine: Annotated[
        Literal["numpy", "spacy"] | None,
        Meta(
            description="Code that read the model: copydesk's own, or spaCy's where the model's layers are unknown to "
            "it. The answers are the same; null: not told"
        ),
    ] = None


class Extraction(msgspec.Struct, frozen=True, kw_only=True):
    """Facts about the extraction."""

    model: ExtractionModel
    degraded: Annotated[
        bool, Meta(description="True if there was no parse (language, length, parser failure): surface rules only")
    ] = False
    warnings: tuple[str, ...] = ()


class ExtractedArticle(CleanedArticle, frozen=True, kw_only=True):
    """The cleaned article with its entities and quotations."""

    entities: tuple[Entity, ...]
    quotes: tuple[Quote, ...]
    extraction: Extraction


# --------------------------------------------------------------------------------------- articles.scored

Status = Literal["ok", "too_short", "unsupported_language", "no_text", "degraded", "inconclusive"]
SCORED: frozenset[str] = frozenset({"ok", "degraded"})
"""Statuses with a score and units."""

UNSCORED: frozenset[str] = frozenset({"too_short", "unsupported_language", "no_text"})
"""Statuses without a score and units. One that came later may be either: `inconclusive` has units, and no score."""

Flag = Literal["none", "off_topic", "furniture", "teaser", "duplicate"]
Structure = Literal["single", "tail", "intrusion", "mixed", "multi_story"]


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """Coherence of one block of ``blocks``."""

    block: Annotated[Index, Meta(description="Index into `blocks`")]
    relevance: Annotated[Cosine, Meta(description="Similarity to the rest of the article")]
    off_topic_probability: Annotated[Share, Meta(description="Probability that it belongs to another story")]
    furniture_probability: Annotated[
        Share, Meta(description="Probability that it is part of no story: captions, teasers, notices")
    ]
    flag: Annotated[Word, _open_list("Verdict", Flag)] = "none"
    reasons: Annotated[tuple[str, ...], Meta(description="Evidence for the flag")] = ()


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A run of units about one thing."""

    first_unit: Annotated[Index, Meta(description="Index into `units`")]
    last_unit: Annotated[Index, Meta(description="Index into `units`; the unit belongs to the segment")]
    relevance: Cosine
    terms: Annotated[tuple[str, ...], Meta(description="Words that distinguish it")] = ()


class CoherenceModel(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is needed to repeat a score."""

    name: str
    version: str
    sha256: Sha256 | None = None
    thresholds: dict[str, float]
    prior: Annotated[dict[str, float], Meta(description="Assumed shares of contaminated articles and paragraphs")]


class Coherence(msgspec.Struct, frozen=True, kw_only=True):
    """Probability that the article is one story, and the parts that do not belong to it."""

    status: Annotated[Word, _open_list("Whether the article could be scored", Status)]
    score: (
        Annotated[float, Meta(ge=0, le=1, description="Probability that `text` is one story and nothing foreign")]
        | None
    ) = None
    raw_score: (
        Annotated[
            float,
            Meta(ge=0, le=1, description="The same for all blocks, removed ones too; on a page without `navigation`"),
        ]
        | None
    ) = None
    global_coherence: Annotated[float, Meta(description="Mean relevance of the units to the whole, -1 to 1")] | None = (
        None
    )
    local_coherence: Annotated[float, Meta(description="Mean cosine of neighbouring units")] | None = None
    two_topic_ratio: (
        Annotated[float, Meta(description="0 to 1. Near 1: two groups of units that share nothing")] | None
    ) = None
    entity_continuity: (
        Annotated[float, Meta(description="Share of the names that occur in another unit, too; 0 to 1")] | None
    ) = None
    on_topic_share: Annotated[float, Meta(description="Share of the words that are on topic; 0 to 1")] | None = None
    structure: Annotated[Word, _open_list("Structure of the article", Structure)] | None = None
    units: Annotated[
        tuple[Unit, ...],
        Meta(description="One per block of `blocks`, removed ones too; `navigation` of a page is not weighed"),
    ] = ()
    segments: tuple[Segment, ...] = ()
    off_topic_quotes: Annotated[
        tuple[str, ...], Meta(description="Ids of the quotations that lie wholly in off-topic units")
    ] = ()
    off_topic_entities: Annotated[
        tuple[str, ...], Meta(description="Ids of the entities that lie wholly in off-topic units")
    ] = ()
    model: CoherenceModel

    def __post_init__(self) -> None:
        """Check that there is a score where the status promises one, and only there."""
        if self.status in SCORED:
            if self.score is None:
                raise ValueError(f"status {self.status} needs a `score`")
            if not self.units:
                raise ValueError(f"status {self.status} needs `units`")
        elif self.status in UNSCORED:
            if self.score is not None or self.raw_score is not None:
                raise ValueError(f"status {self.status} has no score")
            if self.units:
                raise ValueError(f"status {self.status} has no `units`")


class ScoredArticle(ExtractedArticle, frozen=True, kw_only=True):
    """The extracted article with its coherence."""

    coherence: Coherence


Later = TypeVar("Later", bound=CleanedArticle)


def extend(document: type[Later], article: CleanedArticle, *, by: Provenance, **block: Any) -> Later:
    """Return the next document: the article's fields, a new block of fields, one more entry of provenance.

    Args:
        document: Struct of the next document.
        article: The article as the stage read it.
        by: The stage that adds the block.
        **block: The fields that ``document`` has and ``article`` lacks.
    """
    fields = {name: getattr(article, name) for name in article.__struct_fields__}
    fields["provenance"] = (*article.provenance, by)
    return document(**fields, **block)
