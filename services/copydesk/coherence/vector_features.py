"""Features of a unit from the vectors: similarity to the rest, to the lead, to neighbours and to its segment."""

from __future__ import annotations

import numpy as np

from copydesk.coherence.arrays import TINY, Floats, Integers, Mask
from copydesk.coherence.columns import shift_down, shift_up, stack_columns
from copydesk.coherence.relevance import Relevance, WeightedUnits
from copydesk.coherence.segments import Segmentation

VECTOR_FEATURES = (
    "relevance",  # cosine with the robust centroid of the others
    "relevance_dev",  # that, minus the median of the article
    "relevance_rank",  # its rank in the article, 0..1
    "lead",  # best cosine with title and lead
    "near",  # mean cosine with the neighbours
    "nearest",  # best cosine with a neighbour
    "alike",  # mean of the three best cosines with others
    "run",  # relevance of the unit together with its neighbours
    "before",  # relevance of the unit before
    "after",  # relevance of the unit after
    "median",  # of the article: median relevance
    "spread",  # of the article: from the median to the lowest tenth of the relevance
    "segment",  # relevance of the unit's segment
    "segment_share",  # share of the words in the unit's segment
)

MAX_COMPARED = 512
"""Units that are compared with all others. In a longer article ..."""
SAMPLE = 128
"""... each unit is compared with this many, evenly spread: bounds time and memory."""


def measure_vector_features(  # noqa: PLR0917 - all that is known of the vectors
    vectors: Floats,
    weighted: WeightedUnits,
    relevance: Relevance,
    judged: Mask,
    segmentation: Segmentation,
    word_counts: Integers,
) -> Floats:
    """Features of the units, shape (units, len(VECTOR_FEATURES)).

    Args:
        vectors: Vectors of the title, if there is one, and of the units.
        weighted: Title and units.
        relevance: Relevance of title and units.
        judged: Title and units that have words enough, and a vector.
        segmentation: Segments of the units.
        word_counts: Words of each unit.
    """
    first, count = weighted.titles, len(weighted.units) - weighted.titles
    unit_vectors, cosines = vectors[first:], relevance.cosines[first:]
    lead = vectors @ vectors[weighted.lead].T
    lead[weighted.lead, np.arange(len(weighted.lead))] = -1  # not with itself
    near, nearest = _compare_with_neighbours(unit_vectors)
    judged_cosines = cosines[judged[first:]]
    median = float(np.median(judged_cosines)) if len(judged_cosines) else 0.0
    low = float(np.quantile(judged_cosines, 0.1)) if len(judged_cosines) else 0.0
    segment_relevance = np.array([run.relevance for run in segmentation.runs])
    segment_words = np.bincount(segmentation.segment_of, word_counts, len(segment_relevance))
    segment_share = segment_words / max(1, int(word_counts.sum()))
    return stack_columns(
        VECTOR_FEATURES,
        {
            "relevance": cosines,
            "relevance_dev": cosines - median,
            "relevance_rank": np.searchsorted(np.sort(judged_cosines), cosines) / max(len(judged_cosines), 1),
            "lead": lead[first:].max(axis=1) if len(weighted.lead) else cosines,
            "near": near,
            "nearest": nearest,
            "alike": _compare_with_most_similar(unit_vectors),
            "run": _compare_runs_with_rest(unit_vectors, (weighted.weights * relevance.fits)[first:]),
            "before": shift_down(cosines),
            "after": shift_up(cosines),
            "median": np.full(count, median),
            "spread": np.full(count, median - low),
            "segment": segment_relevance[segmentation.segment_of],
            "segment_share": segment_share[segmentation.segment_of],
        },
    )


def _compare_with_neighbours(vectors: Floats) -> tuple[Floats, Floats]:
    """Mean and best cosine of each unit with the unit before and the unit after."""
    count = len(vectors)
    next_cosine = np.einsum("ij,ij->i", vectors[:-1], vectors[1:])
    edge = np.zeros(min(1, count))
    neighbours = np.full(count, 2.0)
    neighbours[0] -= 1
    neighbours[-1] -= 1
    mean = (np.r_[edge, next_cosine] + np.r_[next_cosine, edge]) / np.maximum(neighbours, 1)
    best = np.maximum(np.r_[edge - 1, next_cosine], np.r_[next_cosine, edge - 1])
    return mean, best


def _compare_with_most_similar(vectors: Floats) -> Floats:
    """Mean of the three best cosines of each unit with others."""
    count = len(vectors)
    if count < 2:
        return np.ones(count)
    others = np.arange(count) if count <= MAX_COMPARED else np.linspace(0, count - 1, SAMPLE).astype(np.int64)
    cosines = vectors @ vectors[others].T
    cosines[others, np.arange(len(others))] = -1  # not with itself
    best = min(3, count - 1)
    means: Floats = np.partition(cosines, len(others) - best, axis=1)[:, len(others) - best :].mean(axis=1)
    return means


def _compare_runs_with_rest(vectors: Floats, weights: Floats) -> Floats:
    """Cosine of each unit and its neighbours together with all others. Off-topic paragraphs come in runs."""
    padded = np.zeros((len(vectors) + 2, vectors.shape[1]))
    padded[1:-1] = vectors
    run = padded[:-2] + padded[1:-1] + padded[2:]
    padded[1:-1] *= weights[:, None]
    rest = weights @ vectors - (padded[:-2] + padded[1:-1] + padded[2:])
    product = np.einsum("ij,ij->i", run, rest)
    square = np.einsum("ij,ij->i", run, run) * np.einsum("ij,ij->i", rest, rest)
    cosines: Floats = product / np.sqrt(np.maximum(square, TINY))
    return cosines
