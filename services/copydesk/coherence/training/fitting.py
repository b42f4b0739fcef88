"""Fits the classifiers to measured documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import lightgbm
import msgspec
import numpy as np
from numpy.typing import NDArray

from copydesk.coherence.arrays import Floats, Integers
from copydesk.coherence.article_features import ARTICLE_FEATURES, UNIT_AGGREGATES, WORD_AGGREGATES, measure_article
from copydesk.coherence.classifiers import (
    Classifier,
    ModelFile,
    Prior,
    Representation,
    TrainedForest,
    TrainedForests,
)
from copydesk.coherence.coefficients import Coefficients
from copydesk.coherence.features import UNIT_FEATURES, Encoder, UnitFeatures, measure_units
from copydesk.coherence.line_features import LINE_FEATURES
from copydesk.coherence.predictions import replace_short_units
from copydesk.coherence.training.articles import find_fold
from copydesk.coherence.training.documents import UNKNOWN, Document, build_article
from copydesk.coherence.trees import Forest
from copydesk.coherence.units import ArticleUnits, read_units
from copydesk.coherence.version import MODEL_VERSION
from copydesk.coherence.word_features import WORD_FEATURES
from copydesk.coherence.words import Vocabulary
from copydesk.vectors.table import SHA256

MODEL_NAME = "minilm-static-trees"

UNIT_PARAMETERS = {"num_leaves": 15, "max_depth": 6, "min_data_in_leaf": 40, "learning_rate": 0.06}
UNIT_ROUNDS = 150
ARTICLE_PARAMETERS = {"num_leaves": 6, "max_depth": 4, "min_data_in_leaf": 30, "learning_rate": 0.06}
ARTICLE_ROUNDS = 60
SHORT_ARTICLE_ROUNDS = 100
LIGHTGBM_PARAMETERS = {
    "objective": "binary", "feature_fraction": 0.6, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 5.0,
    "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True, "verbose": -1,
}  # fmt: skip

MAX_SHORT_UNITS = 13
"""Units of the longest article that the classifier of short articles learns from."""

SIGNS = {
    "worst": -1, "second": -1, "third": -1, "foreign_share": -1, "flagged_share": -1, "furniture": -1,
    "two_topics": -1, "halves": 1, "local": 1, "overall": 1, "least_relevance": 1, "median_relevance": 1, "spread": -1,
    "least_run": 1, "two_topics_words": -1, "halves_words": 1, "local_words": 1, "overall_words": 1,
    "least_covered": 1, "usual": 1, "unstopped": -1,
}  # fmt: skip
"""Features of a short article that can only raise (1) or lower (-1) its log odds to be one story."""

INNER_FOLDS = 3
"""Folds of the unit classifiers' out-of-fold predictions, from which the article classifier learns."""

CONTAMINATED_PRIOR = 0.5
"""Assumed share of contaminated articles."""

UnitTarget = Literal["off_topic", "furniture"]


class Example(NamedTuple):
    """A document with the features of its units."""

    document: Document
    units: ArticleUnits
    features: UnitFeatures

    def labels(self, target: UnitTarget) -> Integers:
        """Labels of the paragraphs. Short ones have no label `off_topic`: they get the predictions of neighbours."""
        if target == "furniture":
            return np.array(self.document.furniture)
        return np.where(self.features.substantial, self.document.off_topic, UNKNOWN)


