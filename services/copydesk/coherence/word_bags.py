"""Bags of words of the units as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from copydesk.coherence.arrays import Floats, Integers
from copydesk.coherence.units import ArticleUnit


class WordBags(msgspec.Struct, frozen=True):
    """Bags of words as arrays with one element per distinct word of a unit.

    Args:
        count: Number of units.
        vocabulary: The distinct words, in the order of their first occurrence.
        unit: Index of the unit of each element, in rising order.
        word: Index of its word in ``vocabulary``.
        weight: Weight of the word, the same in all units.
        tf_idf: Tf-idf component. Document frequencies are counted over the units of the article.
    """

    count: int
    vocabulary: tuple[str, ...]
    unit: Integers
    word: Integers
    weight: Floats
    tf_idf: Floats

    def sum_by_unit(self, values: Floats) -> Floats:
        """Sum of the values of each unit, shape (count,)."""
        return np.bincount(self.unit, values, self.count).astype(np.float64)

    def sum_by_word(self, values: Floats) -> Floats:
        """Sum of the values of each word, shape (len(vocabulary),)."""
        return np.bincount(self.word, values, len(self.vocabulary)).astype(np.float64)

    def count_units_by_word(self) -> Integers:
        """Number of units that have each word, shape (len(vocabulary),)."""
        return np.bincount(self.word, minlength=len(self.vocabulary))


def build_word_bags(units: Sequence[ArticleUnit]) -> WordBags:
    """The words of the units as arrays."""
    ids: dict[str, int] = {}
    units_of_words: list[int] = []
    words: list[int] = []
    weights: list[float] = []
    for number, unit in enumerate(units):
        for word, weight in unit.weights.items():
            units_of_words.append(number)
            words.append(ids.setdefault(word, len(ids)))
            weights.append(weight)
    word_of = np.array(words, np.int64)
    heaviest = np.zeros(len(ids))
    np.maximum.at(heaviest, word_of, np.array(weights, np.float64))
    weight_of = heaviest[word_of]
    frequency = np.bincount(word_of, minlength=len(ids))
    # smoothed so that a word of every unit still counts a little: it is the topic of the article
    rarity = np.log((len(units) + 1) / (frequency + 0.5)) + 0.3
    return WordBags(
        count=len(units),
        vocabulary=tuple(ids),
        unit=np.array(units_of_words, np.int64),
        word=word_of,
        weight=weight_of,
        tf_idf=weight_of * rarity[word_of],
    )
