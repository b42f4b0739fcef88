"""Word pieces: the rows of the table that make up a text's words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

MOST_CHARACTERS = 20_000
"""Of a text that are read; some 3,000 words say what it is about, and a line may have megabytes."""
MOST_PIECES = 4_096
"""Of a text that count: with rows of up to 4,095 their sum stays a whole number that float32 holds exactly."""
LONGEST_WORD = 100
"""Longer words are unknown, as they are to the model that the table comes from."""
GENERATION = 10_000
"""Words remembered before they become the old generation, of which those are taken over that are met again: at most
twice as many are remembered."""

find_words = re.compile(r"[^\W_]+").findall
"""Runs of letters and digits: as BERT's own pre-tokenizer cuts, less the punctuation, which tells no topic."""


def fold(word: str) -> str:
    """The word in small letters without accents, as the model was trained on.

    >>> fold("Évian"), fold("Øresund")
    ('evian', 'øresund')
    """
    small = word.lower()
    if small.isascii():
        return small
    return "".join(c for c in unicodedata.normalize("NFD", small) if unicodedata.category(c) != "Mn")


class WordPieces(dict[str, tuple[int, ...]]):
    """The rows of every word, found when the word is first met: the longest piece first, then the longest of the rest.

    The memory changes nothing but the speed.

    Args:
        vocabulary: Piece to row; those inside a word begin with ``##``.

    >>> pieces = WordPieces({"bridge": 0, "bridg": 1, "##e": 2, "##s": 3})
    >>> pieces["Bridges"], pieces["tunnel"]
    ((0, 3), ())
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Remember nothing yet."""
        super().__init__()
        self.vocabulary = vocabulary
        self.old: dict[str, tuple[int, ...]] = {}

    def __missing__(self, word: str) -> tuple[int, ...]:
        """The rows of a word that this generation has not met yet; none if a part of it is unknown."""
        if len(word) > LONGEST_WORD:
            return ()
        if len(self) >= GENERATION:
            self.old = dict(self)
            self.clear()
        found = self[word] = self.old.get(word) or self._split(fold(word))
        return found

    def rows(self, text: str) -> list[int]:
        """The rows of all words of a text, in order."""
        rows: list[int] = []
        for word in find_words(text[:MOST_CHARACTERS]):
            rows += self[word]
        return rows[:MOST_PIECES]

    def _split(self, word: str) -> tuple[int, ...]:
        whole = self.vocabulary.get(word)
        if whole is not None:
            return (whole,)
        rows, start = [], 0
        while start < len(word):
            row, start = self._longest(word, start)
            if row is None:
                return ()
            rows.append(row)
        return tuple(rows)

    def _longest(self, word: str, start: int) -> tuple[int | None, int]:
        inside = "##" if start else ""
        ends: Iterable[int] = range(len(word), start, -1)
        return next(
            ((row, end) for end in ends if (row := self.vocabulary.get(inside + word[start:end])) is not None),
            (None, start),
        )
