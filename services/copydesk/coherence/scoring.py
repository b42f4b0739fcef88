"""Scoring: one extracted article in, the same article with its `coherence` out."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.aggregates import aggregate
from copydesk.coherence.coefficients import Coefficients, read_coefficients
from copydesk.coherence.features import Features, measure
from copydesk.coherence.furniture import look
from copydesk.coherence.heads import Heads, Model, Sight, read_heads, sigmoid
from copydesk.coherence.relevance import Bags, Floats
from copydesk.coherence.repeats import find_repeats
from copydesk.coherence.settings import CoherenceSettings
from copydesk.coherence.units import Reading, Vocabulary, is_unspaced, read
from copydesk.coherence.units import Unit as Read
from copydesk.coherence.unity import Unity
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
from copydesk.vectors import load as load_vectors

Structure = Literal["single", "tail", "intrusion", "mixed", "multi_story"]
Flag = Literal["none", "off_topic", "furniture", "teaser", "duplicate"]
DIGITS = 4
"""Decimals that are published: more would be noise, and would differ between processors."""
TERMS = 5
"""Words that describe a segment."""
NOTHING_KNOWN = -3.0
"""Log odds of a unit where no unit has words enough: about the share of foreign paragraphs in the training data."""


class Encoder(Protocol):
    """What turns texts into vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, of length 1 or 0."""


class Judgement(NamedTuple):
    """What was found of an article's units.

    Args:
        features: What was measured of them.
        off_topic: Log odds to be foreign, one a unit; those of under five words have their neighbours'.
        furniture: Log odds to be furniture.
        heads: Who judged.
    """

    features: Features
    off_topic: Floats
    furniture: Floats
    heads: Heads


class Scorer:
    """The stage's function and what it needs: coefficients, heads, vectors, read once."""

    def __init__(
        self,
        version: str,
        settings: CoherenceSettings,
        model: Model,
        vectors: Encoder | None,
        sentences: Encoder | None = None,
    ) -> None:
        """Take what is needed.

        Args:
            version: Of the stage, for the provenance.
            settings: The operator's.
            model: The heads.
            vectors: The static table; None: units are compared by their words, and the article is `degraded`.
            sentences: The sentence model for articles in doubt, or None.
        """
        self.settings = settings
        self.coefficients = read_coefficients()
        self.vocabulary = Vocabulary(self.coefficients)
        self.model = model
        self.vectors = vectors
        self.sentences = sentences
        self.described = self._describe()
        self.provenance = Provenance(
            stage="coherence", version=version, model=f"{self.described.name} {self.described.version}"
        )

    def score(self, article: ExtractedArticle) -> ScoredArticle:
        """The article and whether it is one story; never raises on any text."""
        return extend(ScoredArticle, article, by=self.provenance, coherence=self.assess(article))

    def assess(self, article: ExtractedArticle) -> Coherence:
        """What the stage has to say of an article."""
        status = _unreadable(article, self.coefficients)
        if status is not None:
            return Coherence(status=status, model=self.described)
        reading = read(article, self.vocabulary)
        if _is_too_short(reading, self.coefficients):
            return Coherence(status="too_short", model=self.described)
        judgement = self.judge(reading)
        units = _flag(article, reading, judgement, self.coefficients, self.settings)
        kept = np.array([number for number, unit in enumerate(reading.units) if unit.kept], np.int64)
        raw_unity, raw_score = self.score_units(reading, judgement, np.arange(len(units)))
        unity, score = raw_unity, raw_score
        if len(kept) < len(units):
            unity, score = self.score_units(reading, judgement, kept)
        in_text = _weigh(reading, judgement, kept)
        quotes, entities = _find_off_topic(article, units)
        return Coherence(
            status="degraded" if article.extraction.degraded or self.vectors is None else "ok",
            score=round(score, DIGITS),
            raw_score=round(raw_score, DIGITS),
            global_coherence=round(in_text.relevance, DIGITS),
            local_coherence=round(unity.local, DIGITS),
            two_topic_ratio=round(unity.two_topics, DIGITS),
            entity_continuity=round(_continuity([reading.units[number] for number in kept]), DIGITS),
            on_topic_share=round(in_text.on_topic, DIGITS),
            structure=_structure(units, reading, kept, judgement, score, self.coefficients),
            units=units,
            segments=_describe_segments(reading, judgement),
            off_topic_quotes=quotes,
            off_topic_entities=entities,
            model=self.described,
        )

    def judge(self, reading: Reading) -> Judgement:
        """What the heads say of the units; the sentence model is asked where the static vectors leave doubt."""
        if self.vectors is None or not reading.english:  # the table knows English only
            return self._judge(reading, "words", None)
        judgement = self._judge(reading, "vectors", self.vectors)
        if self.sentences is None:
            return judgement
        worst = float(sigmoid(judgement.off_topic.max(keepdims=True))[0])
        if not self.settings.minilm_from <= worst <= self.settings.minilm_to:
            return judgement
        return self._judge(reading, "minilm", self.sentences)

    def _judge(self, reading: Reading, sight: Sight, encoder: Encoder | None) -> Judgement:
        heads = self.model.heads[sight]
        features = measure_units(reading, encoder, self.coefficients)
        own = heads.off_topic.logit(features.matrix)
        return Judgement(
            features,
            settle(own, features.substantial),
            heads.furniture.logit(features.matrix),
            heads,
        )

    def score_units(self, reading: Reading, judgement: Judgement, chosen: NDArray[np.int64]) -> tuple[Unity, float]:
        """How these units hang together, and the probability that they are one story."""
        row, unity = aggregate(judgement.features, reading.units, chosen, judgement.off_topic, judgement.furniture)
        return unity, float(sigmoid(judgement.heads.article.logit(row))[0])

    def _describe(self) -> CoherenceModel:
        prior = self.model.file.prior
        return CoherenceModel(
            name=self.model.file.name + ("" if self.vectors else "-words") + ("+minilm" if self.sentences else ""),
            version=self.model.file.version,
            sha256=self.model.sha256,
            thresholds=msgspec.structs.asdict(self.coefficients.flags) | {"off_topic": self.settings.off_topic_from},
            prior={"articles": prior.articles, "paragraphs": prior.paragraphs},
        )