class CachingEncoder:
    """Encodes each text once. Versions of an article share most paragraphs."""

    def __init__(self, encoder: Encoder) -> None:
        """Start with an empty cache."""
        self.encoder = encoder
        self.vectors: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts, shape (texts, dimensions)."""
        for text in texts:
            if text not in self.vectors:
                self.vectors[text] = self.encoder.encode([text])[0]
        return np.stack([self.vectors[text] for text in texts])


def measure_documents(
    documents: Iterable[Document], coefficients: Coefficients, encoder: Encoder | None
) -> list[Example]:
    """The documents with the features that the stage computes."""
    vocabulary = Vocabulary(coefficients)
    examples = []
    for document in documents:
        article = build_article(document.key, document.title, document.paragraphs)
        units = read_units(article, vocabulary)
        examples.append(Example(document, units, measure_units(units, encoder, coefficients)))
    return examples


class TrainingSet(NamedTuple):
    """Rows of features, shape (rows, columns), with a label and a weight each."""

    rows: Floats
    labels: Integers
    weights: Floats

    def fit(self, columns: tuple[str, ...], parameters: dict[str, Any], rounds: int) -> TrainedForest:
        """Boosted trees that minimise log loss."""
        data = lightgbm.Dataset(self.rows, self.labels, weight=self.weights)
        booster = lightgbm.train({**LIGHTGBM_PARAMETERS, **parameters}, data, rounds)
        return TrainedForest(columns, flatten_trees(booster.dump_model()["tree_info"]))


class _UnitForest(NamedTuple):
    """A forest for units, and the log odds of each example by models that did not see it."""

    trained: TrainedForest
    out_of_fold: list[Floats]


class Trainer:
    """Fits the three classifiers for one representation.

    Trees that minimise log loss are calibrated at the share of positive labels in their data.

    Args:
        examples: Measured documents.
        representation: Representation that their units were compared by.
        is_short: True: for short articles, of those made to be short and of all others that are.
    """

    def __init__(self, examples: Sequence[Example], representation: Representation, *, is_short: bool) -> None:
        """Choose the examples, the columns and the folds."""
        self.is_short = is_short
        self.examples = examples = [example for example in examples if is_short or not example.document.is_short]
        by_words = representation == "words"
        self.unit_columns = (*WORD_FEATURES, *LINE_FEATURES) if by_words else UNIT_FEATURES
        self.article_columns = (*UNIT_AGGREGATES, *WORD_AGGREGATES) if by_words else ARTICLE_FEATURES
        self.folds = np.array([find_fold(example.document.group, INNER_FOLDS) for example in examples])

    def fit(self) -> TrainedForests:
        """The three forests. The article forest learns from out-of-fold predictions of the unit forests."""
        furniture = self._fit_units("furniture")
        off_topic = self._fit_units("off_topic")
        article = self._fit_articles(off_topic.out_of_fold, furniture.out_of_fold)
        return TrainedForests(off_topic.trained, furniture.trained, article)

    def _fit_units(self, target: UnitTarget) -> _UnitForest:
        out_of_fold: list[Floats] = [np.zeros(0)] * len(self.examples)
        for fold in range(INNER_FOLDS):
            seen = [example for example, number in zip(self.examples, self.folds, strict=True) if number != fold]
            classifier = Classifier(self._fit_unit_forest(target, seen), UNIT_FEATURES)
            for place in np.flatnonzero(self.folds == fold).tolist():
                out_of_fold[place] = self._predict(target, classifier, self.examples[place])
        return _UnitForest(self._fit_unit_forest(target, self.examples), out_of_fold)

    def _fit_unit_forest(self, target: UnitTarget, examples: Iterable[Example]) -> TrainedForest:
        rows, labels, weights = [], [], []
        columns = [UNIT_FEATURES.index(column) for column in self.unit_columns]
        for example in examples:
            label = example.labels(target)
            is_known = label != UNKNOWN
            rows.append(example.features.matrix[is_known][:, columns])
            labels.append(label[is_known])
            weights.append(np.full(int(is_known.sum()), example.document.weight))
        training_set = TrainingSet(np.concatenate(rows), np.concatenate(labels), np.concatenate(weights))
        return training_set.fit(self.unit_columns, UNIT_PARAMETERS, UNIT_ROUNDS)

    @staticmethod
    def _predict(target: UnitTarget, classifier: Classifier, example: Example) -> Floats:
        log_odds = classifier.predict_log_odds(example.features.matrix)
        return log_odds if target == "furniture" else replace_short_units(log_odds, example.features.substantial)

    def _fit_articles(self, off_topic: list[Floats], furniture: list[Floats]) -> TrainedForest:
        rows, labels, weights, counts = [], [], [], []
        for place, (document, article, features) in enumerate(self.examples):
            if document.is_one_story == UNKNOWN or (self.is_short and len(article.units) > MAX_SHORT_UNITS):
                continue
            chosen = np.arange(len(article.units))
            row, _ = measure_article(features, article.units, chosen, off_topic[place], furniture[place])
            rows.append(row[0])
            labels.append(document.is_one_story)
            weights.append(document.weight)
            counts.append(int(features.substantial.sum()))
        columns = [ARTICLE_FEATURES.index(column) for column in self.article_columns]
        label, weight = np.array(labels), np.array(weights)
        weight = _balance_by_length(label, weight, np.array(counts)) if self.is_short else _balance(label, weight)
        parameters: dict[str, Any] = dict(ARTICLE_PARAMETERS)
        rounds = ARTICLE_ROUNDS
        if self.is_short:
            signs = [SIGNS.get(column, 0) for column in self.article_columns]
            parameters["monotone_constraints"] = signs
            rounds = SHORT_ARTICLE_ROUNDS
        return TrainingSet(np.array(rows)[:, columns], label, weight).fit(self.article_columns, parameters, rounds)


def _balance_by_length(labels: Integers, weights: Floats, counts: Integers) -> Floats:
    """Weights with which both labels count the same at every number of units."""
    balanced = weights.copy()
    for count in np.unique(counts):
        chosen = counts == count
        if len(np.unique(labels[chosen])) > 1:
            balanced[chosen] = _balance(labels[chosen], weights[chosen])
    return balanced


def _balance(labels: Integers, weights: Floats) -> Floats:
    """Weights with which both labels count the same: the prior of the articles."""
    balanced = weights.copy()
    for label in (0, 1):
        chosen = labels == label
        balanced[chosen] /= balanced[chosen].mean() * np.mean(chosen) * 2
    return balanced


def flatten_trees(trees: Iterable[dict[str, Any]]) -> Forest:
    """LightGBM's trees as flat lists.

    Five decimals suffice for a threshold: it lies between two features of four decimals.
    """
    forest = Forest([], 0, [], [], [], [], [])
    deepest = 0

    def add(node: dict[str, Any], depth: int) -> int:
        nonlocal deepest
        number = len(forest.value)
        is_leaf = "leaf_value" in node
        forest.feature.append(0 if is_leaf else node["split_feature"])
        forest.threshold.append(0.0 if is_leaf else round(node["threshold"], 5))
        forest.value.append(round(node["leaf_value"], 5) if is_leaf else 0.0)
        forest.left.append(number)
        forest.right.append(number)
        deepest = max(deepest, depth)
        if not is_leaf:
            forest.left[number] = add(node["left_child"], depth + 1)
            forest.right[number] = add(node["right_child"], depth + 1)
        return number

    for tree in trees:
        forest.roots.append(add(tree["tree_structure"], 0))
    return msgspec.structs.replace(forest, depth=deepest)


def fit_model(
    examples: dict[Representation, list[Example]], coefficients: Coefficients, held_out: str | None
) -> ModelFile:
    """The classifiers for every representation.

    Args:
        examples: Measured documents, by representation.
        coefficients: Coefficients of the stage.
        held_out: Source whose documents are left out, or None.
    """
    forests: dict[Representation, TrainedForests] = {}
    short_forests: dict[Representation, TrainedForests] = {}
    off_topic_share = 0.0
    for representation, measured in examples.items():
        seen = [example for example in measured if example.document.source != held_out]
        forests[representation] = Trainer(seen, representation, is_short=False).fit()
        if representation != "minilm":
            short_forests[representation] = Trainer(seen, representation, is_short=True).fit()
        labels = np.concatenate(
            [
                example.document.off_topic
                for example in seen
                if example.document.is_one_story != UNKNOWN and not example.document.is_short
            ]
        )
        off_topic_share = round(float(np.mean(labels[labels != UNKNOWN])), 4)
    return ModelFile(
        name=MODEL_NAME,
        version=MODEL_VERSION,
        table=SHA256,
        coefficients=coefficients.sha256,
        prior=Prior(articles=CONTAMINATED_PRIOR, paragraphs=off_topic_share),
        forests=forests,
        short_forests=short_forests,
    )
