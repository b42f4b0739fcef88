"""Scoring: one extracted article in, the same article with its `coherence` out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from copydesk.coherence.coefficients import Coefficients, read_coefficients
from copydesk.coherence.furniture import look
from copydesk.coherence.relevance import Bags, Judgement, fill_bags, judge
from copydesk.coherence.repeats import find_repeats
from copydesk.coherence.segments import cohesion, cut
from copydesk.coherence.units import Reading, is_unspaced, read
from copydesk.coherence.units import Unit as Read
from copydesk.coherence.unity import Unity, measure_unity, score_unity
from copydesk.contracts.articles import (
    Block,
    Coherence,
    CoherenceModel,
    ExtractedArticle,
    Provenance,
    ScoredArticle,
    Segment,
    Status,
    Unit,
    extend,
)

Structure = Literal["single", "tail", "intrusion", "mixed", "multi_story"]
DIGITS = 4
"""Decimals that are published: more would be noise, and would differ between processors."""
TERMS = 5
"""Words that describe a segment."""


class Scorer:
    """The stage's function and what it needs: the coefficients, read once."""

    def __init__(self, version: str) -> None:
        """Read the coefficients.

        Args:
            version: Of the stage, for the provenance.
        """
        self.coefficients = read_coefficients()
        self.model = _describe(self.coefficients)
        self.provenance = Provenance(
            stage="coherence", version=version, model=f"{self.coefficients.name} {self.coefficients.version}"
        )

    def score(self, article: ExtractedArticle) -> ScoredArticle:
        """The article and whether it is one story; never raises on any text."""
        return extend(ScoredArticle, article, by=self.provenance, coherence=self.assess(article))

    def assess(self, article: ExtractedArticle) -> Coherence:
        """What the stage has to say of an article."""
        status = _unreadable(article, self.coefficients)
        if status is not None:
            return Coherence(status=status, model=self.model)
        reading = read(article, self.coefficients)
        if _is_too_short(reading, self.coefficients):
            return Coherence(status="too_short", model=self.model)
        judgement = judge(reading, self.coefficients)
        units = _flag(article, reading, judgement, self.coefficients)
        kept = [number for number, unit in enumerate(reading.units) if unit.kept]
        bags = fill_bags(reading.units)
        raw_unity, raw_score = _score(reading, judgement, range(len(units)), bags, self.coefficients)
        unity, score = raw_unity, raw_score
        if len(kept) < len(units):
            published = fill_bags([reading.units[number] for number in kept])
            unity, score = _score(reading, judgement, kept, published, self.coefficients)
        in_text = _weigh(reading, judgement, kept)
        quotes, entities = _find_off_topic(article, units)
        return Coherence(
            status="degraded" if article.extraction.degraded else "ok",
            score=round(score, DIGITS),
            raw_score=round(raw_score, DIGITS),
            global_coherence=round(in_text.relevance, DIGITS),
            local_coherence=round(unity.local, DIGITS),
            two_topic_ratio=round(unity.two_topics, DIGITS),
            entity_continuity=round(_continuity([reading.units[number] for number in kept]), DIGITS),
            on_topic_share=round(in_text.on_topic, DIGITS),
            structure=_structure(units, reading, kept, unity, score, self.coefficients),
            units=units,
            segments=_segment(reading, bags, self.coefficients),
            off_topic_quotes=quotes,
            off_topic_entities=entities,
            model=self.model,
        )


def _describe(coefficients: Coefficients) -> CoherenceModel:
    return CoherenceModel(
        name=coefficients.name,
        version=coefficients.version,
        sha256=coefficients.sha256,
        thresholds=msgspec.structs.asdict(coefficients.flags),
        prior=msgspec.structs.asdict(coefficients.prior),
    )


# ----------------------------------------------------------------------------------- what can be scored


def _unreadable(article: ExtractedArticle, coefficients: Coefficients) -> Status | None:
    """Why the text cannot be read at all, or None.

    Comparing words needs words: any alphabet whose words stand apart will do, Chinese, Japanese, Thai and their
    like will not. The script decides, not the declared language, which is often wrong.
    """
    if not any(character.isprintable() and not character.isspace() for character in article.text):
        return "no_text"
    limits = coefficients.limits
    return (
        "unsupported_language"
        if is_unspaced(article.text[: int(limits.script_sample)], limits.unspaced_share)
        else None
    )


