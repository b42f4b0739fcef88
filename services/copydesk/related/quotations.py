"""The same words said elsewhere: quotations are joined to utterances, in the order in which they come."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import LCSseq

from copydesk.related.words import WordWeights, split_words

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

DAY_MS = 86_400_000

_FRAGMENT_BREAK = re.compile(r"[”\"]\s+[“\"]|\.\.\.|…")

Fragments = tuple[tuple[str, ...], ...]


class Match(NamedTuple):
    """The utterance that a quotation belongs to."""

    id: str
    """Id of the utterance: that of its first quotation."""

    score: float
    """Share that they have in common, 0 to 1; 1 for the first."""


class QuoteIndex:
    """Utterances of the last days."""

    def __init__(self, weights: WordWeights, *, window_days: int = WINDOW_DAYS) -> None:
        """Start without quotations.

        Args:
            weights: How much each word tells.
            window_days: Days within which the same words are the same utterance.
        """
        self._weights = weights
        self._window_ms = window_days * DAY_MS
        self._postings: dict[int, list[str]] = {}
        self._utterances: dict[str, tuple[Fragments, int]] = {}
        """Fragments and time of the first quotation of each utterance."""

    def __len__(self) -> int:
        """Number of utterances."""
        return len(self._utterances)

    def add(self, id_: str, text: str, time: int) -> Match | None:
        """Add a quotation.

        Args:
            id_: Its id, unique over all articles.
            text: Its words.
            time: Time of its article, in milliseconds since 1970.

        Returns:
            The utterance that it belongs to, itself if it is the first; None if it is too short to be traced.
        """
        fragments = split_fragments(text)
        if sum(map(len, fragments)) < MIN_WORDS:
            return None
        keys = make_keys(fragments)
        best = self._find(fragments, keys, time)
        match = best if best is not None and best.score >= MATCH_FROM else Match(id_, 1.0)
        if match.id == id_:
            self._utterances[id_] = (fragments, time)
        for key in keys:
            known = self._postings.setdefault(key, [])
            if match.id not in known and len(known) < HOT:
                known.append(match.id)
        return match

    def find(self, text: str) -> list[Match]:
        """Utterances that share words with a text, best first."""
        fragments = split_fragments(text)
        candidates = self._candidates(make_keys(fragments), None)
        found = [Match(one, compare(fragments, self._utterances[one][0], self._weights)) for one in candidates]
        return sorted((one for one in found if one.score >= MATCH_FROM), key=lambda one: (-one.score, one.id))

    def _find(self, fragments: Fragments, keys: Iterable[int], time: int) -> Match | None:
        best: Match | None = None
        for candidate in self._candidates(keys, time):
            score = compare(fragments, self._utterances[candidate][0], self._weights)
            if best is None or score > best.score:
                best = Match(candidate, score)
        return best

    def _candidates(self, keys: Iterable[int], time: int | None) -> list[str]:
        """Utterances that share most shingles; those outside the window are left out."""
        shared: Counter[str] = Counter()
        for key in keys:
            postings = self._postings.get(key, ())
            if len(postings) < HOT:
                shared.update(postings)
        near = [
            (-count, one)
            for one, count in shared.items()
            if time is None or abs(self._utterances[one][1] - time) <= self._window_ms
        ]
        return [one for _, one in sorted(near)[:MAX_CANDIDATES]]


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


__all__ = ["Match", "QuoteIndex", "compare", "make_keys", "split_fragments"]
