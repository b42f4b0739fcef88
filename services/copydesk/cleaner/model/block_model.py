"""The block model: two passes of trees, the regression over first and last words, the topic head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources
from io import BytesIO
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model import features
from copydesk.cleaner.model.features import Cues, Overlap, Reading
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.model.words import BUCKETS, MOST, PAIR_BUCKETS, Encoder, Floats, Words

NAME = "blocks-2"
FILE = f"{NAME}.npz"

_TOPIC = (
    "size", "characters", "ends sentence", "paragraph", "name share", "blocks", "mean size", "first opens",
    "opens share", "they share", "me share", "you share", "speech share", "function share", "digit share",
    *features.SHARED[:9], *features.MEANT,
)  # fmt: skip
HEAD = [features.ALL.index(name) for name in _TOPIC]
"""Columns that the topic head looks at: what a block is about and who speaks in it (a quotation
shares few words with the rest), not where it stands."""

MIN_FOREIGN_WORDS = 12
"""Words of a block that the topic head speaks of: a short one shares few words with anything."""

MOST_BLOCKS = 1_000
"""Blocks that are compared with each other; a longer text is judged in parts. The longest of 636 labelled scrapes has
568. All against all takes quadratic memory: 8 MB at a thousand."""

FOREIGN_NOISE = 0.97
"""Probability of noise of a paragraph that the topic head takes out: the two heads' errors are different ones, and what
one is sure of must not rank behind what the other merely suspects."""

MAX_FOREIGN = 2
"""Foreign paragraphs of an article; one with more is a round-up, where every item is its own story."""

MOST_JUDGED = 5_000
"""Blocks of a text that are judged at all: what is longer is no article, only what is certain is removed from it."""

COST = 0.45
"""By how much the log odds of noise rise for a block e times shorter than `SHORT`: what goes wrongly costs the article
its characters, and a short block has few. Measured out of fold at 1 % of the body lost, 0 / .45 / .5: captions found
.655 / .703 / .710, noise left .257 / .261 / .260, teasers .462 / .449 / .449; in-sample .5 loses a teaser more."""
SHORT = 100
"""Characters of a block from which its odds stay as they are."""
DOUBT = 0.42
"""Probability of noise from which they rise: of less, not even the shortest word would go."""

CENTS = 100
"""Log odds of the cue regression and rarities are stored in hundredths: the last digits of the machine that trained
them do not reach the file."""


class Opinion(NamedTuple):
    """What the model thinks of the blocks of one article.

    Attributes:
        reading: The blocks, read.
        noise: Probability of noise of each.
        foreign: Probability that it belongs to another story; 0 for short blocks.
        overlap: Which blocks repeat each other.
    """

    reading: Reading
    noise: NDArray[np.float64]
    foreign: NDArray[np.float64]
    overlap: Overlap

    def fact(self, name: str) -> Floats:
        """One fact about every block alone, by its name in `features.OWN`."""
        facts: Floats = self.reading.own[:, features.OWN.index(name)]
        return facts


class Model:
    """Judges the blocks of an article.

    Args:
        arrays: What training wrote.
        encoder: Gives the vectors.
        name: Of the model, as articles carry it.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], encoder: Encoder, name: str = NAME) -> None:
        """Lay the arrays out."""
        self.name = name
        cues = (arrays["cues"] / CENTS).astype(np.float32)
        first, last, first_pairs, last_pairs = np.split(cues, [BUCKETS, 2 * BUCKETS, 2 * BUCKETS + PAIR_BUCKETS])
        about = (arrays["about"] / CENTS).astype(np.float32)
        self._cues = Cues(first, last, first_pairs, last_pairs, about)
        self._rarity: Floats = (arrays["rarity"] / CENTS).astype(np.float32)
        self._first, self._second, self._head = (Trees.read(arrays, part) for part in ("first", "second", "head"))
        self._encoder = encoder
        self._words = Words(encoder)

    @classmethod
    def read(cls, encoder: Encoder) -> Self:
        """The model that this package ships."""
        data = resources.files("copydesk.cleaner.model").joinpath(FILE).read_bytes()
        with np.load(BytesIO(data), allow_pickle=False) as file:
            return cls(dict(file), encoder)

    def judge(self, texts: Sequence[str], lines: Sequence[int], title: str | None) -> Opinion:
        """What to think of each block.

        Args:
            texts: Of the blocks, normalised.
            lines: Number of the line of the source that each stands in.
            title: Of the article.
        """
        if not texts:
            none = self._judge([""], [0], title)
            return none._replace(
                reading=none.reading.take(()),
                noise=none.noise[:0],
                foreign=none.foreign[:0],
                overlap=Overlap(
                    none.overlap.other[:0], none.overlap.share[:0], none.overlap.back[:0], none.overlap.pairs[:0]
                ),
            )
        judged = texts[:MOST_JUDGED]
        parts = [
            self._judge(judged[at : at + MOST_BLOCKS], lines[at : at + MOST_BLOCKS], title)
            for at in range(0, len(judged), MOST_BLOCKS)
        ]
        return parts[0] if len(texts) <= MOST_BLOCKS else _join(parts, len(texts))

    def _judge(self, texts: Sequence[str], lines: Sequence[int], title: str | None) -> Opinion:
        if len(self._words.rows) > MOST:
            self._words.forget()
        reading, _ = features.read(texts, lines, title, self._words, self._cues, self._encoder)
        return self.weigh(reading)

    def weigh(self, reading: Reading, *, with_topic: bool = True) -> Opinion:
        """What to think of blocks that were read already, with or without the topic head."""
        facts, overlap = features.look_around(reading, self._rarity)
        first = self._first.judge(facts)
        noise = weigh_cost(
            self._second.judge(np.concatenate([facts, features.look_again(reading, first)], axis=1)),
            np.expm1(reading.own[:, features.OWN.index("characters")].astype(np.float64)),
        )
        foreign = np.zeros(len(noise))
        long = np.expm1(reading.own[:, 0]) >= MIN_FOREIGN_WORDS - 0.5
        if with_topic and long.any():
            foreign[long] = self._head.judge(facts[long][:, HEAD])
        return Opinion(reading, noise, foreign, overlap)


