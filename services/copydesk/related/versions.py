"""Changes from one version of an article to the next, sentence by sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MAX_SENTENCES = 2_000
"""Sentences of a version that are compared, from its beginning."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’')\]]*\s+|\n+")


class Change(NamedTuple):
    """One change of a text."""

    kind: Literal["added", "removed", "replaced"]
    was: str
    """The sentences before; empty for what was added."""

    now: str


def find_version_changes(before: str, after: str) -> list[Change]:
    """Changes from one version of a text to the next, in order; white space and marks at the ends do not count.

    >>> find_version_changes("Two died. Rain fell.", "Three died. Rain fell.")
    [Change(kind='replaced', was='Two died.', now='Three died.')]
    """
    old, new = _split_sentences(before), _split_sentences(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    kinds: dict[str, Literal["added", "removed", "replaced"]] = {
        "insert": "added", "delete": "removed", "replace": "replaced",
    }  # fmt: skip
    return [
        Change(kinds[tag], " ".join(old[first:last]), " ".join(new[start:end]))
        for tag, first, last, start, end in matcher.get_opcodes()
        if tag != "equal"
    ]


def _split_sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE_END.split(text) if part.strip()][:MAX_SENTENCES]


__all__ = ["Change", "find_version_changes"]
