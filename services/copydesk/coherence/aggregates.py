"""Aggregates: what is measured of a whole article, for the article's head to judge by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.features import DIGITS, NAMES, Features
from copydesk.coherence.relevance import Floats, fill_bags
from copydesk.coherence.similarity import compare_meaning, compare_words
from copydesk.coherence.units import Unit
from copydesk.coherence.unity import Unity, measure_unity

WORST = ("worst", "second", "third", "foreign_share", "flagged_share", "furniture")
"""Log odds of the three units most likely foreign, words expected and found in foreign units, the worst furniture."""
BY_MEANING = (
    "two_topics", "halves", "local", "overall", "interleaved", "least_relevance", "median_relevance", "spread",
    "least_run",
)  # fmt: skip
"""Unity by vectors, neighbours against all pairs, and the extremes of relevance."""
BY_WORDS = (
    "two_topics_words", "halves_words", "local_words", "overall_words", "interleaved_words", "least_covered", "usual",
    "unstopped",
)  # fmt: skip
"""The same by words; the last is the share of lines without a full stop. No length: inserts make articles longer."""
AGGREGATES = (*WORST, *BY_MEANING, *BY_WORDS)
FARTHEST = 8.0
"""Log odds are cut here: beyond it trees differ by what hardly any unit has."""


def aggregate(
    features: Features,
    units: tuple[Unit, ...],
    chosen: NDArray[np.int64],
    off_topic: Floats,
    furniture: Floats,
) -> tuple[Floats, Unity]:
    """The article's row of ``AGGREGATES``, and how it hangs together.

    Args:
        features: Of all units.
        units: All units.
        chosen: Which of them make up the text that is judged.
        off_topic: Log odds of each unit to be foreign.
        furniture: Ditto, to be furniture.
    """
    words_alike, meaning_alike = features.words_alike, features.meaning_alike
    if len(chosen) < len(units):
        words_alike = compare_words(fill_bags([units[number] for number in chosen]))
        meaning_alike = None if features.vectors is None else compare_meaning(features.vectors[chosen])
    words = measure_unity(words_alike)
    meaning = words if meaning_alike is None else measure_unity(meaning_alike)
    rows, off_topic, furniture = features.matrix[chosen], off_topic[chosen], furniture[chosen]
    judged = features.substantial[chosen]
    if not judged.any():
        judged = np.ones(len(chosen), np.bool_)
    worst = np.sort(np.r_[off_topic[judged], -FARTHEST, -FARTHEST])[::-1]
    length = np.array([units[number].count for number in chosen], np.float64)
    length /= max(length.sum(), 1)
    foreign = 1 / (1 + np.exp(-np.clip(off_topic, -30, 30)))

    def column(name: str) -> Floats:
        found: Floats = rows[judged, NAMES.index(name)]
        return found

    relevance = column("relevance")
    values: list[float] = [
        *np.clip(worst[:3], -FARTHEST, FARTHEST).tolist(),
        float(foreign @ length),
        float((foreign > 0.5) @ length),
        float(np.clip(furniture.max(), -FARTHEST, FARTHEST)),
        *_spell(meaning),
        relevance.min(),
        float(np.median(relevance)),
        column("spread")[0],
        column("run").min(),
        *_spell(words),
        column("covered").min(),
        column("usual")[0],
        column("unstopped")[0],
    ]
    return np.array([values], np.float64).round(DIGITS), meaning


def _spell(unity: Unity) -> list[float]:
    return [unity.two_topics, unity.halves, unity.local, unity.overall, unity.overall - unity.local]