def _is_too_short(reading: Reading, coefficients: Coefficients) -> bool:
    counts = [unit.count for unit in reading.units if unit.kept]
    prose = sum(count >= coefficients.off_topic.least_words for count in counts)
    return prose < coefficients.limits.least_units or sum(counts) < coefficients.limits.least_words


# ------------------------------------------------------------------------------------ units and their flags


def _flag(
    article: ExtractedArticle, reading: Reading, judgement: Judgement, coefficients: Coefficients
) -> tuple[Unit, ...]:
    repeats = find_repeats(reading.units, int(coefficients.flags.duplicate_least_words))
    title = " ".join((article.title or "").split()).casefold()
    first = next((number for number, unit in enumerate(reading.units) if unit.count), 0)
    units = []
    for number, (unit, block) in enumerate(zip(reading.units, article.blocks, strict=True)):
        shape = look(unit, block, coefficients)
        is_title = block.reason == "title" or bool(title and " ".join(unit.text.split()).casefold() == title)
        off_topic = round(float(judgement.off_topic[number]), DIGITS)
        furniture = 0.0 if is_title else round(shape.probability, DIGITS)
        flag: Literal["none", "off_topic", "furniture", "teaser", "duplicate"] = "none"
        reasons: tuple[str, ...] = ()
        is_furniture = furniture >= coefficients.flags.furniture
        # "Read more" shares no word with any story: that makes it no other story
        told_furniture = is_furniture and shape.told
        if off_topic >= coefficients.flags.off_topic and not told_furniture:
            flag, reasons = "off_topic", _why_foreign(number, unit, block, judgement, coefficients)
        elif number in repeats and (not is_title or repeats[number][1]):
            other, whole = repeats[number]
            flag = "duplicate"
            reasons = (f"the same words as block {other}" if whole else f"its words stand in block {other}",)
        elif told_furniture:
            flag, reasons = "furniture", shape.reasons
        elif is_title:
            pass
        elif shape.teaser and number != first:  # what comes first is more likely this article's own headline
            flag, reasons = "teaser", (shape.teaser,)
        elif is_furniture:
            flag, reasons = "furniture", shape.reasons
        if flag != "none" and unit.kept:
            reasons = (*reasons, "kept by the cleaner")
        units.append(
            Unit(
                block=number,
                relevance=round(float(judgement.relevance[number]), DIGITS),
                off_topic_probability=off_topic,
                furniture_probability=furniture,
                flag=flag,
                reasons=reasons,
            )
        )
    return tuple(units)


def _why_foreign(
    number: int, unit: Read, block: Block, judgement: Judgement, coefficients: Coefficients
) -> tuple[str, ...]:
    supported, total = int(judgement.supported[number]), int(judgement.total[number])
    if unit.count < coefficients.off_topic.least_words or not total:
        reasons = ["too short to be judged by itself: as the blocks around it"]
    elif not supported:
        reasons = [f"shares no word with the rest (0 of {total})"]
    else:
        reasons = [f"shares few words with the rest ({supported} of {total})"]
    if not unit.stopped:
        reasons.append("does not end as a sentence does")
    if block.reason is not None:
        reasons.append(f"removed by the cleaner as {block.reason}")
    return tuple(reasons)


# -------------------------------------------------------------------------------------- the whole article


def _score(
    reading: Reading, judgement: Judgement, numbers: Sequence[int], bags: Bags, coefficients: Coefficients
) -> tuple[Unity, float]:
    """How these units, `bags`, hang together, and the probability that they are one story."""
    # a few words in a table are judged by their neighbours: they cannot be the worst
    worst = max(
        (judgement.off_topic[n] for n in numbers if reading.units[n].count >= coefficients.off_topic.least_words),
        default=0.0,
    )
    unity = measure_unity(bags)
    return unity, score_unity(unity, float(worst), coefficients)


