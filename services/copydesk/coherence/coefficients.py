"""Coefficients and word lists of the stage, read from coefficients.json."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from typing import TypeVar

import msgspec


class Coefficient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A coefficient and the reason for its value."""

    value: float
    why: str


class WordCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of words, and limits that tell names and function words."""

    stem_letters: float
    name: float
    plain: float
    number: float
    common: float
    headline_capitals: float
    english_share: float
    short_letters: float
    widespread: float


class RelevanceCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of the units in the comparison of one unit with the others."""

    title_weight: float
    lead_weight: float
    lead_units: float
    removed_weight: float
    saturation: float


class VerdictCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Log odds of furniture that the cleaner's verdict adds. The furniture classifier does not see the verdict."""

    phrase: float
    removed: float
    removed_as_furniture: float
    noise: float
    brief_words: float


class FlagCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Thresholds of the flags."""

    furniture: float
    teaser_capitals: float
    teaser_least_words: float
    teaser_most_words: float
    duplicate_least_words: float


class SegmentCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Costs of segments, and the size of a segment that is a story."""

    price: float
    price_words: float
    words: float
    story_share: float
    story_words: float


class PriorCoefficients(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Assumptions about articles before they are read."""

    foreign_share: float
    inconclusive_score: float
    inconclusive_units: float


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minimum size and script of an article that can be scored, and minimum size of a unit."""

    least_units: float
    least_words: float
    script_sample: float
    unspaced_share: float
    unit_words: float


class _CoefficientsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    version: str
    about: str
    words: dict[str, Coefficient]
    relevance: dict[str, Coefficient]
    verdict: dict[str, Coefficient]
    flags: dict[str, Coefficient]
    segments: dict[str, Coefficient]
    prior: dict[str, Coefficient]
    limits: dict[str, Coefficient]
    function_words: tuple[str, ...]
    common_words: tuple[str, ...]
    furniture_phrases: tuple[str, ...]


class Coefficients(msgspec.Struct, frozen=True, kw_only=True):
    """All coefficients and word lists of the stage."""

    name: str
    version: str
    sha256: str
    words: WordCoefficients
    relevance: RelevanceCoefficients
    verdict: VerdictCoefficients
    flags: FlagCoefficients
    segments: SegmentCoefficients
    prior: PriorCoefficients
    limits: Limits
    function_words: frozenset[str]
    common_words: frozenset[str]
    furniture_phrases: tuple[str, ...]


Section = TypeVar("Section", bound=msgspec.Struct)


def read_coefficients() -> Coefficients:
    """The coefficients that are shipped with the package, with the SHA-256 of their file.

    Raises:
        msgspec.ValidationError: The file lacks a coefficient, or has one that nothing uses.

    >>> read_coefficients().limits.unit_words
    5.0
    """
    data = (files("copydesk.coherence") / "coefficients.json").read_bytes()
    file = msgspec.json.decode(data, type=_CoefficientsFile)
    return Coefficients(
        name=file.name,
        version=file.version,
        sha256=hashlib.sha256(data).hexdigest(),
        words=_read_section(file.words, WordCoefficients),
        relevance=_read_section(file.relevance, RelevanceCoefficients),
        verdict=_read_section(file.verdict, VerdictCoefficients),
        flags=_read_section(file.flags, FlagCoefficients),
        segments=_read_section(file.segments, SegmentCoefficients),
        prior=_read_section(file.prior, PriorCoefficients),
        limits=_read_section(file.limits, Limits),
        function_words=frozenset(" ".join(file.function_words).split()),
        common_words=frozenset(" ".join(file.common_words).split()),
        furniture_phrases=file.furniture_phrases,
    )


def _read_section(coefficients: dict[str, Coefficient], section: type[Section]) -> Section:
    return msgspec.convert({name: coefficient.value for name, coefficient in coefficients.items()}, section)
