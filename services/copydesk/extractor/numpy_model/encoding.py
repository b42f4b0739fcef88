"""A tok2vec of spaCy's in numpy: MultiHashEmbed with static vectors, and MaxoutWindowEncoder (spacy.ml.models.tok2vec).

Names of shapes: `words` or `rows` by `width` (96 in the models that copydesk installs), `pieces` of a maxout (3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Hashes = NDArray[np.uint64]

FEATURES = ("NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY", "IS_SPACE")
"""Features of a word in the order of `Tok2Vec.embed`; a tok2vec may use any of them."""

BLOCK = 64
"""Number of words that are embedded at once, always. A matrix product of fewer rows rounds in another way, and an
article's answer must not depend on which words the articles before it had."""

EPSILON = 1e-8
"""Added to the variance in thinc's layer normalisation."""


class UnknownModelError(ValueError):
    """The layers of a model are not those that the numpy twin knows."""


class MaxoutLayer:
    """Maxout, then layer normalisation with scale and shift (thinc.layers.Maxout and LayerNorm)."""

    def __init__(self, maxout: Any, norm: Any) -> None:
        """Take the weights of both layers; W is (width, pieces, inputs)."""
        weights, bias = maxout.get_param("W"), maxout.get_param("b")
        self.width, self.pieces, inputs = weights.shape
        # the pieces side by side, so that their maximum is one of slices
        self._weights = np.ascontiguousarray(weights.transpose(1, 0, 2).reshape(-1, inputs).T)
        self._bias = np.ascontiguousarray(bias.T.reshape(-1))
        self._scale, self._shift = norm.get_param("G"), norm.get_param("b")
        self._mean = np.full((self.width, 1), 1 / self.width, np.float32)

    def __call__(self, rows: Floats, products: Floats | None = None, out: Floats | None = None) -> Floats:
        """Output (rows, width) for inputs (rows, inputs).

        Args:
            rows: Inputs.
            products: Room for (rows, pieces * width); None: new memory.
            out: Room for the output; None: new memory.
        """
        width = self.width
        products = np.matmul(rows, self._weights, out=products)
        products += self._bias
        out = np.maximum(products[:, :width], products[:, width : 2 * width], out=out)
        for piece in range(2, self.pieces):
            np.maximum(out, products[:, piece * width : (piece + 1) * width], out=out)
        out -= out @ self._mean
        out *= (np.einsum("ij,ij->i", out, out) / width + EPSILON)[:, None] ** -0.5
        out *= self._scale
        out += self._shift
        return out


class Tok2Vec:
    """Embedding and encoder of a tok2vec."""

    def __init__(self, model: Any) -> None:
        """Take the weights of a thinc model.

        Raises:
            UnknownModelError: It has other layers.
        """
        features = _the_layer(model, "extract_features").attrs["columns"]
        if not set(features) <= set(FEATURES):
            raise UnknownModelError(f"features {features}")
        if any(window.attrs["window_size"] != 1 for window in _layers(model, "expand_window")):
            raise UnknownModelError("a window of more than one word at each side")
        self._ops = model.ops
        self._tables = [
            (table.get_param("E"), table.attrs["seed"], FEATURES.index(features[table.attrs["column"]]))
            for table in _layers(model, "hashembed")
        ]
        static = _layers(model, "static_vectors")  # the small model has none
        self._static = static[0].get_param("W").T.copy() if static else None
        maxouts, norms = _layers(model, "maxout"), _layers(model, "layernorm")
        if len(maxouts) != len(norms) or not maxouts:
            raise UnknownModelError(f"{len(maxouts)} maxout layers, {len(norms)} normalisations")
        self._mix, *self._layers = (MaxoutLayer(*pair) for pair in zip(maxouts, norms, strict=True))
        self.width = self._mix.width
        self.gap = len(self._layers)
        """Rows of zeros between two paragraphs: as many as layers, so that no paragraph sees another."""

    def embed(self, features: Hashes, vectors: Floats) -> Floats:
        """Embedded rows (words, width), before any context.

        Args:
            features: Hashes (words, 6) of `FEATURES`.
            vectors: Static vectors (words, dimensions); zero where a word has none.
        """
        missing = -len(features) % BLOCK
        features = np.vstack([features, np.zeros((missing, features.shape[1]), features.dtype)])
        vectors = np.vstack([vectors, np.zeros((missing, vectors.shape[1]), vectors.dtype)])
        blocks = [
            self._embed_block(features[k : k + BLOCK], vectors[k : k + BLOCK]) for k in range(0, len(features), BLOCK)
        ]
        return np.vstack(blocks)[: len(features) - missing]

    def _embed_block(self, features: Hashes, vectors: Floats) -> Floats:
        parts: list[Floats] = []
        for table, seed, column in self._tables:
            # four buckets a word, whose rows are added (thinc.layers.HashEmbed)
            buckets = self._ops.hash(np.ascontiguousarray(features[:, column]), seed) % table.shape[0]
            parts.append(table[buckets].sum(1))
        if self._static is not None:
            parts.append(vectors @ self._static)
        return self._mix(np.hstack(parts))

    def encode(self, rows: Floats) -> Floats:
        """Rows with their context, written over the given ones and returned.

        As in thinc the rows of the gaps are computed like words from layer to layer, and not set to zero again.

        Args:
            rows: Embedded rows (rows, width), with `gap` rows of zeros before, between and behind the paragraphs and
                one more at both ends.
        """
        count, width = len(rows) - 2, self.width
        # the row before, the row itself and the row behind are neighbours in memory
        windows = as_strided(rows, (count, 3 * width), rows.strides)
        copy = np.empty((count, 3 * width), np.float32)
        products = np.empty((count, self._mix.pieces * width), np.float32)
        out = np.empty((count, width), np.float32)
        for layer in self._layers:
            np.copyto(copy, windows)
            rows[1:-1] += layer(copy, products, out)
        return rows


def spread(sizes: Sequence[int], gap: int) -> tuple[NDArray[np.int64], int]:
    """Row of each token in the table that `Tok2Vec.encode` takes, and the number of its rows.

    >>> rows, count = spread([2, 1], gap=4)
    >>> rows.tolist(), count
    ([5, 6, 11], 17)

    Args:
        sizes: Number of tokens of each paragraph.
        gap: Rows of zeros between two paragraphs.
    """
    tokens = sum(sizes)
    rows = np.arange(tokens) + 1 + gap * np.repeat(np.arange(1, len(sizes) + 1), sizes)
    return rows, tokens + gap * (len(sizes) + 1) + 2


def _layers(model: Any, name: str) -> list[Any]:
    return [layer for layer in model.walk() if layer.name == name]


def _the_layer(model: Any, name: str) -> Any:
    found = _layers(model, name)
    if len(found) != 1:
        raise UnknownModelError(f"{len(found)} layers {name}")
    return found[0]


__all__ = ["FEATURES", "Floats", "Tok2Vec", "UnknownModelError", "spread"]
