"""The table of vectors: a row for each word piece, and the sum of a text's rows as its vector."""

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
"""SHA-256 of the file. The models of the cleaner and of coherence were trained on exactly this table."""

MAX_ROW_VALUE = 4_095
"""Rows are scaled to whole numbers up to this one. Sums of whole numbers are the same in any order, so a vector depends
on no processor, no BLAS and no other text of the batch. See ``wordpieces.MAX_PIECES``."""

BATCH_TEXTS = 64
"""Texts of one matrix product at most ..."""
BATCH_PIECES = 8_192
"""... and pieces, if the texts are long: the product takes at most some 15 MB."""


class Vectors:
    """Encodes texts as vectors of length 1. Their dot product is the cosine: high if the texts share a topic.

    Args:
        vocabulary: Row of each piece.
        numbers: Rows of the table, -127..127, shape (pieces, dimensions).
        scales: Scale of each row, shape (pieces,).
        common: Direction that all texts share, shape (dimensions,). It is removed from every vector.
        name: Name of the table.
        sha256: SHA-256 of the table's file.
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
        # products of int8 and float32 are exact in float64, so the rounding gives the same rows on any machine
        unit = MAX_ROW_VALUE / (127 * float(scales.max()))
        self._rows = np.rint(numbers * (scales.astype(np.float64) * unit)[:, None]).astype(np.int16)
        self._common = common
        self._column_of_row = np.zeros(len(numbers), np.int64)  # scratch space of _sum_rows

    def encode(self, texts: Sequence[str]) -> Vector:
        """Vectors of texts, shape (texts, 256), of length 1; zeros for a text without a known word.

        The first 20,000 characters of a text are read. The same text has the same vector to the last bit, in any
        batch and at any time.
        """
        rows = [self._pieces.rows(text) for text in texts]
        counts = np.fromiter(map(len, rows), np.int64, len(rows))
        return self.encode_pieces(counts, np.fromiter(chain.from_iterable(rows), np.int64, int(counts.sum())))

    def find_pieces(self, word: str) -> tuple[int, ...]:
        """Rows of one word between blanks. The rows of a text are those of its words, one after the other."""
        return tuple(self._pieces.rows(word))

    def encode_pieces(self, counts: Numbers, pieces: Numbers) -> Vector:
        """Vectors of texts that are already split into pieces; the same as from `encode`.

        Args:
            counts: Number of pieces of each text, at most `wordpieces.MAX_PIECES`.
            pieces: Rows of all texts, one after the other.
        """
        sums = np.zeros((len(counts), self.dimensions))
        ends = np.cumsum(counts)
        first = start = 0
        while first < len(counts):
            # as many texts as fit, at least one
            last = max(first + 1, int(np.searchsorted(ends, start + BATCH_PIECES, side="right")))
            last = min(last, first + BATCH_TEXTS)
            end = int(ends[last - 1])
            sums[first:last] = self._sum_rows(counts[first:last], pieces[start:end])
            first, start = last, end
        # a reduction along the contiguous axis adds pairwise in a fixed order; BLAS would not
        sums -= np.add.reduce(sums * self._common, axis=1)[:, None] * self._common
        lengths = np.sqrt(np.add.reduce(sums * sums, axis=1))
        lengths[lengths == 0] = 1
        vectors: Vector = (sums / lengths[:, None]).astype(np.float32)
        return vectors

    def _sum_rows(self, counts: Numbers, pieces: Numbers) -> Vector:
        """Sum of each text's rows: counts of the rows in each text, times the rows. Whole numbers, so exact."""
        used = np.flatnonzero(np.bincount(pieces, minlength=1))
        self._column_of_row[used] = np.arange(len(used))
        cell = np.repeat(np.arange(len(counts)) * len(used), counts) + self._column_of_row[pieces]
        times = np.bincount(cell, minlength=len(counts) * len(used)).reshape(len(counts), len(used))
        sums: Vector = times.astype(np.float32) @ self._rows[used].astype(np.float32)
        return sums


def read_table() -> Vectors:
    """The shipped table.

    Raises:
        FileNotFoundError: The table is not installed.
        ValueError: The file is not the table that this version was made with.
    """
    data = (files("copydesk.vectors") / f"{NAME}.npz").read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != SHA256:
        raise ValueError(f"{NAME}.npz has the SHA-256 {sha256} instead of {SHA256}: install copydesk anew")
    return parse_table(data, sha256)


def parse_table(data: bytes, sha256: str) -> Vectors:
    """The table in the bytes of a file with this SHA-256."""
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