class _InText(NamedTuple):
    relevance: float
    on_topic: float


def _weigh(reading: Reading, judgement: Judgement, kept: list[int]) -> _InText:
    """Means over the published units, weighed by their words."""
    words = np.array([reading.units[number].count for number in kept], np.float64)
    relevance = np.average(judgement.relevance[kept], weights=words)
    foreign = np.average(judgement.off_topic[kept], weights=words)
    return _InText(float(relevance), float(1 - foreign))


def _continuity(units: Sequence[Read]) -> float:
    """Share of the units' names that another unit has too; 1 where there are none: nothing is broken off."""
    counts = Counter(name for unit in units for name in unit.names)
    total = sum(counts.values())
    return sum(count for count in counts.values() if count > 1) / total if total else 1.0


def _structure(  # noqa: PLR0917 - all of what is known, for one word
    units: Sequence[Unit], reading: Reading, kept: list[int], unity: Unity, score: float, coefficients: Coefficients
) -> Structure:
    """How the published text is built, in one word."""
    off_topic = [number for number in kept if units[number].flag == "off_topic"]
    words = sum(reading.units[number].count for number in kept)
    share = sum(reading.units[number].count for number in off_topic) / words
    if share >= coefficients.segments.story_share or (score < 0.5 and not off_topic):  # more likely than not
        return "multi_story" if unity.halves < coefficients.segments.story_halves else "mixed"
    if not off_topic:
        return "single"
    after = [number for number in kept if number > off_topic[0]]
    return "tail" if all(units[number].flag != "none" for number in after) else "intrusion"


def _segment(reading: Reading, bags: Bags, coefficients: Coefficients) -> tuple[Segment, ...]:
    cuts = cut(bags, coefficients.segments)
    frequency = np.bincount(bags.word, minlength=len(bags.vocabulary))
    segments = []
    for (first, last), relevance in zip(cuts, cohesion(bags, cuts), strict=True):
        weights: Counter[str] = Counter()
        low, high = np.searchsorted(bags.unit, [first, last + 1])
        for word, weight in zip(bags.word[low:high].tolist(), bags.weight[low:high].tolist(), strict=True):
            # share of the word's occurrences that lie here: what is everywhere describes no segment
            weights[bags.vocabulary[word]] += weight * (1 + 1 / int(frequency[word]))
        ordered = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:TERMS]
        segments.append(
            Segment(
                first_unit=first,
                last_unit=last,
                relevance=round(float(relevance), DIGITS),
                terms=tuple(reading.surfaces[word] for word, _ in ordered),
            )
        )
    return tuple(segments)


# ------------------------------------------------------------------------------------ quotes and entities


def _find_off_topic(article: ExtractedArticle, units: Sequence[Unit]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the quotes and of the entities that lie wholly in off-topic units."""
    lies_off_topic = _locate(article.blocks, units)
    quotes = tuple(q.id for q in article.quotes if q.section == "body" and lies_off_topic(q.start, q.end))
    entities = []
    for entity in article.entities:
        body = [mention for mention in entity.mentions if mention.section == "body"]
        # a name of the title is of this story, wherever else it stands
        if body and len(body) == len(entity.mentions) and all(lies_off_topic(m.start, m.end) for m in body):
            entities.append(entity.id)
    return quotes, tuple(entities)


def _locate(blocks: Sequence[Block], units: Sequence[Unit]) -> Callable[[int, int], bool]:
    """A function that says whether a stretch of the text lies wholly in off-topic units."""
    spans = [
        (block.start, block.end, unit.flag == "off_topic")
        for block, unit in zip(blocks, units, strict=True)
        if block.start is not None and block.end is not None
    ]
    spans.sort()
    starts = [start for start, _, _ in spans]
    ends = list(accumulate((end for _, end, _ in spans), max))  # ascending, as the blocks do not overlap
    on_topic = [0, *accumulate(not foreign for _, _, foreign in spans)]

    def lies_off_topic(start: int, end: int) -> bool:
        low, high = bisect_right(ends, start), bisect_left(starts, end)
        return high > low and on_topic[high] == on_topic[low]

    return lies_off_topic
