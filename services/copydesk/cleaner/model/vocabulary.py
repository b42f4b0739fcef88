"""Table of the words met so far: features, hashes, places in phrases and vector pieces of each.

A text repeats its words, and texts repeat each other's. Each distinct word is described once in Python; after that the
features of a block are sums over rows of this table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.columns import Floats, Numbers
from copydesk.cleaner.model.word_features import WORD_COLUMNS, describe
from copydesk.cleaner.rules import phrases

MAX_WORDS = 60_000
"""Words remembered. Past it all are forgotten before the next article. 60,000 rows are 11 MB."""

MANY_PIECES = 100
"""Number of pieces from which a word's pieces are not remembered: no word of a language has so many, and memory stays
bounded."""

FIRST_WORDS, LAST_WORDS = 300, 40
"""Words of a block that are read, from its start and from its end: a paragraph has a hundred, a block may be a
megabyte."""

LAST_WORD_CHARACTERS = 20
"""Characters read from a block's end for each of its last words."""

BUCKETS = 1 << 14
"""Hash buckets of the edge regression, for words and letter groups."""
PAIR_BUCKETS = 1 << 14
"""Hash buckets of the edge regression, for pairs of words."""
IDF_BUCKETS = 1 << 14
"""Hash buckets of words' inverse document frequencies."""

WORD, STEM, NAME, HASH, ROLES = range(5)
"""Columns of the key table: number of the word, of its stem and of its name (0: none), its CRC-32, and its roles in
phrases (`phrases.find_roles`)."""

_PART = re.compile("[^\\W_]+(?:'[^\\W_]+)?")


class Encoder(Protocol):
    """The part of `copydesk.vectors` that the cleaner uses."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of the texts, one row per text."""
        ...

    def find_pieces(self, word: str) -> tuple[int, ...]:
        """Numbers of the word pieces of one word between blanks."""
        ...

    def encode_pieces(self, counts: Numbers, pieces: Numbers) -> Floats:
        """Unit vectors of texts that are given as word pieces; `counts` has the number of pieces of each text."""
        ...


