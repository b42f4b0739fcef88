"""Features: what is measured of each unit, for the heads to judge by."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.relevance import (
    Bags,
    Floats,
    Integers,
    Support,
    Truths,
    fill_bags,
    find_rest_cosines,
    sum_support,
)
from copydesk.coherence.segments import Segmentation, find_segments
from copydesk.coherence.similarity import compare_meaning, compare_words
from copydesk.coherence.units import MOST_COUNTED, Reading, Unit

MEANING = (
    "relevance", "relevance_dev", "relevance_rank", "lead", "near", "nearest", "alike", "run", "before", "after",
    "median", "spread", "segment", "segment_share",
)  # fmt: skip
"""From the vectors: cosine with the robust centroid of the others, that against the article's median and as a rank,
best cosine with title and lead, mean and best cosine with the neighbours, mean of the three best cosines, relevance of
the unit with its neighbours together, of the neighbours, the article's median and its distance to the lowest tenth,
cosine of the unit's segment with the others, its share of the words."""
WORDS = (
    "covered", "covered_dev", "usual", "cosine", "cosine_dev", "shared", "names", "names_shared", "names_new",
    "covered_before", "covered_after",
)  # fmt: skip
"""From the words: share that the others have too, that against the article's, the article's, tf-idf cosine with the
others, that against the median, weight of the shared words, number of names, share that others have, number that
none has, and the first for the neighbours."""
SHAPE = (
    "length", "length_dev", "stopped", "stopped_before", "stopped_after", "capitals", "digits", "quotes", "symbols",
    "phrase", "colon", "dots", "small_start", "sentences", "function_words", "units", "unstopped",
)  # fmt: skip
"""From the form of the line; the last two are the article's. Not the place: in the training data it is an artefact."""

NAMES = (*MEANING, *WORDS, *SHAPE)
DIGITS = 4
"""Decimals of a feature: processors differ in the last digits of a product of matrices, a tree must not."""

PASSES = 4
"""Of the robust centroid: units that fit badly lose weight, then all are compared again."""
LEAST_BELONGING = 0.05
"""Weight that a misfit keeps: at 0 it could not come back."""
MOST_COMPARED = 512
"""Units compared with all others; in a longer article ..."""
SAMPLE = 128
"""... with so many of them, evenly spread: bounds time and memory."""
TINY = 1e-9

find_symbol = re.compile(r"https?://|www\.|[|©®»›→▶►•@#]").search
_find_ends = re.compile(r"[.!?…]+[\"”’)]*(?:\s|\Z)").findall
LOOKED_AT = 300
"""Characters of a unit that are searched for phrases: furniture says what it is at once."""


class Counts(NamedTuple):
    """Numbers to tell a reader, one element a unit.

    Args:
        supported: Of the unit's content words that another unit has.
        total: Of its content words.
        named: Of its names that no other unit has.
    """

    supported: Floats
    total: Floats
    named: Floats


class Features(msgspec.Struct, frozen=True):
    """What was measured of an article's units, in their order.

    Args:
        matrix: One row a unit, one column a name of ``NAMES``; those of ``MEANING`` are 0 without vectors.
        bags: The units' words (the title's are not among them).
        vectors: The units' vectors, or None.
        words_alike: Similarities of the units by their words.
        meaning_alike: Ditto by their vectors, or None.
        relevance: Cosine of each unit with the others, misfits left out, -1..1.
        belongs: How much each unit counts among the others, 0..1.
        segmentation: Stretches of units about one thing.
        counts: What can be counted of each unit.
        substantial: Whether the unit has words enough to be judged by itself.
    """

    matrix: Floats
    bags: Bags
    vectors: Floats | None
    words_alike: Floats
    meaning_alike: Floats | None
    relevance: Floats
    belongs: Floats
    segmentation: Segmentation
    counts: Counts
    substantial: Truths


class _Crowd(NamedTuple):
    """The units and the title before them, and how much each has to say."""

    units: tuple[Unit, ...]
    titles: int
    say: Floats
    lead: list[int]


