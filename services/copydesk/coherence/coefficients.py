"""The stage's numbers and word lists, read from the one file that holds them."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TypeVar

import msgspec


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coefficient and the reason for it."""

    value: float
    why: str


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a word weighs."""

    stem_letters: float
    name: float
    plain: float
    number: float
    common: float
    headline_capitals: float
    english_share: float
    short_letters: float
    widespread: float


class Relevance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a unit is compared with the rest."""

    title_weight: float
    lead_weight: float
    lead_units: float
    removed_weight: float
    saturation: float
    smoothing: float
    passes: float


class OffTopic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The logistic for foreign units."""

    intercept: float
    coverage: float
    expected: float
    cosine: float
    cosine_floor: float
    shared: float
    unstopped: float
    brief: float
    brief_words: float
    neighbours: float
    least_words: float


class Furniture(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The logistic for site furniture."""

    intercept: float
    unstopped: float
    brief: float
    very_brief: float
    capitals: float
    phrase: float
    symbols: float
    removed: float
    removed_as_furniture: float
    noise: float


class Flags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on a unit is flagged."""

    off_topic: float
    furniture: float
    teaser_capitals: float
    teaser_least_words: float
    teaser_most_words: float
    duplicate_least_words: float


class ArticleScore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The logistic for the whole article."""

    intercept: float
    worst: float
    two_topics: float
    halves: float
    interleaved: float


class Segments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the units are cut into stretches about one thing."""

    price: float
    budget: float
    story_share: float
    story_halves: float


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be scored at all."""

    least_units: float
    least_words: float
    script_sample: float
    unspaced_share: float


class Prior(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shares of contaminated articles and foreign paragraphs that are assumed."""

    articles: float
    paragraphs: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    version: str
    about: str
    words: dict[str, Number]
    relevance: dict[str, Number]
    off_topic: dict[str, Number]
    furniture: dict[str, Number]
    flags: dict[str, Number]
    article: dict[str, Number]
    segments: dict[str, Number]
    limits: dict[str, Number]
    prior: dict[str, Number]
    function_words: tuple[str, ...]
    common_words: tuple[str, ...]
    furniture_phrases: tuple[str, ...]


class Coefficients(msgspec.Struct, frozen=True, kw_only=True):
    """All that the stage knows beyond the article itself."""

    name: str
    version: str
    sha256: str
    words: Words
    relevance: Relevance
    off_topic: OffTopic
    furniture: Furniture
    flags: Flags
    article: ArticleScore
    segments: Segments
    limits: Limits
    prior: Prior
    function_words: frozenset[str]
    common_words: frozenset[str]
    furniture_phrases: tuple[str, ...]


Section = TypeVar("Section", bound=msgspec.Struct)


def read_coefficients() -> Coefficients:
    """The coefficients that are shipped with the package, and the SHA-256 of their file.

    Raises:
        msgspec.ValidationError: The file misses a number or has one that nothing uses.

    >>> read_coefficients().prior.articles
    0.5
    """
    data = (files("copydesk.coherence") / "coefficients.json").read_bytes()
    file = msgspec.json.decode(data, type=_File)
    return Coefficients(
        name=file.name,
        version=file.version,
        sha256=hashlib.sha256(data).hexdigest(),
        words=_section(file.words, Words),
        relevance=_section(file.relevance, Relevance),
        off_topic=_section(file.off_topic, OffTopic),
        furniture=_section(file.furniture, Furniture),
        flags=_section(file.flags, Flags),
        article=_section(file.article, ArticleScore),
        segments=_section(file.segments, Segments),
        limits=_section(file.limits, Limits),
        prior=_section(file.prior, Prior),
        function_words=frozenset(" ".join(file.function_words).split()),
        common_words=frozenset(" ".join(file.common_words).split()),
        furniture_phrases=file.furniture_phrases,
    )


def _section(numbers: dict[str, Number], of: type[Section]) -> Section:
    return msgspec.convert({name: number.value for name, number in numbers.items()}, of)
