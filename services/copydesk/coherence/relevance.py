"""Relevance: how much of each unit the rest of the article supports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.coefficients import Coefficients, OffTopic
from copydesk.coherence.units import Reading, Unit

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]

TINY = 1e-9
"""Keeps a quotient finite where there is nothing to divide."""


class Bags(msgspec.Struct, frozen=True):
    """Word occurrences as flat arrays, one element a distinct word of a unit.

    Args:
        count: Number of units.
        vocabulary: The distinct words, in the order of their first occurrence.
        unit: Of which unit each occurrence is, ascending.
        word: Which word it is, index into ``vocabulary``.
        weight: What the word weighs, the same in all units.
        vector: Its tf-idf component; the document frequencies are the article's own.
    """

    count: int
    vocabulary: tuple[str, ...]
    unit: Integers
    word: Integers
    weight: Floats
    vector: Floats

    def sum_by_unit(self, values: Floats) -> Floats:
        """One sum a unit."""
        return np.bincount(self.unit, values, self.count).astype(np.float64)

    def sum_by_word(self, values: Floats) -> Floats:
        """One sum a word."""
        return np.bincount(self.word, values, len(self.vocabulary)).astype(np.float64)


class Judgement(msgspec.Struct, frozen=True):
    """What the comparison found, one element a unit.

    Args:
        off_topic: Probability that the unit is foreign, 0..1.
        relevance: Tf-idf cosine with the rest, units that seem foreign left out of it, 0..1.
        supported: Number of the unit's content words that stand in another unit.
        total: Number of its content words.
    """

    off_topic: Floats
    relevance: Floats
    supported: Integers
    total: Integers


def fill_bags(units: Sequence[Unit]) -> Bags:
    """The units' words as arrays."""
    ids: dict[str, int] = {}
    numbers: list[int] = []
    words: list[int] = []
    weights: list[float] = []
    for number, unit in enumerate(units):
        for word, weight in unit.weights.items():
            numbers.append(number)
            words.append(ids.setdefault(word, len(ids)))
            weights.append(weight)
    unit_of = np.array(numbers, np.int64)
    word_of = np.array(words, np.int64)
    heaviest = np.zeros(len(ids))
    np.maximum.at(heaviest, word_of, np.array(weights, np.float64))
    weight_of = heaviest[word_of]
    frequency = np.bincount(word_of, minlength=len(ids))
    # smoothed so that a word of every unit still counts a little: in one article that is its topic
    rarity = np.log((len(units) + 1) / (frequency + 0.5)) + 0.3
    return Bags(len(units), tuple(ids), unit_of, word_of, weight_of, weight_of * rarity[word_of])


def judge(reading: Reading, coefficients: Coefficients) -> Judgement:
    """How foreign each unit is, from its words and, weakly, the form of its line.

    Leave one out, robust: every pass weighs the units by how much they seem to belong.
    """
    bags, say = _with_title(reading, coefficients)
    titles = bags.count - len(reading.units)
    form = np.array([0.0] * titles + [_form(unit, coefficients.off_topic) for unit in reading.units])
    substantial = np.array(
        [True] * titles + [unit.count >= coefficients.off_topic.least_words for unit in reading.units]
    )
    substantial &= bags.sum_by_unit(bags.weight) > 0
    foreign = np.full(bags.count, coefficients.prior.paragraphs)
    cosine = np.zeros(bags.count)
    for _ in range(int(coefficients.relevance.passes)):
        belongs = say * (1 - foreign)
        cosine = _cosine(bags, belongs)
        logit = _logit(bags, belongs, cosine, coefficients) + form
        foreign = _sigmoid(_ask_neighbours(logit, substantial, titles, coefficients))
    elsewhere = np.bincount(bags.word, minlength=len(bags.vocabulary))[bags.word] > 1
    return Judgement(
        off_topic=foreign[titles:],
        relevance=cosine[titles:],
        supported=bags.sum_by_unit(elsewhere.astype(np.float64)).astype(np.int64)[titles:],
        total=np.bincount(bags.unit, minlength=bags.count)[titles:],
    )


def _with_title(reading: Reading, coefficients: Coefficients) -> tuple[Bags, Floats]:
    """The bags, the title's first if there is one, and how much say each has."""
    units = reading.units if reading.title is None else (reading.title, *reading.units)
    numbers = coefficients.relevance
    say = np.array([1.0 if unit.kept else numbers.removed_weight for unit in units])
    kept = [number for number, unit in enumerate(units) if unit.kept and unit is not reading.title]
    say[kept[: int(numbers.lead_units)]] = numbers.lead_weight
    if reading.title is not None:
        say[0] = numbers.title_weight
    return fill_bags(units), say


def _form(unit: Unit, numbers: OffTopic) -> float:
    form = 0.0 if unit.stopped else numbers.unstopped
    return form + numbers.brief if unit.count < numbers.brief_words else form


def _cosine(bags: Bags, belongs: Floats) -> Floats:
    """Of each unit's vector with the weighted sum of all others'."""
    own = belongs[bags.unit] * bags.vector
    centre = bags.sum_by_word(own)
    with_all = bags.sum_by_unit(bags.vector * centre[bags.word])
    square = bags.sum_by_unit(bags.vector**2)
    with_rest = with_all - belongs * square
    rest = np.sum(centre**2) - 2 * belongs * with_all + belongs**2 * square
    cosine = with_rest / np.sqrt(np.maximum(square * rest, TINY))
    return np.clip(cosine, 0, 1)


def _logit(bags: Bags, belongs: Floats, cosine: Floats, coefficients: Coefficients) -> Floats:
    """Log odds that a unit is foreign, from its words alone."""
    numbers, off_topic = coefficients.relevance, coefficients.off_topic
    others = np.maximum(bags.sum_by_word(belongs[bags.unit])[bags.word] - belongs[bags.unit], 0)
    shared = bags.sum_by_unit(bags.weight * others / (others + numbers.saturation))
    weight = bags.sum_by_unit(bags.weight)
    # 0.05: where nothing is shared at all the logarithm must stay finite
    usual = max(0.05, float(np.sum(belongs * shared) / max(TINY, float(np.sum(belongs * weight)))))
    coverage = (shared + numbers.smoothing * usual) / (weight + numbers.smoothing)
    logit: Floats = (
        off_topic.intercept
        - off_topic.coverage * np.log(coverage)
        + off_topic.expected * np.log(usual)
        - off_topic.cosine * np.log(cosine + off_topic.cosine_floor)
        + off_topic.shared * np.log1p(shared)
    )
    return logit


def _ask_neighbours(logit: Floats, substantial: NDArray[np.bool_], titles: int, coefficients: Coefficients) -> Floats:
    """The log odds with the neighbours' in them; units without substance have only their neighbours'."""
    asked = logit.copy()
    places = np.flatnonzero(substantial[titles:]) + titles
    if not len(places):
        asked[titles:] = np.log(coefficients.prior.paragraphs / (1 - coefficients.prior.paragraphs))
        return asked
    own = logit[places]
    before, after = np.r_[own[:1], own[:-1]], np.r_[own[1:], own[-1:]]
    share = coefficients.off_topic.neighbours
    own = (1 - share) * own + share * (before + after) / 2
    asked[places] = own
    others = np.flatnonzero(~substantial[titles:]) + titles
    right = np.searchsorted(places, others)
    asked[others] = (own[np.maximum(right - 1, 0)] + own[np.minimum(right, len(own) - 1)]) / 2
    return asked


def _sigmoid(logit: Floats) -> Floats:
    result: Floats = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    return result
