"""Structure of the published text, and its measures; the segments as they are published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from copydesk.coherence.arrays import Floats, Integers
from copydesk.coherence.classifiers import sigmoid
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.features import UnitFeatures
from copydesk.coherence.predictions import Predictions
from copydesk.coherence.rounding import PUBLISHED_DECIMALS
from copydesk.coherence.units import ArticleUnit, ArticleUnits
from copydesk.contracts.articles import Segment, Structure, Unit

MAX_TERMS = 5
"""Words that describe a segment."""

UNCERTAIN_SCORE = 0.5
"""Below this score an article is more likely contaminated than not."""


class TextMeans(NamedTuple):
    """Means over the published units, weighted by their words.

    Args:
        relevance: Mean relevance, -1..1.
        on_topic: Mean probability to be on topic, 0..1.
    """

    relevance: float
    on_topic: float


def measure_text(units: Sequence[ArticleUnit], kept: Integers, predictions: Predictions) -> TextMeans:
    """Means over the kept units, weighted by their words."""
    words = _count_words(units, kept)
    relevance = np.average(predictions.features.relevance[kept], weights=words)
    off_topic = np.average(sigmoid(predictions.off_topic)[kept], weights=words)
    return TextMeans(relevance=float(relevance), on_topic=float(1 - off_topic))


def measure_entity_continuity(units: Sequence[ArticleUnit]) -> float:
    """Share of the names that another unit has, too; 1 if there are no names, since nothing is broken off."""
    counts = Counter(name for unit in units for name in unit.names)
    total = sum(counts.values())
    return sum(count for count in counts.values() if count > 1) / total if total else 1.0


def find_structure(  # noqa: PLR0917 - everything that is known of the article
    units: Sequence[Unit],
    article: ArticleUnits,
    kept: Integers,
    features: UnitFeatures,
    score: float,
    coefficients: Coefficients,
) -> Structure:
    """Structure of the published text.

    Args:
        units: The flagged units.
        article: The units as they were read.
        kept: Indices of the kept units.
        features: Features of the units.
        score: Probability that the published text is one story.
        coefficients: Coefficients of the stage.
    """
    off_topic = [number for number in kept if units[number].flag == "off_topic"]
    words = sum(article.units[number].word_count for number in kept)
    off_topic_share = sum(article.units[number].word_count for number in off_topic) / words
    stories = _count_stories(article.units, kept, features, coefficients)
    is_tail = bool(off_topic) and all(units[number].flag != "none" for number in kept if number > off_topic[0])
    is_several_stories = score < UNCERTAIN_SCORE and (not off_topic or (stories > 1 and not is_tail))
    if is_several_stories or off_topic_share >= coefficients.segments.story_share:
        return "multi_story" if stories > 1 else "mixed"
    if not off_topic:
        return "single"
    return "tail" if is_tail else "intrusion"


def _count_stories(
    units: Sequence[ArticleUnit], kept: Integers, features: UnitFeatures, coefficients: Coefficients
) -> int:
    """Number of segments with at least two kept units, and words enough for a story of their own."""
    words = _count_words(units, kept)
    segment_of = features.segmentation.segment_of[kept]
    segment_words, segment_units = np.bincount(segment_of, words), np.bincount(segment_of)
    is_story = (segment_words >= coefficients.segments.story_words * words.sum()) & (segment_units > 1)
    return int(np.sum(is_story))


def describe_segments(article: ArticleUnits, features: UnitFeatures) -> tuple[Segment, ...]:
    """The published segments, each with the words that distinguish it."""
    bags = features.bags
    frequency = bags.count_units_by_word()
    segments = []
    for first, last, relevance in features.segmentation.runs:
        start, end = np.searchsorted(bags.unit, [first, last + 1])
        words, place = np.unique(bags.word[start:end], return_inverse=True)
        # divided by the word's frequency in the article: a word that is everywhere describes no segment
        weight = np.bincount(place, bags.weight[start:end] * (1 + 1 / frequency[bags.word[start:end]]))
        # among equal weights, the word that comes first
        order = np.argsort(-weight.round(6), kind="stable")[:MAX_TERMS]
        segments.append(
            Segment(
                first_unit=first,
                last_unit=last,
                relevance=round(relevance, PUBLISHED_DECIMALS),
                terms=tuple(article.surface_forms[bags.vocabulary[word]] for word in words[order]),
            )
        )
    return tuple(segments)


def _count_words(units: Sequence[ArticleUnit], kept: Integers) -> Floats:
    return np.array([units[number].word_count for number in kept], np.float64)
