"""Classifiers: boosted trees that judge units and articles, read from the files that training wrote.

There are three for each representation, and three of short articles of the units. Their files call them heads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Literal, TypeAlias

import msgspec
import numpy as np

from copydesk.coherence.arrays import Floats
from copydesk.coherence.article_features import ARTICLE_FEATURES
from copydesk.coherence.features import UNIT_FEATURES
from copydesk.coherence.trees import Forest, Trees

FILE = "heads-1.json"
MINILM_FILE = "heads-minilm-1.json"

Representation: TypeAlias = Literal["vectors", "words", "minilm"]
"""Basis of the comparison of units: the static vectors, their words alone, or vectors of the sentence model."""


SHORT_UNITS = 4
"""Up to this many judged units an article is short: the classifiers of short articles judge it alone."""

LONG_UNITS = 7
"""From this many on, the others do. Between them both count: one more unit must not change the judge."""


class TrainedForest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A forest and its input.

    Args:
        columns: Names of the features that it uses, in order.
        forest: The trees.
    """

    columns: tuple[str, ...]
    forest: Forest


class TrainedForests(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The three forests that were trained on the same features."""

    off_topic: TrainedForest
    furniture: TrainedForest
    article: TrainedForest


class Prior(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Priors of the calibration.

    Args:
        articles: Share of contaminated articles, as assumed.
        paragraphs: Share of off-topic paragraphs, as in the training data.
    """

    articles: float
    paragraphs: float


class ModelFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Content of a file that `python -m copydesk.coherence.train` writes.

    Args:
        name: Name of the model.
        version: Version of the model.
        table: SHA-256 of the table of vectors that it was trained with.
        coefficients: SHA-256 of the coefficients that it was trained with.
        prior: Priors of the calibration.
        forests: The three forests for each representation.
        short_forests: The same, trained on short articles. The sentence model has none: it judges longer ones only.
    """

    name: str
    version: str
    table: str
    coefficients: str
    prior: Prior
    forests: dict[Representation, TrainedForests] = msgspec.field(name="heads")
    short_forests: dict[Representation, TrainedForests] = msgspec.field(name="short_heads", default_factory=dict)


class Classifier:
    """A forest that computes log odds.

    Args:
        trained: The forest and the names of its columns.
        features: Names of all columns of the rows that it will be given.
    """

    def __init__(self, trained: TrainedForest, features: tuple[str, ...]) -> None:
        """Find the forest's columns among all columns."""
        self._columns = [features.index(column) for column in trained.columns]
        self._trees = Trees(trained.forest)

    def predict_log_odds(self, rows: Floats) -> Floats:
        """Log odds of each row, shape (rows,).

        Args:
            rows: Features, shape (rows, len(features)).
        """
        return self._trees.sum(rows[:, self._columns])


class Classifiers:
    """The three classifiers that were trained together: two judge units, one judges articles."""

    def __init__(self, trained: TrainedForests) -> None:
        """Make the classifiers."""
        self.off_topic = Classifier(trained.off_topic, UNIT_FEATURES)
        self.furniture = Classifier(trained.furniture, UNIT_FEATURES)
        self.article = Classifier(trained.article, ARTICLE_FEATURES)


class Judges:
    """The classifiers for one representation: those of short articles and those of others.

    Args:
        short: Classifiers that were trained on short articles.
        others: Classifiers that were trained on articles as they are.
    """

    def __init__(self, short: Classifiers, others: Classifiers) -> None:
        """Keep the classifiers."""
        self.short = short
        self.others = others

    def predict_units(self, rows: Floats, judged: int) -> Floats:
        """Log odds of each unit to be off topic, shape (units,).

        Args:
            rows: Features, shape (units, len(UNIT_FEATURES)).
            judged: Number of units that have words enough to be judged by themselves.
        """
        return self._mix(judged, lambda classifiers: classifiers.off_topic.predict_log_odds(rows))

    def predict_article(self, row: Floats, judged: int) -> float:
        """Log odds of an article to be one story.

        Args:
            row: Features of the article, shape (1, len(ARTICLE_FEATURES)).
            judged: Number of its units that have words enough.
        """
        return float(self._mix(judged, lambda classifiers: classifiers.article.predict_log_odds(row))[0])

    def _mix(self, judged: int, predict: Callable[[Classifiers], Floats]) -> Floats:
        share = (judged - SHORT_UNITS) / (LONG_UNITS - SHORT_UNITS)
        if share <= 0:
            return predict(self.short)
        if share >= 1:
            return predict(self.others)
        return share * predict(self.others) + (1 - share) * predict(self.short)


class Model(msgspec.Struct, frozen=True):
    """The trained part of the stage.

    Args:
        file: Content of the first file.
        sha256: SHA-256 of all files.
        classifiers: The classifiers for each representation.
    """

    file: ModelFile
    sha256: str
    classifiers: dict[Representation, Judges]


def read_model(*, minilm: bool = False) -> Model:
    """The model that is shipped with the package.

    Args:
        minilm: True: with the classifiers for vectors of the sentence model.

    >>> sorted(read_model().classifiers)
    ['vectors', 'words']
    """
    folder = files("copydesk.coherence")
    return parse_model([(folder / name).read_bytes() for name in ((FILE, MINILM_FILE) if minilm else (FILE,))])


def parse_model(data: Sequence[bytes]) -> Model:
    """The model in the bytes of one or more files. Name and version are those of the first.

    Raises:
        msgspec.ValidationError: A file holds no model.
    """
    model_files = [msgspec.json.decode(content, type=ModelFile) for content in data]
    return Model(
        file=model_files[0],
        sha256=hashlib.sha256(b"".join(data)).hexdigest(),
        classifiers={
            representation: Judges(Classifiers(file.short_forests.get(representation, forests)), Classifiers(forests))
            for file in model_files
            for representation, forests in file.forests.items()
        },
    )


def sigmoid(log_odds: Floats) -> Floats:
    """Probabilities of log odds.

    >>> sigmoid(np.array([0.0])).tolist()
    [0.5]
    """
    probabilities: Floats = 1 / (1 + np.exp(-np.clip(log_odds, -30, 30)))
    return probabilities
