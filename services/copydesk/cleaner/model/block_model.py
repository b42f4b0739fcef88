"""The block model: a chain for blocks, another for the sentences of a text without line breaks, and the topic head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from io import BytesIO
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures, are_sentences, read_blocks
from copydesk.cleaner.model.columns import Floats, Table
from copydesk.cleaner.model.edge_regression import EdgeWeights
from copydesk.cleaner.model.features import TOPIC, compute_first_pass, compute_second_pass
from copydesk.cleaner.model.place_features import count_characters
from copydesk.cleaner.model.shared_features import Overlap
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.model.vocabulary import BUCKETS, MAX_WORDS, PAIR_BUCKETS, Encoder, Vocabulary

NAME = "blocks-3"
FILE = f"{NAME}.npz"

MIN_FOREIGN_WORDS = 12
"""Words of a block that the topic head judges: a shorter one shares few words with anything."""

MAX_BLOCKS = 1_000
"""Blocks that are compared with each other; a longer text is judged in parts. The longest of 636 labelled scrapes has
568. All against all takes quadratic memory: 8 MB at a thousand."""

MAX_JUDGED_BLOCKS = 5_000
"""Blocks of a text that are judged at all. A longer text is no article: only what is certain is removed from it."""

COST = 0.45
"""Exponent by which the odds of noise rise for blocks shorter than `SHORT_CHARACTERS`. A wrong removal costs the
article the block's characters, and a short block has few. Measured out of fold at 1 % of the body lost, 0 / .45 / .5:
captions found .655 / .703 / .710, noise left .257 / .261 / .260, teasers .462 / .449 / .449; in-sample .5 loses a
teaser more."""
SHORT_CHARACTERS = 100
"""Characters of a block from which its odds stay as they are."""
DOUBT = 0.42
"""Probability of noise from which the odds rise: below it not even the shortest word would go."""

CENTS = 100
"""Weights of the edge regression and inverse document frequencies are stored in hundredths, so that the last digits of
the machine that trained them do not reach the file."""


BLOCKS, SENTENCES = "blocks", "sentences"
"""Names of the two chains in the file. One chain for both costs the blocks .015 of the noise on unseen sites."""


class _Chain:
    """Two passes of trees and the regressions before them.

    Args:
        arrays: The arrays that training wrote.
        name: Name of the chain in them.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], name: str) -> None:
        edge_weights = (arrays[f"{name}.cues"] / CENTS).astype(np.float32)
        first, last, first_pairs, last_pairs = np.split(
            edge_weights, [BUCKETS, 2 * BUCKETS, 2 * BUCKETS + PAIR_BUCKETS]
        )
        vector = (arrays[f"{name}.about"] / CENTS).astype(np.float32)
        self.weights = EdgeWeights(first, last, first_pairs, last_pairs, vector)
        self._first, self._second = (Trees.load(arrays, f"{name}.{part}") for part in ("first", "second"))

    def predict(self, features: BlockFeatures, first_pass: Table) -> NDArray[np.float64]:
        """Probability of noise of each block by both passes."""
        noise = self._first.predict(first_pass.values)
        return self._second.predict(compute_second_pass(first_pass, features, noise).values)


class Prediction(NamedTuple):
    """The model's verdict on the blocks of one article.

    Attributes:
        features: The blocks.
        noise: Probability of noise of each block.
        foreign: Probability that a block belongs to another story; 0 for short blocks.
        overlap: The best match of each block.
    """

    features: BlockFeatures
    noise: NDArray[np.float64]
    foreign: NDArray[np.float64]
    overlap: Overlap


