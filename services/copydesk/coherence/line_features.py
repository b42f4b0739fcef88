"""Features of a unit from the form of its line: length, punctuation, capitals, phrases of sites.

The place of a unit in its article is no feature: in the training data it is an artefact.
"""

from __future__ import annotations

import re

import numpy as np

from copydesk.coherence.arrays import Floats
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.columns import stack_columns
from copydesk.coherence.units import MAX_COUNTED_WORDS, ArticleUnit, ArticleUnits

LINE_FEATURES = (
    "length",  # log number of words
    "length_dev",  # that, minus the median of the article
    "stopped",  # 1 if it ends as a sentence does
    "stopped_before",  # the same for the unit before
    "stopped_after",  # the same for the unit after
    "capitals",  # share of words with a capital
    "digits",  # share of words that begin with a digit
    "quotes",  # quotation marks, at most 4
    "symbols",  # 1 if it has an address or a sign that prose does not have
    "phrase",  # 1 if it has a phrase that only sites use
    "colon",  # 1 if it ends with a colon
    "dots",  # 1 if it ends with an ellipsis
    "small_start",  # 1 if it begins with a lower-case letter
    "sentences",  # ends of sentences, at most 6
    "function_words",  # share of English function words
    "units",  # of the article: log number of units
    "unstopped",  # of the article: share of units that do not end as a sentence does
)

SEARCHED_CHARACTERS = 300
"""Characters of a unit that are searched for phrases and signs. Furniture shows what it is at once."""

find_symbol = re.compile(r"https?://|www\.|[|©®»›→▶►•@#]").search
_find_sentence_ends = re.compile(r"[.!?…]+[\"”’)]*(?:\s|\Z)").findall


def measure_line_features(article: ArticleUnits, coefficients: Coefficients) -> Floats:
    """Features of the units, shape (units, len(LINE_FEATURES))."""
    units, count = article.units, len(article.units)
    starts = [unit.text[:SEARCHED_CHARACTERS] for unit in units]
    tails = [unit.text[-SEARCHED_CHARACTERS:].rstrip() for unit in units]
    length = np.array([np.log1p(unit.word_count) for unit in units], np.float64)
    stopped = np.array([unit.ends_sentence for unit in units], np.float64)
    columns = {
        "capitals": [unit.capital_share for unit in units],
        "digits": [_measure_digit_share(unit) for unit in units],
        "quotes": [min(4, sum(map(start.count, '"“”«»'))) for start in starts],
        "symbols": [find_symbol(start) is not None for start in starts],
        "phrase": [find_phrase(start.lower(), coefficients) is not None for start in starts],
        "colon": [tail.endswith(":") for tail in tails],
        "dots": [tail.endswith(("...", "…")) for tail in tails],
        "small_start": [start[:1].islower() for start in starts],
        "sentences": [min(6, len(_find_sentence_ends(start))) for start in starts],
        "function_words": [unit.function_word_share for unit in units],
    }
    return stack_columns(
        LINE_FEATURES,
        {
            "length": length,
            "length_dev": length - np.median(length),
            "stopped": stopped,
            "stopped_before": np.r_[1.0, stopped[:-1]],
            "stopped_after": np.r_[stopped[1:], 1.0],
            "units": np.full(count, np.log(count)),
            "unstopped": np.full(count, 1 - stopped.mean()),
        }
        | {name: np.array(values, np.float64) for name, values in columns.items()},
    )


def find_phrase(lower: str, coefficients: Coefficients) -> str | None:
    """First phrase in a text in lower case that only sites use, or None."""
    return next((phrase for phrase in coefficients.furniture_phrases if phrase in lower), None)


def _measure_digit_share(unit: ArticleUnit) -> float:
    words = unit.words[:MAX_COUNTED_WORDS]
    return sum([word[0].isdigit() for word in words]) / max(1, len(words))