def weigh_cost(noise: NDArray[np.float64], characters: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probabilities, higher for short blocks in doubt (`COST`).

    >>> weigh_cost(np.array([0.5, 0.5, 0.1]), np.array([25.0, 100.0, 25.0])).round(2).tolist()
    [0.65, 0.5, 0.1]
    """
    factor = (np.clip(characters, 1, SHORT) / SHORT) ** COST
    weighed: NDArray[np.float64] = np.where(noise >= DOUBT, noise / (noise + (1 - noise) * factor), noise)
    return weighed


def _join(parts: Sequence[Opinion], size: int) -> Opinion:
    """The opinions of the parts of one text, and none of what lies behind them; only facts of blocks are read on."""
    rest = size - sum(len(part.noise) for part in parts)
    shifts = np.cumsum([0, *(len(part.noise) for part in parts[:-1])])
    others = [
        np.where(p.overlap.other >= 0, p.overlap.other + shift, -1) for p, shift in zip(parts, shifts, strict=True)
    ]
    own = np.concatenate([part.reading.own for part in parts])
    return Opinion(
        parts[0].reading._replace(own=np.pad(own, ((0, rest), (0, 0)))),
        np.pad(np.concatenate([part.noise for part in parts]), (0, rest)),
        np.pad(np.concatenate([part.foreign for part in parts]), (0, rest)),
        Overlap(
            np.pad(np.concatenate(others), (0, rest), constant_values=-1),
            np.pad(np.concatenate([part.overlap.share for part in parts]), (0, rest)),
            np.pad(np.concatenate([part.overlap.back for part in parts]), (0, rest)),
            np.pad(np.concatenate([part.overlap.pairs for part in parts]), (0, rest)),
        ),
    )


def combine(noise: float, foreign: float, topic_from: float) -> float:
    """One probability of both: what is foreign from `topic_from` up is all but certain to be noise.

    >>> combine(0.2, 0.96, 0.93) > 0.97, combine(0.2, 0.8, 0.93)
    (True, 0.2)
    """
    if foreign >= topic_from:
        noise = max(noise, FOREIGN_NOISE + (1 - FOREIGN_NOISE) * (foreign - topic_from) / max(1e-6, 1 - topic_from))
    return round(noise, 4)