def load(version: str, settings: CoherenceSettings) -> Scorer:
    """The stage with all that is shipped, and with what the settings ask for."""
    model = read_heads(minilm=settings.minilm)
    return Scorer(
        version, settings, model, _load_table(model.file.table), load_sentences() if settings.minilm else None
    )


def _load_table(sha256: str) -> Encoder | None:
    """The table that the heads were trained with, or None where it is not: then the words must do."""
    try:
        vectors = load_vectors()
    except (FileNotFoundError, ValueError):
        return None
    return vectors if vectors.sha256 == sha256 else None


def load_sentences() -> Encoder:
    """The sentence model itself (extra `minilm`)."""
    from copydesk.coherence.minilm import Sentences  # noqa: PLC0415 - onnxruntime, only where it is asked for

    return Sentences()


def measure_units(reading: Reading, encoder: Encoder | None, coefficients: Coefficients) -> Features:
    """The features of the units, compared by that encoder's vectors or by their words alone."""
    if encoder is None:
        return measure(reading, None, coefficients)
    texts = [unit.text for unit in reading.units]
    if reading.title is not None:
        texts.insert(0, reading.title.text)
    return measure(reading, encoder.encode(texts).astype(np.float64), coefficients)


def settle(own: Floats, substantial: NDArray[np.bool_]) -> Floats:
    """Log odds of the units; those without substance have only their neighbours'.

    Args:
        own: Log odds, one a unit.
        substantial: Which units can be judged by themselves.
    """
    places = np.flatnonzero(substantial)
    if not len(places):
        return np.full(len(own), NOTHING_KNOWN)
    settled = own.copy()
    others = np.flatnonzero(~substantial)
    right = np.searchsorted(places, others)
    before, after = places[np.maximum(right - 1, 0)], places[np.minimum(right, len(places) - 1)]
    settled[others] = (own[before] + own[after]) / 2
    return settled


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
    prose = sum(count >= coefficients.limits.unit_words for count in counts)
    return prose < coefficients.limits.least_units or sum(counts) < coefficients.limits.least_words


# ------------------------------------------------------------------------------------ units and their flags


def _flag(
    article: ExtractedArticle,
    reading: Reading,
    judgement: Judgement,
    coefficients: Coefficients,
    settings: CoherenceSettings,
) -> tuple[Unit, ...]:
    repeats = find_repeats(reading.units, int(coefficients.flags.duplicate_least_words))
    title = " ".join((article.title or "").split()).casefold()
    first = next((number for number, unit in enumerate(reading.units) if unit.count), 0)
    foreign = sigmoid(judgement.off_topic)
    units = []
    for number, (unit, block) in enumerate(zip(reading.units, article.blocks, strict=True)):
        shape = look(unit, block, float(judgement.furniture[number]), coefficients)
        is_title = block.reason == "title" or bool(title and " ".join(unit.text.split()).casefold() == title)
        off_topic = round(float(foreign[number]), DIGITS)
        furniture = 0.0 if is_title else round(shape.probability, DIGITS)
        flag: Flag = "none"
        reasons: tuple[str, ...] = ()
        is_furniture = furniture >= coefficients.flags.furniture
        # "Read more" shares no word with any story: that makes it no other story
        told_furniture = is_furniture and shape.told
        if off_topic >= settings.off_topic_from and not told_furniture:
            flag, reasons = "off_topic", _why_foreign(number, unit, block, judgement)
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
                relevance=round(float(judgement.features.relevance[number]), DIGITS),
                off_topic_probability=off_topic,
                furniture_probability=furniture,
                flag=flag,
                reasons=reasons,
            )
        )
    return tuple(units)


