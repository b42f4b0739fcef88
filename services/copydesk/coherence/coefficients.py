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


class Verdict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the cleaner's verdict on a block adds to its furniture head, which knows nothing of it."""

    phrase: float
    removed: float
    removed_as_furniture: float
    noise: float
    brief_words: float


class Flags(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From where on a unit is flagged."""

    furniture: float
    teaser_capitals: float
    teaser_least_words: float
    teaser_most_words: float
    duplicate_least_words: float


class Segments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the units are cut into stretches about one thing."""

    price: float
    price_words: float
    words: float
    story_share: float
    story_words: float


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What can be scored at all."""

    least_units: float
    least_words: float
    script_sample: float
    unspaced_share: float
    unit_words: float


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    version: str
    about: str
    words: dict[str, Number]
    relevance: dict[str, Number]
    verdict: dict[str, Number]
    flags: dict[str, Number]
    segments: dict[str, Number]
    limits: dict[str, Number]
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
    verdict: Verdict
    flags: Flags
    segments: Segments
    limits: Limits
    function_words: frozenset[str]
    common_words: frozenset[str]
    furniture_phrases: tuple[str, ...]


Section = TypeVar("Section", bound=msgspec.Struct)


def read_coefficients() -> Coefficients:
    """The coefficients that are shipped with the package, and the SHA-256 of their file.

    Raises:
        msgspec.ValidationError: The file misses a number or has one that nothing uses.

    >>> read_coefficients().limits.unit_words
    5.0
    """
    data = (files("copydesk.coherence") / "coefficients.json").read_bytes()
    file = msgspec.json.decode(data, type=_File)
    return Coefficients(
        name=file.name,
        version=file.version,
        sha256=hashlib.sha256(data).hexdigest(),
        words=_section(file.words, Words),
        relevance=_section(file.relevance, Relevance),
        verdict=_section(file.verdict, Verdict),
        flags=_section(file.flags, Flags),
        segments=_section(file.segments, Segments),
        limits=_section(file.limits, Limits),
        function_words=frozenset(" ".join(file.function_words).split()),
        common_words=frozenset(" ".join(file.common_words).split()),
        furniture_phrases=file.furniture_phrases,
    )


def _section(numbers: dict[str, Number], of: type[Section]) -> Section:
    return msgspec.convert({name: number.value for name, number in numbers.items()}, of)