class Vocabulary:
    """The table of known words. It learns new words as they come.

    Args:
        encoder: Splits words into pieces.

    Attributes:
        rows: Row of each word in the table.
        features: Features of each word, shape (rows, len(WORD_COLUMNS)).
        texts: Each word in small letters without its marks.
        parts: The words of letters and digits in each word between blanks.
    """

    def __init__(self, encoder: Encoder) -> None:
        """Start with an empty table."""
        self._find_pieces = encoder.find_pieces
        self.forget()

    def forget(self) -> None:
        """Empty the table."""
        self.rows = _Rows(self._add)
        self._numbers: dict[str, int] = {"": 0}
        self.texts: list[str] = []
        self.parts: list[tuple[str, ...]] = []
        self._weights = np.zeros((2048, 2))
        self._is_weighed = np.zeros((2048, 2), bool)
        self.features = np.zeros((2048, len(WORD_COLUMNS)), np.float32)
        self._keys = np.zeros((2048, 5), np.int64)
        self._first = np.zeros(4096, np.int64)
        self._pieces = np.zeros(4096, np.int64)
        self._pieces_end = 0
        self._pieces_of = np.zeros((2048, 2), np.int64)  # index of the first piece, and number of pieces

    def find(self, tokens: Sequence[str]) -> Numbers:
        """Rows of these words; new words are added."""
        # one call for all words; itemgetter returns no tuple for a single word
        return np.array(itemgetter(*tokens)(self.rows) if len(tokens) > 1 else [self.rows[tokens[0]]], np.int64)

    def find_keys(self, rows: Numbers) -> Numbers:
        """Keys of these words, shape (words, 5); the columns are `WORD`, `STEM`, `NAME`, `HASH` and `ROLES`.

        Words, stems and names are numbered from 1 by their first appearance among these words; 0 stands for none.
        """
        keys = self._keys[rows]
        if len(self._numbers) > len(self._first):
            self._first = np.zeros(2 * len(self._numbers), np.int64)
        place = np.arange(len(rows))
        for column in (WORD, STEM, NAME):
            numbers = keys[:, column]
            self._first[numbers[::-1]] = place[::-1]  # of equal indices numpy keeps the last: the first appearance
            first = self._first[numbers]
            is_new = (first == place) & (numbers > 0)
            keys[:, column] = np.where(numbers > 0, np.cumsum(is_new)[first], 0)
        return keys

    def find_pieces(self, rows: Numbers) -> tuple[Numbers, Numbers]:
        """Number of pieces of each word, and the pieces of all words one after the other.

        A word of too many pieces counts as `MANY_PIECES`, and its pieces are left out.
        """
        first, counts = self._pieces_of[rows].T
        known = np.where(counts < MANY_PIECES, counts, 0)
        ends = np.cumsum(known)
        pieces = self._pieces[np.repeat(first - ends + known, known) + np.arange(int(ends[-1]) if len(ends) else 0)]
        return counts, pieces

    def weigh(self, rows: Numbers, edge: int, weights: Floats) -> NDArray[np.float64]:
        """Sum of a regression's weights for each word and its letter groups; computed once per word.

        Args:
            rows: Rows of the words.
            edge: 0 for the weights of first words, 1 for those of last words. Always the same for the same weights.
            weights: Weight of each hash bucket.
        """
        for row in set(rows[~self._is_weighed[rows, edge]].tolist()):
            self._weights[row, edge] = float(weights[hash_letters(self.texts[row])].sum(dtype=np.float64))
            self._is_weighed[row, edge] = True
        sums: NDArray[np.float64] = self._weights[rows, edge]
        return sums

    def _add(self, token: str) -> int:
        row = len(self.rows)
        if row == len(self.features):
            self._double()
        word = describe(token)
        self.features[row] = word.features
        parts = split_word(word.text)
        number = self._numbers.setdefault
        self._keys[row] = (
            number(word.text, len(self._numbers)),
            number(word.stem, len(self._numbers)),
            number(word.name, len(self._numbers)),
            crc32(word.text.encode("utf-8", "replace")),
            phrases.find_roles(parts),
        )
        self.texts.append(word.text)
        self.parts.append(parts)
        self._add_pieces(row, token)
        return row

    def _double(self) -> None:
        """Make room for as many words again."""
        self.features = np.concatenate([self.features, np.zeros_like(self.features)])
        self._keys = np.concatenate([self._keys, np.zeros_like(self._keys)])
        self._weights = np.concatenate([self._weights, np.zeros_like(self._weights)])
        self._is_weighed = np.concatenate([self._is_weighed, np.zeros_like(self._is_weighed)])
        self._pieces_of = np.concatenate([self._pieces_of, np.zeros_like(self._pieces_of)])

    def _add_pieces(self, row: int, token: str) -> None:
        pieces = self._find_pieces(token) if len(token) <= MANY_PIECES else (0,) * MANY_PIECES
        first = self._pieces_end
        self._pieces_of[row] = first, min(len(pieces), MANY_PIECES)
        if len(pieces) >= MANY_PIECES:
            return
        self._pieces_end += len(pieces)
        if self._pieces_end > len(self._pieces):
            self._pieces = np.concatenate([self._pieces, np.zeros_like(self._pieces)])
        self._pieces[first : self._pieces_end] = pieces


class _Rows(dict[str, int]):
    """Row of each word; looking up a new word adds it."""

    def __init__(self, add: Callable[[str], int]) -> None:
        super().__init__()
        self._add = add

    def __missing__(self, token: str) -> int:
        row = self[token] = self._add(token)
        return row


def split(text: str) -> list[str]:
    """Words of a block that are read: the first and the last ones. An empty block has one empty word.

    >>> split("The bridge opened.")
    ['The', 'bridge', 'opened.']
    """
    words = text.split(" ", FIRST_WORDS)
    if len(words) > FIRST_WORDS:
        rest = words.pop()[-LAST_WORD_CHARACTERS * LAST_WORDS :].split(" ")
        words += rest[-LAST_WORDS:]
    return words


def split_word(word: str) -> tuple[str, ...]:
    """Words of letters and digits in one word between blanks, as phrases have them.

    >>> split_word("sign-up")
    ('sign', 'up')
    """
    return (word,) if word.isalnum() else tuple(_PART.findall(word))


def hash_letters(word: str) -> list[int]:
    """Hash buckets of a word and of its groups of three and four letters, for the edge regression."""
    buckets = [crc32(b"w" + word.encode("utf-8", "replace")) % BUCKETS]
    framed = f"<{word[:20]}>"
    for size in (3, 4):
        buckets += [
            crc32(framed[at : at + size].encode("utf-8", "replace")) % BUCKETS for at in range(len(framed) - size + 1)
        ]
    return buckets