def _why_foreign(number: int, unit: Read, block: Block, judgement: Judgement) -> tuple[str, ...]:
    features = judgement.features
    supported, total, named = (int(counted[number]) for counted in features.counts)
    if not features.substantial[number]:
        reasons = ["too short to be judged by itself: as the blocks around it"]
    else:
        usual = float(np.median(features.relevance[features.substantial]))
        reasons = [f"relevance {features.relevance[number]:.2f}, the article's median {usual:.2f}"]
        how = "no word" if not supported else "few words" if supported * 3 < total else "words"
        reasons.append(f"shares {how} with the rest ({supported} of {total})")
        if named:
            reasons.append(f"{named} {'name that stands' if named == 1 else 'names that stand'} nowhere else")
    if not unit.stopped:
        reasons.append("does not end as a sentence does")
    if block.reason is not None:
        reasons.append(f"removed by the cleaner as {block.reason}")
    return tuple(reasons)


# -------------------------------------------------------------------------------------- the whole article


class _InText(NamedTuple):
    relevance: float
    on_topic: float


def _weigh(reading: Reading, judgement: Judgement, kept: NDArray[np.int64]) -> _InText:
    """Means over the published units, weighed by their words."""
    words = np.array([reading.units[number].count for number in kept], np.float64)
    relevance = np.average(judgement.features.relevance[kept], weights=words)
    foreign = np.average(sigmoid(judgement.off_topic)[kept], weights=words)
    return _InText(float(relevance), float(1 - foreign))


def _continuity(units: Sequence[Read]) -> float:
    """Share of the units' names that another unit has too; 1 where there are none: nothing is broken off."""
    counts = Counter(name for unit in units for name in unit.names)
    total = sum(counts.values())
    return sum(count for count in counts.values() if count > 1) / total if total else 1.0


def _structure(  # noqa: PLR0917 - all of what is known, for one word
    units: Sequence[Unit],
    reading: Reading,
    kept: NDArray[np.int64],
    judgement: Judgement,
    score: float,
    coefficients: Coefficients,
) -> Structure:
    """How the published text is built, in one word."""
    off_topic = [number for number in kept if units[number].flag == "off_topic"]
    words = sum(reading.units[number].count for number in kept)
    share = sum(reading.units[number].count for number in off_topic) / words
    stories = _count_stories(reading, kept, judgement, coefficients)
    is_tail = bool(off_topic) and all(units[number].flag != "none" for number in kept if number > off_topic[0])
    several = score < 0.5 and (not off_topic or (stories > 1 and not is_tail))  # more likely than not
    if several or share >= coefficients.segments.story_share:
        return "multi_story" if stories > 1 else "mixed"
    if not off_topic:
        return "single"
    return "tail" if is_tail else "intrusion"


def _count_stories(reading: Reading, kept: NDArray[np.int64], judgement: Judgement, coefficients: Coefficients) -> int:
    """Number of segments of two units or more that are long enough to be a story of their own."""
    words = np.array([reading.units[number].count for number in kept], np.float64)
    number = judgement.features.segmentation.number[kept]
    lengths, units = np.bincount(number, words), np.bincount(number)
    return int(np.sum((lengths >= coefficients.segments.story_words * words.sum()) & (units > 1)))


def _describe_segments(reading: Reading, judgement: Judgement) -> tuple[Segment, ...]:
    bags: Bags = judgement.features.bags
    frequency = np.bincount(bags.word, minlength=len(bags.vocabulary))
    segments = []
    for first, last, relevance in judgement.features.segmentation.stretches:
        low, high = np.searchsorted(bags.unit, [first, last + 1])
        words, place = np.unique(bags.word[low:high], return_inverse=True)
        # share of the word's occurrences that lie here: what is everywhere describes no segment
        weight = np.bincount(place, bags.weight[low:high] * (1 + 1 / frequency[bags.word[low:high]]))
        # ties: the word that stood first
        order = np.argsort(-weight.round(6), kind="stable")[:TERMS]
        segments.append(
            Segment(
                first_unit=first,
                last_unit=last,
                relevance=round(relevance, DIGITS),
                terms=tuple(reading.surfaces[bags.vocabulary[word]] for word in words[order]),
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