def measure(reading: Reading, vectors: Floats | None, coefficients: Coefficients) -> Features:
    """The features of an article's units.

    Args:
        reading: The article.
        vectors: One row a unit, the title's before them if there is one; None: the words must do.
        coefficients: The stage's numbers.
    """
    crowd = _gather(reading, coefficients)
    first = crowd.titles
    bags = fill_bags(crowd.units)
    substantial = np.array([unit.count >= coefficients.limits.unit_words for unit in crowd.units])
    substantial &= bags.sum_by_unit(bags.weight) > 0
    word_cosine, belongs = _settle(crowd, substantial, lambda say: find_rest_cosines(bags, say))
    relevance = word_cosine
    meaning = np.zeros((len(reading.units), len(MEANING)))
    if vectors is not None:
        known = substantial & (np.einsum("ij,ij->i", vectors, vectors) > 0)
        relevance, belongs = _settle(crowd, known, lambda say: _rest_cosines(vectors, say))
        meaning = _measure_meaning(vectors, relevance, crowd, belongs, known)
    support = sum_support(bags, crowd.say * belongs, coefficients.relevance.saturation)
    words, counts = _measure_words(crowd, bags, support, word_cosine, substantial)
    shape = _measure_shape(reading, coefficients)
    own = fill_bags(reading.units) if first else bags
    mine = None if vectors is None else vectors[first:]
    words_alike, meaning_alike = compare_words(own), None if mine is None else compare_meaning(mine)
    lengths = np.array([unit.count for unit in reading.units], np.int64)
    segmentation = find_segments(lengths, words_alike, meaning_alike, coefficients.segments)
    if mine is not None:
        meaning[:, -2:] = _measure_segments(segmentation, lengths)
    return Features(
        matrix=np.round(np.concatenate([meaning, words, shape], axis=1), DIGITS),
        bags=own,
        vectors=mine,
        words_alike=words_alike,
        meaning_alike=meaning_alike,
        relevance=relevance[first:],
        belongs=belongs[first:],
        segmentation=segmentation,
        counts=counts,
        substantial=substantial[first:],
    )


def _gather(reading: Reading, coefficients: Coefficients) -> _Crowd:
    numbers = coefficients.relevance
    units = reading.units if reading.title is None else (reading.title, *reading.units)
    titles = len(units) - len(reading.units)
    say = np.sqrt(np.clip([unit.count for unit in units], 3, 60))  # a long paragraph says more, but not in proportion
    say *= [1.0 if unit.kept else numbers.removed_weight for unit in units]
    kept = [number for number, unit in enumerate(units) if number >= titles and unit.kept]
    lead = kept[: int(numbers.lead_units)]
    say[lead] *= numbers.lead_weight
    say[:titles] *= numbers.title_weight
    return _Crowd(units, titles, say, [*range(titles), *lead])


def _settle(crowd: _Crowd, substantial: Truths, compare: Callable[[Floats], Floats]) -> tuple[Floats, Floats]:
    """Cosines of the units with the others, and how much each belongs to them."""
    belongs = np.ones(len(crowd.say))
    cosines = belongs
    for _ in range(PASSES):
        cosines = compare(crowd.say * belongs)
        usual = float(np.median(cosines[substantial])) if substantial.any() else 1.0
        belongs = np.clip(cosines / max(usual, LEAST_BELONGING), LEAST_BELONGING, 1)
    return cosines, belongs


def _rest_cosines(vectors: Floats, say: Floats) -> Floats:
    """Of each vector with the weighted sum of all others."""
    centre = say @ vectors
    with_all = vectors @ centre
    square = np.einsum("ij,ij->i", vectors, vectors)
    rest = centre @ centre - 2 * say * with_all + say**2 * square
    cosines: Floats = (with_all - say * square) / np.sqrt(np.maximum(square * rest, TINY))
    return cosines


def _measure_meaning(vectors: Floats, relevance: Floats, crowd: _Crowd, belongs: Floats, known: Truths) -> Floats:
    first, count = crowd.titles, len(crowd.units) - crowd.titles
    mine, rel = vectors[first:], relevance[first:]
    lead = vectors @ vectors[crowd.lead].T
    lead[crowd.lead, np.arange(len(crowd.lead))] = -1
    next_cosine = np.einsum("ij,ij->i", mine[:-1], mine[1:])
    edge = rel[:1] * 0
    to_before, to_after = np.r_[edge, next_cosine], np.r_[next_cosine, edge]
    sides = np.full(count, 2.0)
    sides[0] -= 1
    sides[-1] -= 1
    near = (to_before + to_after) / np.maximum(sides, 1)
    nearest = np.maximum(np.r_[edge - 1, next_cosine], np.r_[next_cosine, edge - 1])
    among = rel[known[first:]]
    median = float(np.median(among)) if len(among) else 0.0
    low = float(np.quantile(among, 0.1)) if len(among) else 0.0
    rank = np.searchsorted(np.sort(among), rel) / max(len(among), 1)
    return np.stack(
        [
            rel,
            rel - median,
            rank,
            lead[first:].max(axis=1) if len(crowd.lead) else rel,
            near,
            nearest,
            _most_alike(mine),
            _run_cosines(mine, (crowd.say * belongs)[first:]),
            np.r_[rel[:1], rel[:-1]],
            np.r_[rel[1:], rel[-1:]],
            np.full(count, median),
            np.full(count, median - low),
            *np.zeros((2, count)),  # the segments', found later
        ],
        axis=1,
    )


