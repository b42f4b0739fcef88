"""Kinds of change between two forms of one quotation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

_TOKEN = re.compile(r"\[[^\]]*\]|\.\.\.|…|\w+(?:['’]\w+)*")
_PIECE_BREAK = re.compile(r"[”\"]\s+[“\"]")

NEGATIONS = frozenset(
    "not never no none nobody nothing without cannot can't don't doesn't didn't isn't wasn't won't wouldn't"  # noqa: SIM905 - words read best as words
    " aren't haven't hasn't couldn't shouldn't".split(" ")
)
PERSONS = frozenset(
    "i he she we they my his her our their me him us them is are was were will would can could have had has"  # noqa: SIM905 - ditto
    " i'm he's she's i've we've they've".split(" ")
)
NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"  # noqa: SIM905 - ditto
    " eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion"
    " dozen".split(" ")
)
ALARMS = frozenset({"negation", "number", "name"})
"""Changes that may turn a meaning round. They say that the wording differs, and no more."""


class Changes(NamedTuple):
    """Kinds of change from one form to another."""

    kinds: tuple[str, ...]
    """Of: shortened, marks, words, spelling, person, bracket, ellipsis, number, negation, name. Empty: no change."""

    @property
    def alarm(self) -> bool:
        """True if a number, a negation or a name differs inside the words that both forms have."""
        return bool(ALARMS.intersection(self.kinds))


def find_changes(before: str, after: str) -> Changes:
    """Kinds of change between two forms of a quotation, of the pieces that agree best.

    >>> find_changes("We lost two boats in the storm", "We lost three boats in the storm").kinds
    ('number',)
    """
    pieces = [(one, other) for one in _split_pieces(before) for other in _split_pieces(after)]
    one, other = max(pieces, key=lambda pair: fuzz.partial_ratio(*map(str.lower, pair)) * min(map(len, pair)) ** 0.5)
    kinds = _compare(_split_tokens(one), _split_tokens(other))
    if len(pieces) > 1:
        kinds.add("shortened")
    if not kinds and before != after:
        kinds.add("marks")
    return Changes(tuple(sorted(kinds)))


def _split_tokens(text: str) -> list[str]:
    return [token.replace("’", "'") for token in _TOKEN.findall(text)]


def _split_pieces(text: str) -> list[str]:
    """Pieces of a quotation that an attribution has split."""
    return [piece for piece in _PIECE_BREAK.split(text) if len(_split_tokens(piece)) >= 3] or [text]


def _compare(one: list[str], other: list[str]) -> set[str]:
    short, long = sorted((one, other), key=len)
    operations = Levenshtein.opcodes([token.lower() for token in long], [token.lower() for token in short])
    kinds = set()
    for number, step in enumerate(operations):
        if step.tag == "equal":
            continue
        old, new = long[step.src_start : step.src_end], short[step.dest_start : step.dest_end]
        is_edge = number in {0, len(operations) - 1}
        kinds.add(_name_change(old, new, is_edge=is_edge, is_cut=step.tag != "replace"))
    return kinds


def _name_change(old: list[str], new: list[str], *, is_edge: bool, is_cut: bool) -> str:
    """Kind of one change: what stood in the longer form, and in the shorter one."""
    both = [*old, *new]
    before, after = {token.lower() for token in old}, {token.lower() for token in new}
    differing = before ^ after
    # the first that is true decides
    kinds = {
        "shortened": is_cut and (is_edge or len(old) >= 4),
        "ellipsis": any(token in {"...", "…"} for token in both),
        "bracket": any(token.startswith("[") for token in both),
        "shortened at an end": is_edge and max(len(old), len(new)) > 2,
        "negation": bool(differing & NEGATIONS),
        "number": any(any(map(str.isdigit, token)) or token in NUMBERS for token in differing),
        "person": before | after <= PERSONS,
        "spelling": len(old) == len(new) == 1 and fuzz.ratio(old[0].lower(), new[0].lower()) >= 70,
        "name": _has_name(old) and _has_name(new),
    }
    kind = next((kind for kind, is_it in kinds.items() if is_it), "words")
    return kind.partition(" ")[0]


def _has_name(tokens: Iterable[str]) -> bool:
    return any(token[:1].isupper() and len(token) > 3 for token in tokens)


__all__ = ["Changes", "find_changes"]
