"""The same words said elsewhere: quotations are joined to utterances, in the order in which they come."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from copydesk.related.rows import Rows, UtteranceRow, shingle_key, utterance_key
from copydesk.related.words import WordWeights, load_weights, split_words

MIN_WORDS = 4
"""Words of a quotation that can be traced; shorter ones are said by many."""

SHINGLE_WORDS = 3
"""Words of the shingles by which candidates are found: 98 % of real same pairs share one."""

MATCH_FROM = 0.55
"""Share of the shorter form's weight that both must have in common, word for word and in order."""

SURE_WEIGHT = 12.0
"""Weight of common words, in nats, from which a match counts in full: four common words tell little."""

WINDOW_DAYS = 14
"""Days within which the same words are the same utterance. Later they are a phrase."""

HOT = 100
"""Number of utterances under a shingle beyond which it is not looked up and not extended: everybody says it."""

MAX_CANDIDATES = 8
"""Number of utterances that a quotation is compared with."""

MAX_READ = 32
"""Number of utterances that are looked at; those outside the window do not count as compared."""

DAY_MS = 86_400_000

_FRAGMENT_BREAK = re.compile(r"[”\"]\s+[“\"]|\.\.\.|…")

Fragments = tuple[tuple[str, ...], ...]


class Match(NamedTuple):
    """An utterance that has the words of a text."""

    number: int
    score: float
    """Share of the shorter form's weight that they have in common, 0 to 1."""


def find_utterances(
    rows: Rows, weights: WordWeights, text: str, time: int | None = None, window_ms: int = WINDOW_DAYS * DAY_MS
) -> list[Match]:
    """Utterances that share words with a text, best first; the oldest of those that are equally good.

    Args:
        rows: The rows.
        weights: How much each word tells.
        text: The words.
        time: Time of the article, in milliseconds since 1970; None: whatever the time.
        window_ms: Time within which the same words are the same utterance.
    """
    fragments = split_fragments(text)
    candidates = count_candidates(rows, make_keys(fragments))
    rows.prefetch(map(utterance_key, candidates))
    found: list[Match] = []
    compared = 0
    for number in candidates:
        row = rows.load(utterance_key(number), UtteranceRow)
        if row is None or not _is_near(row.time, time, window_ms):
            continue
        score = compare(fragments, split_fragments(row.text), weights)
        if score >= MATCH_FROM:
            found.append(Match(number, score))
        compared += 1
        if compared == MAX_CANDIDATES:
            break
    return sorted(found, key=lambda one: (-one.score, one.number))


def _is_near(one: int | None, other: int | None, window_ms: int) -> bool:
    """True if two times are within the window; a missing one always is."""
    return one is None or other is None or abs(one - other) <= window_ms


def count_candidates(rows: Rows, keys: Collection[int]) -> list[int]:
    """Numbers of the utterances under these shingles, those first that share most."""
    rows.prefetch(map(shingle_key, keys))
    shared: Counter[int] = Counter()
    for key in keys:
        postings = _read_postings(rows, key)
        if len(postings) < HOT:
            shared.update(postings)
    return sorted(shared, key=lambda number: (-shared[number], number))[:MAX_READ]


def add_postings(rows: Rows, number: int, keys: Collection[int]) -> None:
    """Put an utterance under its shingles."""
    for key in sorted(keys):
        postings = _read_postings(rows, key)
        if number not in postings and len(postings) < HOT:
            rows.store(shingle_key(key), [*postings, number])


def remove_postings(rows: Rows, number: int, keys: Collection[int]) -> None:
    """Take an utterance from under these shingles."""
    rows.prefetch(map(shingle_key, keys))
    for key in sorted(keys):
        postings = _read_postings(rows, key)
        if number in postings:
            postings.remove(number)
            if postings:
                rows.store(shingle_key(key), postings)
            else:
                rows.put(shingle_key(key), None)


def _read_postings(rows: Rows, key: int) -> list[int]:
    found = rows.get(shingle_key(key))
    return [] if found is None else msgspec.msgpack.decode(found, type=list[int])


def is_traced(text: str) -> bool:
    """True for words that are enough to be traced."""
    return sum(map(len, split_fragments(text))) >= MIN_WORDS


def is_same(words: str, text: str) -> bool:
    """True if a text has these words in a row, or would be the same utterance.

    >>> is_same("two boats", "“We lost two boats”, she said")
    True
    """
    wanted, found = split_words(words), split_words(text)
    if any(found[start : start + len(wanted)] == wanted for start in range(len(found) - len(wanted) + 1)):
        return True
    return is_traced(words) and compare(split_fragments(words), split_fragments(text), load_weights()) >= MATCH_FROM


@lru_cache(maxsize=4096)
def split_fragments(text: str) -> Fragments:
    """Stretches of a quotation between attributions and omissions, each of three words at least.

    >>> split_fragments("We are late ... but we will come")
    (('we', 'are', 'late'), ('but', 'we', 'will', 'come'))
    """
    parts = [tuple(split_words(part)) for part in _FRAGMENT_BREAK.split(text)]
    return tuple(part for part in parts if len(part) >= SHINGLE_WORDS) or (tuple(split_words(text)),)


def make_keys(fragments: Fragments) -> frozenset[int]:
    """Hashes of all runs of three words."""
    return frozenset(
        zlib.crc32(" ".join(words[start : start + SHINGLE_WORDS]).encode())
        for words in fragments
        for start in range(max(1, len(words) - SHINGLE_WORDS + 1))
    )


def compare(one: Fragments, other: Fragments, weights: WordWeights) -> float:
    """Weight that the best pair of fragments has in common, as a share of the shorter one's, 0 to 1."""
    best = 0.0
    for mine in one:
        for theirs in other:
            short, long = sorted((mine, theirs), key=len)
            best = max(best, _compare_fragments(short, long, weights))
    return best


def _compare_fragments(short: Sequence[str], long: Sequence[str], weights: WordWeights) -> float:
    total = sum(weights[word] for word in short)
    aligned = fuzz.partial_ratio_alignment(" ".join(short), " ".join(long), score_cutoff=50)
    if aligned is None or not total:
        return 0.0
    window = " ".join(long)[aligned.dest_start : aligned.dest_end].split()
    common = sum(
        weights[word]
        for step in LCSseq.opcodes(short, window)
        if step.tag == "equal"
        for word in short[step.src_start : step.src_end]
    )
    return common / total * min(1.0, common / SURE_WEIGHT)


__all__ = [
    "Match",
    "add_postings",
    "compare",
    "count_candidates",
    "find_utterances",
    "is_same",
    "is_traced",
    "make_keys",
    "remove_postings",
    "split_fragments",
]
