"""Segments: the cheapest cut of an article into stretches of units about one thing."""

from __future__ import annotations

import numpy as np

from copydesk.coherence.coefficients import Segments
from copydesk.coherence.relevance import TINY, Bags, Floats, Integers


def cut(bags: Bags, numbers: Segments) -> list[tuple[int, int]]:
    """The segments as first and last unit, both included, in order and without gaps.

    Exact dynamic programming over the description length of the words, each segment with its own word
    distribution, Laplace-smoothed (Utiyama and Isahara, ACL 2001); here with words counted by their weight, and
    only words of two units or more: the others cost the same however one cuts. A segment is at most as long as
    the budget allows, which binds only in articles of thousands of units.
    """
    frequency = np.bincount(bags.word, minlength=len(bags.vocabulary))
    recurs = frequency[bags.word] > 1
    unit, word, weight = bags.unit[recurs], bags.word[recurs], bags.weight[recurs]
    if not len(word):
        return [(0, bags.count - 1)] if bags.count else []
    distinct = int(np.sum(frequency > 1))
    longest = int(np.clip(numbers.budget // len(word), 20, bags.count))  # 20: a stretch still, in any article
    first_token = np.searchsorted(unit, np.arange(bags.count + 1))
    occurrence = _occurrences(word)
    # g(r) = r log(r+1) - (r-1) log r: what the r-th occurrence of a word in a segment saves
    ranks = np.arange(1, int(occurrence.max()) + 2, dtype=np.float64)
    saves = ranks * np.log(ranks + 1) - (ranks - 1) * np.log(ranks)
    mass = np.r_[0.0, np.cumsum(weight)]
    price = numbers.price * np.log(len(bags.word))
    best = np.full(bags.count + 1, np.inf)
    best[0] = 0.0
    came_from = np.zeros(bags.count + 1, np.int64)
    before = np.zeros(len(bags.vocabulary), np.int64)  # occurrences in the units before the segment
    for start in range(bags.count):
        end = min(bags.count, start + longest)
        low, high = first_token[start], first_token[end]
        ends = first_token[start + 1 : end + 1]
        rank = occurrence[low:high] - before[word[low:high]]
        saved = np.r_[0.0, np.cumsum(weight[low:high] * saves[rank])]
        words = mass[ends] - mass[low]
        costs = best[start] + words * np.log(words + distinct) - saved[ends - low] + price
        better = costs < best[start + 1 : end + 1]
        best[start + 1 : end + 1][better] = costs[better]
        came_from[start + 1 : end + 1][better] = start
        before[word[low : first_token[start + 1]]] += 1  # a word stands once in a unit's bag
    segments = []
    end = bags.count
    while end > 0:
        segments.append((int(came_from[end]), end - 1))
        end = int(came_from[end])
    return segments[::-1]


def _occurrences(word: Integers) -> Integers:
    """For every occurrence how many of the same word came before it."""
    order = np.argsort(word, kind="stable")
    ordered = word[order]
    occurrence = np.empty(len(word), np.int64)
    occurrence[order] = np.arange(len(word)) - np.searchsorted(ordered, ordered)
    return occurrence


def cohesion(bags: Bags, segments: list[tuple[int, int]]) -> Floats:
    """For every segment the cosine of its words with those of all others, 0..1."""
    number_of = np.zeros(bags.count, np.int64)
    for number, (first, last) in enumerate(segments):
        number_of[first : last + 1] = number
    centre = bags.sum_by_word(bags.vector)
    result = np.ones(len(segments))
    if len(segments) < 2:
        return result
    keys = number_of[bags.unit] * len(bags.vocabulary) + bags.word
    distinct, where = np.unique(keys, return_inverse=True)
    own = np.bincount(where, bags.vector)
    segment, word = distinct // len(bags.vocabulary), distinct % len(bags.vocabulary)
    with_all = np.bincount(segment, own * centre[word], len(segments))
    square = np.bincount(segment, own**2, len(segments))
    rest = np.sum(centre**2) - 2 * with_all + square
    result = (with_all - square) / np.sqrt(np.maximum(square * rest, TINY))
    clipped: Floats = np.clip(result, 0, 1)
    return clipped
