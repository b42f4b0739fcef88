"""Features of a whole article: the input of the article classifier."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copydesk.coherence.arrays import Floats, Integers
from copydesk.coherence.columns import stack_columns
from copydesk.coherence.features import UNIT_FEATURES, UnitFeatures
from copydesk.coherence.rounding import FEATURE_DECIMALS
from copydesk.coherence.similarity import compare_vectors, compare_words
from copydesk.coherence.units import ArticleUnit
from copydesk.coherence.unity import Unity, measure_unity
from copydesk.coherence.word_bags import build_word_bags

UNIT_AGGREGATES = (
    "worst",  # highest log odds of a unit to be off topic
    "second",  # second highest
    "third",  # third highest
    "foreign_share",  # expected share of the words in off-topic units
    "flagged_share",  # share of the words in units that are more likely off topic than not
    "furniture",  # highest log odds of a unit to be furniture
)
VECTOR_AGGREGATES = (
    "two_topics",  # unity by vectors: see `Unity`
    "halves",
    "local",
    "overall",
    "interleaved",  # overall minus local
    "least_relevance",  # lowest relevance of a unit
    "median_relevance",  # median relevance
    "spread",  # from the median to the lowest tenth of the relevance
    "least_run",  # lowest relevance of a unit with its neighbours
)
WORD_AGGREGATES = (
    "two_topics_words",  # unity by words: see `Unity`
    "halves_words",
    "local_words",
    "overall_words",
    "interleaved_words",  # overall minus local
    "least_covered",  # lowest log share of a unit's words that others have
    "usual",  # log share of the words that others have
    "unstopped",  # share of lines that do not end as a sentence does
)
ARTICLE_FEATURES = (*UNIT_AGGREGATES, *VECTOR_AGGREGATES, *WORD_AGGREGATES)
"""Names of the features of an article, in the order of the columns. Length is none: inserts make articles longer."""

MAX_LOG_ODDS = 8.0
"""Log odds are clipped here. Beyond it trees differ by values that hardly any unit has."""


def measure_article(
    features: UnitFeatures, units: Sequence[ArticleUnit], chosen: Integers, off_topic: Floats, furniture: Floats
) -> tuple[Floats, Unity]:
    """Features of the article, shape (1, len(ARTICLE_FEATURES)), and the unity of its units.

    Args:
        features: Features of all units.
        units: All units.
        chosen: Indices of the units that make up the judged text.
        off_topic: Log odds of each unit to be off topic.
        furniture: Log odds of each unit to be furniture.
    """
    by_words, by_vectors = _measure_unities(features, units, chosen)
    off_topic, furniture = off_topic[chosen], furniture[chosen]
    judged = features.substantial[chosen]
    if not judged.any():
        judged = np.ones(len(chosen), np.bool_)
    rows = features.matrix[chosen][judged]

    def column(name: str) -> Floats:
        values: Floats = rows[:, UNIT_FEATURES.index(name)]
        return values

    highest = np.sort(np.r_[off_topic[judged], -MAX_LOG_ODDS, -MAX_LOG_ODDS])[::-1]  # in short articles, too
    worst, second, third = np.clip(highest[:3], -MAX_LOG_ODDS, MAX_LOG_ODDS).tolist()
    length = np.array([units[number].word_count for number in chosen], np.float64)
    length /= max(length.sum(), 1)
    probability = 1 / (1 + np.exp(-np.clip(off_topic, -30, 30)))
    values = {
        "worst": worst,
        "second": second,
        "third": third,
        "foreign_share": float(probability @ length),
        "flagged_share": float((probability > 0.5) @ length),
        "furniture": float(np.clip(furniture.max(), -MAX_LOG_ODDS, MAX_LOG_ODDS)),
        **_describe_unity(by_vectors, ""),
        "least_relevance": column("relevance").min(),
        "median_relevance": float(np.median(column("relevance"))),
        "spread": column("spread")[0],
        "least_run": column("run").min(),
        **_describe_unity(by_words, "_words"),
        "least_covered": column("covered").min(),
        "usual": column("usual")[0],
        "unstopped": column("unstopped")[0],
    }
    row = stack_columns(ARTICLE_FEATURES, {name: np.array([value], np.float64) for name, value in values.items()})
    return row.round(FEATURE_DECIMALS), by_vectors


def _measure_unities(features: UnitFeatures, units: Sequence[ArticleUnit], chosen: Integers) -> tuple[Unity, Unity]:
    """Unity of the chosen units by words, and by vectors. Without vectors, both are by words."""
    word_similarity, vector_similarity = features.word_similarity, features.vector_similarity
    if len(chosen) < len(units):
        word_similarity = compare_words(build_word_bags([units[number] for number in chosen]))
        vector_similarity = None if features.vectors is None else compare_vectors(features.vectors[chosen])
    by_words = measure_unity(word_similarity)
    return by_words, by_words if vector_similarity is None else measure_unity(vector_similarity)


def _describe_unity(unity: Unity, suffix: str) -> dict[str, float]:
    """Features of a unity, with names that end in the suffix."""
    return {
        f"two_topics{suffix}": unity.two_topics,
        f"halves{suffix}": unity.halves,
        f"local{suffix}": unity.local,
        f"overall{suffix}": unity.overall,
        f"interleaved{suffix}": unity.overall - unity.local,
    }
