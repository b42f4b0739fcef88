"""Relevance: similarity of each unit to the rest of the article.

The rest is a robust centroid: units that fit badly lose weight, then all units are compared again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from copydesk.coherence.arrays import TINY, Floats, Mask
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.units import ArticleUnit, ArticleUnits
from copydesk.coherence.word_bags import WordBags

PASSES = 4
"""Passes of the robust centroid."""

MIN_FIT = 0.05
"""Fit that a misfit keeps. With 0 it could never come back."""


class WeightedUnits(NamedTuple):
    """The title and the units, with their weights in the centroid.

    Args:
        units: The title if there is one, then the units of the blocks.
        titles: 1 if there is a title, else 0: number of the first unit of a block.
        weights: Weight of each.
        lead: Indices of the title and of the first units of the body.
    """

    units: tuple[ArticleUnit, ...]
    titles: int
    weights: Floats
    lead: list[int]


class Relevance(NamedTuple):
    """Similarity of each unit to the rest.

    Args:
        cosines: Cosine of each unit with the rest, -1..1.
        fits: Part of its weight that each unit keeps in the centroid, 0..1.
    """

    cosines: Floats
    fits: Floats


class Support(NamedTuple):
    """Part of each unit's words that other units have.

    Args:
        coverage: As a share of the words' weight, 0..1.
        shared_weight: As a weight.
        mean_coverage: The share in the whole article.
    """

    coverage: Floats
    shared_weight: Floats
    mean_coverage: float


def weigh_units(article: ArticleUnits, coefficients: Coefficients) -> WeightedUnits:
    """The title and the units, with their weights in the centroid."""
    numbers = coefficients.relevance
    units = article.units if article.title is None else (article.title, *article.units)
    titles = len(units) - len(article.units)
    # a long paragraph says more, but not in proportion to its words
    weights = np.sqrt(np.clip([unit.word_count for unit in units], 3, 60))
    weights *= [1.0 if unit.kept else numbers.removed_weight for unit in units]
    kept = [number for number, unit in enumerate(units) if number >= titles and unit.kept]
    lead = kept[: int(numbers.lead_units)]
    weights[lead] *= numbers.lead_weight
    weights[:titles] *= numbers.title_weight
    return WeightedUnits(units, titles, weights, [*range(titles), *lead])


def measure_relevance(weights: Floats, judged: Mask, compare: Callable[[Floats], Floats]) -> Relevance:
    """Similarity of each unit to the robust centroid of the others.

    Args:
        weights: Weight of each unit.
        judged: Units that the median is taken of.
        compare: Returns the cosine of each unit with the others, for given weights.
    """
    fits = np.ones(len(weights))
    cosines = fits
    for _ in range(PASSES):
        cosines = compare(weights * fits)
        median = float(np.median(cosines[judged])) if judged.any() else 1.0
        fits = np.clip(cosines / max(median, MIN_FIT), MIN_FIT, 1)
    return Relevance(cosines, fits)


def compare_words_with_rest(bags: WordBags, weights: Floats) -> Floats:
    """Tf-idf cosine of each unit with the weighted sum of all others, 0..1."""
    weighted = weights[bags.unit] * bags.tf_idf
    centre = bags.sum_by_word(weighted)
    with_all = bags.sum_by_unit(bags.tf_idf * centre[bags.word])
    square = bags.sum_by_unit(bags.tf_idf**2)
    with_rest = with_all - weights * square
    rest = np.sum(centre**2) - 2 * weights * with_all + weights**2 * square
    cosine = with_rest / np.sqrt(np.maximum(square * rest, TINY))
    return np.clip(cosine, 0, 1)


def compare_vectors_with_rest(vectors: Floats, weights: Floats) -> Floats:
    """Cosine of each vector with the weighted sum of all others, -1..1."""
    centre = weights @ vectors
    with_all = vectors @ centre
    square = np.einsum("ij,ij->i", vectors, vectors)
    rest = centre @ centre - 2 * weights * with_all + weights**2 * square
    cosines: Floats = (with_all - weights * square) / np.sqrt(np.maximum(square * rest, TINY))
    return cosines


def measure_support(bags: WordBags, weights: Floats, saturation: float) -> Support:
    """Part of each unit's words that other units have.

    Args:
        bags: Words of the units.
        weights: Weight of each unit.
        saturation: Number of other units with a word at which the word is half supported.
    """
    others = np.maximum(bags.sum_by_word(weights[bags.unit])[bags.word] - weights[bags.unit], 0)
    shared = bags.sum_by_unit(bags.weight * others / (others + saturation))
    total = bags.sum_by_unit(bags.weight)
    # at least 0.05, so that the logarithm stays finite where units share no word
    mean = max(0.05, float(np.sum(weights * shared) / max(TINY, float(np.sum(weights * total)))))
    # as if each unit had one more word, supported like the whole article
    return Support(coverage=(shared + mean) / (total + 1), shared_weight=shared, mean_coverage=mean)
