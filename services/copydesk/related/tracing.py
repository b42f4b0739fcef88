"""Utterances over articles: where words were said first, who else has them, in which forms, and whose they are.

Whose words they are is what the articles say. Where they name different people, that is told as "differently
attributed": it may be an error of an article, of the extractor, or of neither.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from copydesk.contracts.articles import ExtractedArticle
from copydesk.related.changes import find_changes
from copydesk.related.copies import CopyIndex
from copydesk.related.fingerprints import fingerprint
from copydesk.related.quotations import WINDOW_DAYS, QuoteIndex
from copydesk.related.words import load_weights, split_words

MIN_AGREEING = 2
"""Number of articles that must name the same speaker before their name is told where others name nobody."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One article's form of an utterance."""

    article: str
    quote: str
    """Id of the quotation in the article."""

    site: str | None
    title: str | None
    url: str | None
    at: int | None
    """Time of the article in milliseconds since 1970; null if it has no date."""

    text: str
    speaker: str | None
    basis: str
    copy_of: str | None = None
    """First article of the group of copies to which the article belongs, if it is not the first."""

    changes: tuple[str, ...] = ()
    """Kinds of change from the first form."""


class SpeakerCount(NamedTuple):
    """A speaker, and the number of sources that name them."""

    name: str | None
    sources: int


class Utterance(msgspec.Struct, frozen=True, kw_only=True):
    """The same words in several articles."""

    id: str
    """Article and quotation of the first sighting: `article#quote`."""

    text: str
    first: Sighting
    sightings: tuple[Sighting, ...]
    sources: int
    """Number of articles that are no copies of each other."""

    speakers: tuple[SpeakerCount, ...]
    """Most sources first. Copies of one text are one source."""

    differently_attributed: bool
    """True if two sources name different people."""

    name_from_others: str | None
    """Name that the other sources agree on, where a source names nobody; null otherwise."""

    wording_differs: bool
    """True if a number, a negation or a name differs between two forms."""


class QuoteTracer:
    """Traces the quotations of articles, which come in any order; the earliest date is the first."""

    def __init__(self, *, window_days: int = WINDOW_DAYS) -> None:
        """Start without articles.

        Args:
            window_days: Days within which the same words are the same utterance.
        """
        self._index = QuoteIndex(load_weights(), window_days=window_days)
        self._copies = CopyIndex()
        self._sightings: dict[str, list[Sighting]] = {}

    def add(self, article: ExtractedArticle) -> None:
        """Add an article's quotations of direct speech."""
        at = None if article.published_at is None else round(article.published_at.timestamp() * 1000)
        site = article.site or ""
        group = self._copies.add(article.id, site, fingerprint(article.text))
        for quote in article.quotes:
            if quote.type == "indirect":
                continue
            id_ = f"{article.id}#{quote.id}"
            match = self._index.add(id_, quote.text, at or 0)
            if match is None:
                continue
            sighting = Sighting(
                article=article.id, quote=quote.id, site=article.site, title=article.title, url=article.url, at=at,
                text=quote.text, speaker=quote.speaker.name, basis=quote.speaker.basis,
                copy_of=None if group.id == article.id else group.id,
            )  # fmt: skip
            self._sightings.setdefault(match.id, []).append(sighting)

    def find(self, text: str) -> list[Utterance]:
        """Utterances that have these words, best first."""
        return [self._describe(match.id) for match in self._index.find(text)]

    def utterances(self) -> Iterator[Utterance]:
        """All utterances that more than one article has."""
        for id_, sightings in self._sightings.items():
            if len({sighting.article for sighting in sightings}) > 1:
                yield self._describe(id_)

    def _describe(self, id_: str) -> Utterance:
        found = sorted(self._sightings[id_], key=lambda one: (one.at is None, one.at or 0, one.article, one.quote))
        first = found[0]
        sightings, alarm = [first], False
        for one in found[1:]:
            changes = find_changes(first.text, one.text)
            alarm |= changes.alarm
            sightings.append(msgspec.structs.replace(one, changes=changes.kinds))
        speakers = _count_speakers(sightings)
        named = [count for count in speakers if count.name is not None]
        return Utterance(
            id=f"{first.article}#{first.quote}",
            text=first.text,
            first=first,
            sightings=tuple(sightings),
            sources=len({one.copy_of or one.article for one in sightings}),
            speakers=speakers,
            differently_attributed=len(named) > 1,
            name_from_others=_find_missing_name(speakers),
            wording_differs=alarm,
        )


def _count_speakers(sightings: Sequence[Sighting]) -> tuple[SpeakerCount, ...]:
    """Speakers by the number of sources; full names and surnames of one person are joined under the longest form."""
    sources: dict[str | None, set[str]] = {}
    for one in sightings:
        sources.setdefault(one.speaker, set()).add(one.copy_of or one.article)
    joined: dict[str | None, set[str]] = {}
    for name in sorted(sources, key=lambda name: (-len(name or ""), name or "")):
        same = next((other for other in joined if name and other and _is_same_person(name, other)), name)
        joined.setdefault(same, set()).update(sources[name])
    counts = Counter({name: len(where) for name, where in joined.items()})
    return tuple(SpeakerCount(name, count) for name, count in sorted(counts.items(), key=_by_count))


def _by_count(item: tuple[str | None, int]) -> tuple[int, bool, str]:
    name, count = item
    return -count, name is None, name or ""


def _is_same_person(name: str, longer: str) -> bool:
    """True if the shorter name is a part of the longer one that ends in the same surname."""
    short, long = split_words(name), split_words(longer)
    return bool(short) and short[-1] == long[-1] and set(short) <= set(long)


def _find_missing_name(speakers: Sequence[SpeakerCount]) -> str | None:
    named = [count for count in speakers if count.name is not None]
    nobody = any(count.name is None for count in speakers)
    return named[0].name if nobody and len(named) == 1 and named[0].sources >= MIN_AGREEING else None


__all__ = ["QuoteTracer", "Sighting", "SpeakerCount", "Utterance"]
