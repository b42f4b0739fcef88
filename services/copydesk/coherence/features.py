"""Features of the units of an article: the input of the classifiers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.arrays import Floats, Mask
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.line_features import LINE_FEATURES, measure_line_features
from copydesk.coherence.relevance import (
    compare_vectors_with_rest,
    compare_words_with_rest,
    measure_relevance,
    measure_support,
    weigh_units,
)
from copydesk.coherence.rounding import FEATURE_DECIMALS
from copydesk.coherence.segments import Segmentation, find_segments
from copydesk.coherence.similarity import compare_vectors, compare_words
from copydesk.coherence.units import ArticleUnits
from copydesk.coherence.vector_features import VECTOR_FEATURES, measure_vector_features
from copydesk.coherence.word_bags import WordBags, build_word_bags
from copydesk.coherence.word_features import WORD_FEATURES, WordCounts, measure_word_features

UNIT_FEATURES = (*VECTOR_FEATURES, *WORD_FEATURES, *LINE_FEATURES)
"""Names of the features of a unit, in the order of the columns."""


class Encoder(Protocol):
    """Encodes texts as vectors."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, shape (texts, dimensions), of length 1 or 0."""


class UnitFeatures(msgspec.Struct, frozen=True):
    """Features of the units of an article, in their order, and what they were computed from.

    Args:
        matrix: Features, shape (units, len(UNIT_FEATURES)). Without vectors, the columns of ``VECTOR_FEATURES`` are 0.
        bags: Words of the units, without those of the title.
        vectors: Vectors of the units, or None.
        word_similarity: Similarity of all pairs of units by words.
        vector_similarity: The same by vectors, or None.
        relevance: Cosine of each unit with the robust centroid of the others, -1..1.
        segmentation: Segments of the article.
        word_counts: Counts that explain a flag.
        substantial: Units with words enough to be judged by themselves.
    """

    matrix: Floats
    bags: WordBags
    vectors: Floats | None
    word_similarity: Floats
    vector_similarity: Floats | None
    relevance: Floats
    segmentation: Segmentation
    word_counts: WordCounts
    substantial: Mask


def measure_units(article: ArticleUnits, encoder: Encoder | None, coefficients: Coefficients) -> UnitFeatures:
    """Features of the units of an article.

    Args:
        article: The units.
        encoder: Encodes the units. None: they are compared by their words alone.
        coefficients: Coefficients of the stage.
    """
    if encoder is None:
        return _measure_units(article, None, coefficients)
    texts = [unit.text for unit in article.units]
    if article.title is not None:
        texts.insert(0, article.title.text)
    return _measure_units(article, encoder.encode(texts).astype(np.float64), coefficients)


def _measure_units(article: ArticleUnits, vectors: Floats | None, coefficients: Coefficients) -> UnitFeatures:
    """Features of the units of an article.

    Args:
        article: The units.
        vectors: Vectors of the title, if there is one, and of the units; or None.
        coefficients: Coefficients of the stage.
    """
    # 1. the title and the units, with their words and weights
    weighted = weigh_units(article, coefficients)
    first = weighted.titles
    bags = build_word_bags(weighted.units)
    substantial = np.array([unit.word_count >= coefficients.limits.unit_words for unit in weighted.units])
    substantial &= bags.sum_by_unit(bags.weight) > 0

    # 2. similarity of each to the rest, by words and by vectors
    by_words = measure_relevance(weighted.weights, substantial, lambda weights: compare_words_with_rest(bags, weights))
    by_vectors = None
    if vectors is not None:
        judged = substantial & (np.einsum("ij,ij->i", vectors, vectors) > 0)
        by_vectors = measure_relevance(
            weighted.weights, judged, lambda weights: compare_vectors_with_rest(vectors, weights)
        )
    relevance = by_words if by_vectors is None else by_vectors
    support = measure_support(bags, weighted.weights * relevance.fits, coefficients.relevance.saturation)

    # 3. similarity of all pairs of units, and segments
    unit_bags = build_word_bags(article.units) if first else bags
    unit_vectors = None if vectors is None else vectors[first:]
    word_similarity = compare_words(unit_bags)
    vector_similarity = None if unit_vectors is None else compare_vectors(unit_vectors)
    word_counts = np.array([unit.word_count for unit in article.units], np.int64)
    segmentation = find_segments(word_counts, word_similarity, vector_similarity, coefficients.segments)

    # 4. the columns
    vector_columns = np.zeros((len(article.units), len(VECTOR_FEATURES)))
    if vectors is not None and by_vectors is not None:
        vector_columns = measure_vector_features(vectors, weighted, by_vectors, judged, segmentation, word_counts)
    word_columns, counts = measure_word_features(weighted, bags, support, by_words.cosines, substantial)
    line_columns = measure_line_features(article, coefficients)
    return UnitFeatures(
        matrix=np.round(np.concatenate([vector_columns, word_columns, line_columns], axis=1), FEATURE_DECIMALS),
        bags=unit_bags,
        vectors=unit_vectors,
        word_similarity=word_similarity,
        vector_similarity=vector_similarity,
        relevance=relevance.cosines[first:],
        segmentation=segmentation,
        word_counts=counts,
        substantial=substantial[first:],
    )
