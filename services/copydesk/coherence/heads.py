"""Heads: the learned judgements, read from the file that holds them, and what they say of measured units."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec
import numpy as np

from copydesk.coherence.aggregates import AGGREGATES
from copydesk.coherence.features import NAMES
from copydesk.coherence.relevance import Floats
from copydesk.coherence.trees import Forest, Trees

FILE = "heads-1.json"
MINILM_FILE = "heads-minilm-1.json"
Sight: TypeAlias = Literal["vectors", "words", "minilm"]
"""What the units were compared by: the static table, their words alone, or the sentence model."""


class Learned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One forest and what it looks at.

    Args:
        columns: What it looks at, in order.
        forest: The trees.
    """

    columns: tuple[str, ...]
    forest: Forest


class Three(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The heads that belong together: they were trained on the same features."""

    off_topic: Learned
    furniture: Learned
    article: Learned


class Prior(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shares of contaminated articles (assumed) and foreign paragraphs (as found) of the calibration."""

    articles: float
    paragraphs: float


class HeadsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `python -m copydesk.coherence.train` writes.

    Args:
        name: Of the model.
        version: Of the model.
        table: SHA-256 of the vectors that it was trained with.
        coefficients: SHA-256 of the numbers set by hand that it was trained with.
        prior: What the calibration assumes.
        heads: For every way of comparing units the three heads.
    """

    name: str
    version: str
    table: str
    coefficients: str
    prior: Prior
    heads: dict[Sight, Three]


class Head:
    """One head, ready to be asked."""

    def __init__(self, learned: Learned, names: tuple[str, ...]) -> None:
        """Find its columns among all."""
        self._columns = [names.index(column) for column in learned.columns]
        self._trees = Trees(learned.forest)

    def logit(self, rows: Floats) -> Floats:
        """Log odds, one a row."""
        return self._trees.sum(rows[:, self._columns])


class Heads:
    """The three heads for one way of comparing units."""

    def __init__(self, three: Three) -> None:
        """Make them ready."""
        self.off_topic = Head(three.off_topic, NAMES)
        self.furniture = Head(three.furniture, NAMES)
        self.article = Head(three.article, AGGREGATES)


class Model(msgspec.Struct, frozen=True):
    """The learned part of the stage."""

    file: HeadsFile
    sha256: str
    heads: dict[Sight, Heads]


def read_heads(*, minilm: bool = False) -> Model:
    """The heads that are shipped with the package.

    Args:
        minilm: Whether those for the sentence model's vectors are wanted too.

    >>> sorted(read_heads().heads)
    ['vectors', 'words']
    """
    folder = files("copydesk.coherence")
    return parse([(folder / name).read_bytes() for name in ((FILE, MINILM_FILE) if minilm else (FILE,))])


def parse(data: Sequence[bytes]) -> Model:
    """The heads in the bytes of one or more files; the first one's name counts.

    Raises:
        msgspec.ValidationError: Those are no heads.
    """
    read = [msgspec.json.decode(one, type=HeadsFile) for one in data]
    heads = {sight: Heads(three) for file in read for sight, three in file.heads.items()}
    return Model(read[0], hashlib.sha256(b"".join(data)).hexdigest(), heads)


def sigmoid(logit: Floats) -> Floats:
    """Probabilities of log odds."""
    result: Floats = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    return result
