"""The table of vectors, and what makes one vector of a text's rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from io import BytesIO
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from copydesk.vectors.wordpieces import WordPieces

Vector: TypeAlias = NDArray[np.float32]
Floats: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.int64]

NAME = "minilm-static-1"
SHA256 = "babee2e2c758d5c342ec26c549969d97f56deb8e2a847ba0e5662cd2d3f1b158"
"""Of the file; the cleaner's and the coherence stage's models were trained on exactly this table."""

LARGEST = 4_095
"""To which the numbers of the table are scaled as whole numbers. Sums of whole numbers are the same in any order: the
vectors depend on no processor, no BLAS, and on no other text of the batch. See ``wordpieces.MOST_PIECES``."""
TEXTS_AT_ONCE = 64
"""Summed by one matrix product ..."""
PIECES_AT_ONCE = 8_192
"""... or fewer, if they are long: bounds the product's memory at some 15 MB."""


class Vectors:
    """Turns texts into vectors of length 1 whose dot products are cosines of what the texts are about.

    Args:
        vocabulary: Piece to row of the table.
        numbers: The table's rows, -127..127.
        scales: What a row's numbers are multiplied by.
        common: The direction that all texts share; it is taken out of every vector.
        name: Of the table.
        sha256: Of the table's file.
    """

    def __init__(  # noqa: PLR0917 - the parts of the file
        self,
        vocabulary: dict[str, int],
        numbers: NDArray[np.int8],
        scales: Vector,
        common: Floats,
        name: str,
        sha256: str,
    ) -> None:
        """Scale the rows to whole numbers."""
        self.name = name
        self.sha256 = sha256
        self.dimensions = numbers.shape[1]
        self._pieces = WordPieces(vocabulary)
        # products of int8 and float32 are exact in float64, so is the rounding: the same rows on any machine
        unit = LARGEST / (127 * float(scales.max()))
        self._rows = np.rint(numbers * (scales.astype(np.float64) * unit)[:, None]).astype(np.int16)
        self._common = common
        self._place = np.zeros(len(numbers), np.int64)  # scratch: where each row of the table stands among those used

    def encode(self, texts: Sequence[str]) -> Vector:
        """One row a text, shape (texts, 256), of length 1; zeros for a text without a known word.

        Of a text the first 20,000 characters are read. The same text has the same row to the last bit, whatever
        came before it and whatever stands beside it.
        """
        read = [self._pieces.rows(text) for text in texts]
        counts = np.fromiter(map(len, read), np.int64, len(read))
        return self.encode_pieces(counts, np.fromiter(chain.from_iterable(read), np.int64, int(counts.sum())))

    def find_pieces(self, word: str) -> tuple[int, ...]:
        """The rows of one word between blanks; those of a text are its words', one behind the other."""
        return tuple(self._pieces.rows(word))

    def encode_pieces(self, counts: Numbers, pieces: Numbers) -> Vector:
        """What `encode` gives, of texts that were taken apart before.

        Args:
            counts: Pieces of each text, at most `wordpieces.MOST_PIECES`.
            pieces: The rows of all texts, one behind the other.
        """
        sums = np.zeros((len(counts), self.dimensions))
        ends = np.cumsum(counts)
        first = at = 0
        while first < len(counts):
            # as many texts as fit, one at least
            last = max(first + 1, int(np.searchsorted(ends, at + PIECES_AT_ONCE, side="right")))
            last = min(last, first + TEXTS_AT_ONCE)
            end = int(ends[last - 1])
            sums[first:last] = self._sum(counts[first:last], pieces[at:end])
            first, at = last, end
        # a reduction along the contiguous axis adds pairwise in a fixed order; BLAS would not
        sums -= np.add.reduce(sums * self._common, axis=1)[:, None] * self._common
        lengths = np.sqrt(np.add.reduce(sums * sums, axis=1))
        lengths[lengths == 0] = 1
        vectors: Vector = (sums / lengths[:, None]).astype(np.float32)
        return vectors

    def _sum(self, counts: Numbers, pieces: Numbers) -> Vector:
        """The sum of each text's rows: how often it has each row, times the rows; whole numbers, so exact."""
        used = np.flatnonzero(np.bincount(pieces, minlength=1))
        self._place[used] = np.arange(len(used))
        cell = np.repeat(np.arange(len(counts)) * len(used), counts) + self._place[pieces]
        times = np.bincount(cell, minlength=len(counts) * len(used)).reshape(len(counts), len(used))
        sums: Vector = times.astype(np.float32) @ self._rows[used].astype(np.float32)
        return sums


def read() -> Vectors:
    """The shipped table.

    Raises:
        FileNotFoundError: The table was not installed.
        ValueError: It is not the table that this version was made with.
    """
    data = (files("copydesk.vectors") / f"{NAME}.npz").read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != SHA256:
        raise ValueError(f"{NAME}.npz has the SHA-256 {sha256}, not {SHA256}: install copydesk anew")
    return parse(data, sha256)


def parse(data: bytes, sha256: str) -> Vectors:
    """The table in a file's bytes."""
    with np.load(BytesIO(data), allow_pickle=False) as file:
        pieces = file["pieces"].tobytes().decode().split("\n")
        return Vectors(
            vocabulary={piece: row for row, piece in enumerate(pieces)},
            numbers=file["numbers"],
            scales=file["scales"],
            common=file["common"],
            name=NAME,
            sha256=sha256,
        )