class Model:
    """Judges the blocks of an article.

    Args:
        arrays: The arrays that training wrote.
        encoder: Makes the vectors.
        name: Name of the model, as articles carry it.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], encoder: Encoder, name: str = NAME) -> None:
        """Unpack the arrays."""
        self.name = name
        self._blocks, self._sentences = (_Chain(arrays, chain) for chain in (BLOCKS, SENTENCES))
        self._idf: Floats = (arrays["rarity"] / CENTS).astype(np.float32)
        self._topic_head = Trees.load(arrays, "head")
        self._encoder = encoder
        self._vocabulary = Vocabulary(encoder)

    @classmethod
    def load(cls, encoder: Encoder) -> Self:
        """The model that this package ships."""
        data = resources.files("copydesk.cleaner.model").joinpath(FILE).read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as file:
            return cls(dict(file), encoder)

    def predict(self, texts: Sequence[str], lines: Sequence[int], title: str | None) -> Prediction:
        """Verdict on each block. Blocks past `MAX_JUDGED_BLOCKS` get the probability 0.

        Args:
            texts: Texts of the blocks, normalised.
            lines: Number of the source line that each block stands in.
            title: Title of the article.
        """
        if not texts:
            return _cut_empty(self._predict_part([""], [0], title))
        judged = texts[:MAX_JUDGED_BLOCKS]
        parts = [
            self._predict_part(judged[at : at + MAX_BLOCKS], lines[at : at + MAX_BLOCKS], title)
            for at in range(0, len(judged), MAX_BLOCKS)
        ]
        return parts[0] if len(texts) <= MAX_BLOCKS else _join(parts, len(texts))

    def _predict_part(self, texts: Sequence[str], lines: Sequence[int], title: str | None) -> Prediction:
        if len(self._vocabulary.rows) > MAX_WORDS:
            self._vocabulary.forget()
        chain = self._sentences if are_sentences(lines) else self._blocks
        features, _ = read_blocks(texts, lines, title, self._vocabulary, chain.weights, self._encoder)
        return self.predict_features(features)

    def predict_features(self, features: BlockFeatures, *, with_topic: bool = True) -> Prediction:
        """Verdict on blocks that were read already.

        Args:
            features: The blocks.
            with_topic: False leaves the topic head out: every `foreign` is 0.
        """
        first_pass, overlap = compute_first_pass(features, self._idf)
        chain = self._sentences if features.own["one line"].any() else self._blocks
        noise = chain.predict(features, first_pass)
        noise = weigh_cost(noise, count_characters(features.own))
        foreign = np.zeros(len(noise))
        is_long = np.expm1(features.own["size"]) >= MIN_FOREIGN_WORDS - 0.5
        if with_topic and is_long.any():
            foreign[is_long] = self._topic_head.predict(first_pass.values[is_long][:, TOPIC])
        return Prediction(features, noise, foreign, overlap)


def weigh_cost(noise: NDArray[np.float64], characters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of noise, raised for short blocks in doubt (`COST`).

    Args:
        noise: Probability of noise of each block.
        characters: Number of characters of each block.

    >>> weigh_cost(np.array([0.5, 0.5, 0.1]), np.array([25.0, 100.0, 25.0])).round(2).tolist()
    [0.65, 0.5, 0.1]
    """
    factor = (np.clip(characters, 1, SHORT_CHARACTERS) / SHORT_CHARACTERS) ** COST
    weighed: NDArray[np.float64] = np.where(noise >= DOUBT, noise / (noise + (1 - noise) * factor), noise)
    return weighed


def _cut_empty(prediction: Prediction) -> Prediction:
    """The prediction with all its blocks left out, for a text without blocks."""
    other, share, back, pairs = prediction.overlap
    return Prediction(
        prediction.features.take(()),
        prediction.noise[:0],
        prediction.foreign[:0],
        Overlap(other[:0], share[:0], back[:0], pairs[:0]),
    )


def _join(parts: Sequence[Prediction], blocks: int) -> Prediction:
    """One prediction for the parts of a text, filled up with zeros for the blocks that were not judged.

    Of its features only those of each block alone are valid.
    """
    rest = blocks - sum(len(part.noise) for part in parts)
    shifts = np.cumsum([0, *(len(part.noise) for part in parts[:-1])])
    others = [
        np.where(part.overlap.other >= 0, part.overlap.other + shift, -1)
        for part, shift in zip(parts, shifts, strict=True)
    ]
    own = np.concatenate([part.features.own.values for part in parts])
    columns = parts[0].features.own.columns
    return Prediction(
        parts[0].features._replace(own=Table(columns, np.pad(own, ((0, rest), (0, 0))))),
        np.pad(np.concatenate([part.noise for part in parts]), (0, rest)),
        np.pad(np.concatenate([part.foreign for part in parts]), (0, rest)),
        Overlap(
            np.pad(np.concatenate(others), (0, rest), constant_values=-1),
            np.pad(np.concatenate([part.overlap.share for part in parts]), (0, rest)),
            np.pad(np.concatenate([part.overlap.back for part in parts]), (0, rest)),
            np.pad(np.concatenate([part.overlap.pairs for part in parts]), (0, rest)),
        ),
    )
