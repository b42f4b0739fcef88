"""Features of a unit from its words: the part of them that the rest of the article has, and its names."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from copydesk.coherence.arrays import Floats, Mask
from copydesk.coherence.columns import shift_down, shift_up, stack_columns
from copydesk.coherence.relevance import Support, WeightedUnits
from copydesk.coherence.word_bags import WordBags

WORD_FEATURES = (
    "covered",  # log share of the words that others have, too
    "covered_dev",  # that, minus the article's
    "usual",  # of the article: log share
    "cosine",  # tf-idf cosine with the others
    "cosine_dev",  # that, minus the median of the article
    "shared",  # log weight of the words that others have
    "names",  # number of names
    "names_shared",  # share of the names that others have
    "names_new",  # number of names that no other unit has
    "covered_before",  # "covered" of the unit before
    "covered_after",  # "covered" of the unit after
)


class WordCounts(NamedTuple):
    """Counts that explain a flag to a reader, one element per unit.

    Args:
        shared: Content words that another unit has.
        total: Content words.
        new_names: Names that no other unit has.
    """

    shared: Floats
    total: Floats
    new_names: Floats


def measure_word_features(
    weighted: WeightedUnits, bags: WordBags, support: Support, cosines: Floats, substantial: Mask
) -> tuple[Floats, WordCounts]:
    """Features of the units, shape (units, len(WORD_FEATURES)), and counts for the reasons.

    Args:
        weighted: Title and units.
        bags: Words of title and units.
        support: Part of the words of title and units that others have.
        cosines: Tf-idf cosine of title and units with the others.
        substantial: Title and units with words enough to be judged by themselves.
    """
    first, count = weighted.titles, len(weighted.units) - weighted.titles
    is_repeated = bags.count_units_by_word() > 1
    repeated_words = {bags.vocabulary[word] for word in np.flatnonzero(is_repeated)}
    units = weighted.units[first:]
    names = np.array([len(unit.names) for unit in units], np.float64)
    shared_names = np.array([sum(name in repeated_words for name in unit.names) for unit in units], np.float64)
    covered, usual = np.log(support.coverage)[first:], np.log(support.mean_coverage)
    cosine = cosines[first:]
    median = float(np.median(cosine[substantial[first:]])) if substantial[first:].any() else 0.0
    features = stack_columns(
        WORD_FEATURES,
        {
            "covered": covered,
            "covered_dev": covered - usual,
            "usual": np.full(count, usual),
            "cosine": cosine,
            "cosine_dev": cosine - median,
            "shared": np.log1p(support.shared_weight)[first:],
            "names": names,
            "names_shared": shared_names / np.maximum(names, 1),
            "names_new": names - shared_names,
            "covered_before": shift_down(covered),
            "covered_after": shift_up(covered),
        },
    )
    counts = WordCounts(
        shared=bags.sum_by_unit(is_repeated[bags.word].astype(np.float64))[first:],
        total=np.bincount(bags.unit, minlength=bags.count).astype(np.float64)[first:],
        new_names=names - shared_names,
    )
    return features, counts
