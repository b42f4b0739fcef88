"""Word pieces: the parts of words that have a row in the table of vectors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from copydesk.vectors.word_cache import WordCache

MAX_CHARACTERS = 20_000
"""Characters of a text that are read. Some 3,000 words show its topic, and a line may have megabytes."""

MAX_PIECES = 4_096
"""Pieces of a text that count. Rows hold numbers up to 4,095, so float32 holds the sum of this many rows exactly."""

MAX_LETTERS = 100
"""Longer words are unknown, as they are to the model that the table was distilled from."""

find_words = re.compile(r"[^\W_]+").findall
"""Runs of letters and digits: BERT's own pre-tokenizer, but without punctuation, which carries no topic."""


def fold(word: str) -> str:
    """The word in lower case without accents, as in the model's training.

    >>> fold("Évian"), fold("Øresund")
    ('evian', 'øresund')
    """
    lower = word.lower()
    if lower.isascii():
        return lower
    return "".join(c for c in unicodedata.normalize("NFD", lower) if unicodedata.category(c) != "Mn")


class WordPieces(WordCache[tuple[int, ...]]):
    """Rows of each word by the WordPiece rule: the longest piece first, then the longest piece of the rest.

    A word with an unknown part has no rows.

    Args:
        vocabulary: Row of each piece. Pieces inside a word begin with ``##``.

    >>> pieces = WordPieces({"bridge": 0, "bridg": 1, "##e": 2, "##s": 3})
    >>> pieces["Bridges"], pieces["tunnel"]
    ((0, 3), ())
    """

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        """Start with an empty cache."""
        super().__init__(MAX_LETTERS)
        self.vocabulary = vocabulary

    def compute(self, word: str) -> tuple[int, ...]:
        """Rows of a word that is not in the cache."""
        return () if len(word) > MAX_LETTERS else self._split(fold(word))

    def rows(self, text: str) -> list[int]:
        """Rows of all words of a text, in order."""
        rows: list[int] = []
        for word in find_words(text[:MAX_CHARACTERS]):
            rows += self[word]
        return rows[:MAX_PIECES]

    def _split(self, word: str) -> tuple[int, ...]:
        whole = self.vocabulary.get(word)
        if whole is not None:
            return (whole,)
        rows, start = [], 0
        while start < len(word):
            row, start = self._find_longest_piece(word, start)
            if row is None:
                return ()
            rows.append(row)
        return tuple(rows)

    def _find_longest_piece(self, word: str, start: int) -> tuple[int | None, int]:
        """Row and end of the longest piece that begins at `start`; (None, start) if there is none."""
        prefix = "##" if start else ""
        ends: Iterable[int] = range(len(word), start, -1)
        return next(
            ((row, end) for end in ends if (row := self.vocabulary.get(prefix + word[start:end])) is not None),
            (None, start),
        )
