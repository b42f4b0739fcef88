"""Embedded rows of words, kept from article to article: most words of an article were in earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.extractor.numpy_model.encoding import Floats, Hashes, Tok2Vec

MAX_WORDS = 30_000
"""Number of kept words past which all are forgotten: 23 MB for two tok2vecs of width 96."""

FIRST_ROWS = 1_024
"""Number of rows at the start; the table doubles."""

MIX = np.uint64(0x9E3779B97F4A7C15)
"""Odd factor that keeps ORTH and NORM of a word apart in its key: the golden ratio times 2 ** 64."""


class WordRows:
    """Rows of words in several tok2vecs, side by side.

    A word is its text, its norm and whether a space follows: contractions have norms of their own, so the text alone
    is not enough. A row depends on the word only, so an answer never depends on what was kept.
    """

    def __init__(self, vocab: Any, tok2vecs: Sequence[Tok2Vec]) -> None:
        """Start with no words.

        Args:
            vocab: spaCy's vocabulary: prefixes, suffixes, shapes and static vectors of words.
            tok2vecs: The models that embed them.
        """
        self._vocab = vocab
        self._tok2vecs = tok2vecs
        self._width = sum(tok2vec.width for tok2vec in tok2vecs)
        self._forget()

    def _forget(self) -> None:
        self._index: dict[int, int] = {}
        self.rows: Floats = np.zeros((FIRST_ROWS, self._width), np.float32)
        """Rows of all words that are kept."""
        self.is_space: NDArray[np.bool_] = np.zeros(FIRST_ROWS, bool)
        """True for each of these words that is white space."""

    def __len__(self) -> int:
        """Number of words that are kept."""
        return len(self._index)

    def find(self, orth: Hashes, norm: Hashes, spacy: Hashes) -> NDArray[np.int64]:
        """Index of each word in `rows`; new words are embedded first.

        Args:
            orth: Hash of each word's text.
            norm: Hash of its norm.
            spacy: 1 if a space follows, else 0.
        """
        keys: list[int] = ((orth ^ (norm * MIX)) + spacy).tolist()
        found = [self._index.get(key) for key in keys]
        if None in found:
            if len(self._index) > MAX_WORDS:
                self._forget()
            new: dict[int, int] = {}
            for place, key in enumerate(keys):
                if key not in self._index:
                    new.setdefault(key, place)
            self._add(list(new), np.array(list(new.values())), orth, norm, spacy)
            found = [self._index[key] for key in keys]
        return np.array(found, np.int64)

    def _add(self, keys: Sequence[int], places: NDArray[np.int64], orth: Hashes, norm: Hashes, spacy: Hashes) -> None:
        words = [self._vocab[int(hash_)] for hash_ in orth[places]]
        features = np.array(
            [
                (int(norm[place]), word.prefix, word.suffix, word.shape, int(spacy[place]), word.is_space)
                for place, word in zip(places, words, strict=True)
            ],
            np.uint64,
        )
        first, last = len(self._index), len(self._index) + len(keys)
        while last > len(self.rows):
            self.rows = np.vstack([self.rows, np.zeros_like(self.rows)])
            self.is_space = np.concatenate([self.is_space, np.zeros_like(self.is_space)])
        vectors = self._static_vectors(orth[places])
        self.rows[first:last] = np.hstack([tok2vec.embed(features, vectors) for tok2vec in self._tok2vecs])
        self.is_space[first:last] = features[:, 5] > 0
        self._index.update(zip(keys, range(first, last), strict=True))

    def _static_vectors(self, orth: Hashes) -> Floats:
        """Static vectors (words, dimensions) of the model, zero where it has none."""
        table = self._vocab.vectors
        vectors = np.zeros((len(orth), table.shape[1]), np.float32)
        if table.shape[1]:
            rows = table.find(keys=orth)
            vectors[rows >= 0] = table.data[rows[rows >= 0]]
        return vectors


__all__ = ["MAX_WORDS", "WordRows"]