def _measure_segments(segmentation: Segmentation, lengths: Integers) -> Floats:
    relevance = np.array([relevance for _, _, relevance in segmentation.stretches])
    share = np.bincount(segmentation.number, lengths, len(relevance)) / max(1, int(lengths.sum()))
    return np.stack([relevance[segmentation.number], share[segmentation.number]], axis=1)


def _most_alike(vectors: Floats) -> Floats:
    """Mean of each unit's three best cosines with others."""
    count = len(vectors)
    if count < 2:
        return np.ones(count)
    others = np.arange(count) if count <= MOST_COMPARED else np.linspace(0, count - 1, SAMPLE).astype(np.int64)
    cosines = vectors @ vectors[others].T
    cosines[others, np.arange(len(others))] = -1
    best = min(3, count - 1)
    alike: Floats = np.partition(cosines, len(others) - best, axis=1)[:, len(others) - best :].mean(axis=1)
    return alike


def _run_cosines(vectors: Floats, say: Floats) -> Floats:
    """Of each unit and its neighbours together with all others: foreign paragraphs come in runs."""
    padded = np.zeros((len(vectors) + 2, vectors.shape[1]))
    padded[1:-1] = vectors
    run = padded[:-2] + padded[1:-1] + padded[2:]
    padded[1:-1] *= say[:, None]
    rest = say @ vectors - (padded[:-2] + padded[1:-1] + padded[2:])
    product = np.einsum("ij,ij->i", run, rest)
    square = np.einsum("ij,ij->i", run, run) * np.einsum("ij,ij->i", rest, rest)
    cosines: Floats = product / np.sqrt(np.maximum(square, TINY))
    return cosines


def _measure_words(
    crowd: _Crowd, bags: Bags, support: Support, cosine: Floats, substantial: Truths
) -> tuple[Floats, Counts]:
    first, count = crowd.titles, len(crowd.units) - crowd.titles
    covered, shared, usual = support
    elsewhere = np.bincount(bags.word, minlength=len(bags.vocabulary)) > 1
    supported = bags.sum_by_unit(elsewhere[bags.word].astype(np.float64))
    total = np.bincount(bags.unit, minlength=bags.count).astype(np.float64)
    repeated = {bags.vocabulary[word] for word in np.flatnonzero(elsewhere)}
    names = np.array([len(unit.names) for unit in crowd.units], np.float64)
    known = np.array([sum(name in repeated for name in unit.names) for unit in crowd.units], np.float64)
    covered, cosine, shared = np.log(covered)[first:], cosine[first:], np.log1p(shared)[first:]
    names, known = names[first:], known[first:]
    median = float(np.median(cosine[substantial[first:]])) if substantial[first:].any() else 0.0
    columns = [
        covered,
        covered - np.log(usual),
        np.full(count, np.log(usual)),
        cosine,
        cosine - median,
        shared,
        names,
        known / np.maximum(names, 1),
        names - known,
        np.r_[covered[:1], covered[:-1]],
        np.r_[covered[1:], covered[-1:]],
    ]
    return np.stack(columns, axis=1), Counts(supported[first:], total[first:], names - known)


def _measure_shape(reading: Reading, coefficients: Coefficients) -> Floats:
    rows = [_shape(unit, coefficients) for unit in reading.units]
    own = np.array(rows, np.float64).reshape(len(rows), -1)
    length, stopped = own[:, :1], own[:, 1]
    before, after = np.r_[1.0, stopped[:-1]], np.r_[stopped[1:], 1.0]
    count = len(rows)
    article = np.stack([np.full(count, np.log(count)), np.full(count, 1 - stopped.mean())], axis=1)
    around = np.stack([stopped, before, after], axis=1)
    return np.concatenate([length, length - np.median(length), around, own[:, 2:], article], axis=1)


def _shape(unit: Unit, coefficients: Coefficients) -> Sequence[float]:
    start = unit.text[:LOOKED_AT]
    small = start.lower()
    tail = unit.text[-LOOKED_AT:].rstrip()
    return (
        np.log1p(unit.count),
        unit.stopped,
        unit.capitals,
        sum([word[0].isdigit() for word in unit.spoken[:MOST_COUNTED]]) / max(1, min(unit.count, MOST_COUNTED)),
        min(4, sum(map(start.count, '"“”«»'))),
        find_symbol(start) is not None,
        find_phrase(small, coefficients) is not None,
        tail.endswith(":"),
        tail.endswith(("...", "…")),
        start[:1].islower(),
        min(6, len(_find_ends(start))),
        unit.functions,
    )


def find_phrase(small: str, coefficients: Coefficients) -> str | None:
    """The first of the phrases that only sites use which a text in small letters holds, or None."""
    return next((phrase for phrase in coefficients.furniture_phrases if phrase in small), None)
