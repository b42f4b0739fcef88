"""Relevance: how much of each unit the rest of the article supports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.units import Unit

Floats: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]
Truths: TypeAlias = NDArray[np.bool_]

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


def find_rest_cosines(bags: Bags, belongs: Floats) -> Floats:
    """Of each unit's vector with the weighted sum of all others'."""
    own = belongs[bags.unit] * bags.vector
    centre = bags.sum_by_word(own)
    with_all = bags.sum_by_unit(bags.vector * centre[bags.word])
    square = bags.sum_by_unit(bags.vector**2)
    with_rest = with_all - belongs * square
    rest = np.sum(centre**2) - 2 * belongs * with_all + belongs**2 * square
    cosine = with_rest / np.sqrt(np.maximum(square * rest, TINY))
    return np.clip(cosine, 0, 1)


class Support(NamedTuple):
    """How much of each unit's words the others have.

    Args:
        covered: As a share of the words' weight, 0..1.
        shared: As a weight.
        usual: The article's own share.
    """

    covered: Floats
    shared: Floats
    usual: float


def sum_support(bags: Bags, belongs: Floats, saturation: float) -> Support:
    """How much of each unit's words the others have.

    Args:
        bags: The units' words.
        belongs: How much each unit counts.
        saturation: A word that so many others have is half supported.
    """
    others = np.maximum(bags.sum_by_word(belongs[bags.unit])[bags.word] - belongs[bags.unit], 0)
    shared = bags.sum_by_unit(bags.weight * others / (others + saturation))
    weight = bags.sum_by_unit(bags.weight)
    # 0.05: where nothing is shared at all the logarithm must stay finite
    usual = max(0.05, float(np.sum(belongs * shared) / max(TINY, float(np.sum(belongs * weight)))))
    return Support((shared + usual) / (weight + 1), shared, usual)  # one word's weight at the article's own share
