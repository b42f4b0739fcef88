"""Fitting of the block model's parts: the regressions, the two passes of trees, and the topic head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # ditto

from copydesk.cleaner.model.columns import Floats, Mask, Table
from copydesk.cleaner.model.edge_regression import find_edge_pairs, find_edge_words
from copydesk.cleaner.model.features import (
    DECIMALS,
    FIRST_PASS,
    TOPIC,
    compute_first_pass,
    compute_verdicts,
    spread_edge_scores,
)
from copydesk.cleaner.model.labels import FOLDS, LabelledArticle, fold_of
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.model.vocabulary import BUCKETS, PAIR_BUCKETS, Vocabulary, hash_letters

Arrays = dict[str, NDArray[Any]]
Doubles = NDArray[np.float64]

DEPTH = 6
PARAMETERS: dict[str, Any] = {
    "objective": "binary",
    "num_leaves": 31,
    "max_depth": DEPTH,
    "learning_rate": 0.06,
    "feature_fraction": 0.3,
    "extra_trees": True,
    "min_data_in_leaf": 20,
    "max_bin": 63,
    "lambda_l2": 1.0,
    "use_missing": False,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 7,
    "verbosity": -1,
}
"""LightGBM's parameters for the two passes."""
ROUNDS = 260
"""Trees of each pass."""
HEAD_ROUNDS = 200
"""Trees of the topic head."""
HEAD_PARAMETERS = {"max_depth": 5, "num_leaves": 20, "feature_fraction": 0.6}
"""Parameters of the topic head that differ from `PARAMETERS`."""

CONTRADICTED = 0.03
"""Probability of a block's label, by the first pass out of fold, below which the block is dropped from the second pass:
such labels are annotators' habits, not facts."""

EDGE_RIDGE = 2.0
"""L2 penalty of the edge regression."""
VECTOR_RIDGE = 0.2
"""L2 penalty of the regression over vectors."""
STEPS = 25
"""Iterations of L-BFGS for a regression."""
MIN_VECTOR_WORDS = 4
"""Words of a block that the regression over vectors learns from: shorter blocks are about nothing."""

OWN_SCORES = ("first words score", "last words score", "vector score")
"""Features that the regressions give."""


class TrainingData(NamedTuple):
    """Articles to learn from: the rows of all their blocks one below the other.

    Attributes:
        articles: The articles.
        values: Values of `FIRST_PASS`, the scores of the regressions 0.
        labels: Label of each block: 1 noise, 0 body.
        weights: Weight of each block.
        owner: Number of the article of each block.
        edges: Sparse table that the edge regression sees.
        vectors: Vector of each block.
    """

    articles: list[LabelledArticle]
    values: Floats
    labels: Doubles
    weights: Doubles
    owner: NDArray[np.int64]
    edges: Any
    vectors: Floats

    def folds(self, salt: str) -> NDArray[np.int64]:
        """Fold of each block."""
        return np.array([fold_of(article.domain, salt) for article in self.articles])[self.owner]


def gather(articles: Sequence[LabelledArticle], idf: Floats, vocabulary: Vocabulary) -> TrainingData:
    """The training data of these articles."""
    return TrainingData(
        articles=list(articles),
        values=np.concatenate([compute_first_pass(article.features, idf)[0].values for article in articles]),
        labels=np.concatenate([article.labels for article in articles]),
        weights=np.concatenate([article.weights for article in articles]),
        owner=np.repeat(np.arange(len(articles)), [len(article.labels) for article in articles]),
        edges=_tabulate_edges(articles, vocabulary),
        vectors=np.concatenate([article.features.vectors for article in articles]),
    )


def _tabulate_edges(articles: Sequence[LabelledArticle], vocabulary: Vocabulary) -> Any:
    """Sparse table of hash buckets, one row per block: first words, last words, first pairs, last pairs."""
    letters: dict[int, list[int]] = {}
    rows, columns, base = [], [], 0
    for article in articles:
        word_counts, keys = article.features.word_counts, article.features.keys
        blocks, first, last = find_edge_words(word_counts)
        for shift, places in ((0, first), (BUCKETS, last)):
            for block, word in zip(blocks.tolist(), article.rows[places].tolist(), strict=True):
                if word not in letters:
                    letters[word] = hash_letters(vocabulary.texts[word])
                rows += [base + block] * len(letters[word])
                columns += [shift + bucket for bucket in letters[word]]
        for shift, pairs in zip((0, PAIR_BUCKETS), find_edge_pairs(word_counts, keys), strict=True):
            for owners, buckets in pairs:
                rows += (base + owners).tolist()
                columns += (2 * BUCKETS + shift + buckets).tolist()
        base += len(word_counts)
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(base, 2 * (BUCKETS + PAIR_BUCKETS)))


# --------------------------------------------------------------------------------------------- regressions


class Regressions(NamedTuple):
    """Coefficients of both regressions, in log odds.

    Attributes:
        edges: For each hash bucket, as the sparse table has them.
        vector: For each dimension of a vector, then the constant.
    """

    edges: Doubles
    vector: Doubles


def fit_regressions(data: TrainingData, chosen: Mask) -> Regressions:
    """Both regressions, fitted on the chosen blocks."""
    used = chosen & (data.weights > 0)
    edges = fit_logistic(data.edges[used], data.labels[used], data.weights[used], EDGE_RIDGE)[:-1]
    used &= Table(FIRST_PASS, data.values)["size"] >= np.log1p(MIN_VECTOR_WORDS)
    # vectors have the length 1: sums of their numbers need no more than a float64
    vectors = data.vectors[used].astype(np.float64)
    return Regressions(edges, fit_logistic(vectors, data.labels[used], data.weights[used], VECTOR_RIDGE))


def fit_logistic(table: Any, labels: Doubles, weights: Doubles, ridge: float) -> Doubles:
    """Coefficients and the constant, rounded to two places, which hides the last digits of the arithmetic."""
    transposed = table.T if isinstance(table, np.ndarray) else table.T.tocsr()
    weights = weights / weights.mean()

    def compute_loss(coefficients: Doubles) -> tuple[float, Doubles]:
        z = table @ coefficients[:-1] + coefficients[-1]
        p = 1 / (1 + np.exp(-z))
        penalty = ridge / 2 * float(coefficients[:-1] @ coefficients[:-1])
        value = float(weights @ (np.logaddexp(0, z) - labels * z)) + penalty
        error = weights * (p - labels)
        return value, np.append(transposed @ error + ridge * coefficients[:-1], error.sum())

    start = np.zeros(table.shape[1] + 1)
    result = minimize(compute_loss, start, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    coefficients: Doubles = np.asarray(result.x, np.float64).round(2)
    return coefficients


def score_with(data: TrainingData, regressions: Regressions) -> tuple[Doubles, Doubles, Doubles]:
    """Log odds of every block in the order of `OWN_SCORES`."""
    first_columns = [*range(BUCKETS), *range(2 * BUCKETS, 2 * BUCKETS + PAIR_BUCKETS)]
    last_columns = [*range(BUCKETS, 2 * BUCKETS), *range(2 * BUCKETS + PAIR_BUCKETS, 2 * (BUCKETS + PAIR_BUCKETS))]
    first, last = (data.edges[:, half] @ regressions.edges[half] for half in (first_columns, last_columns))
    vector = data.vectors @ regressions.vector[:-1] + regressions.vector[-1]
    return np.round(first, DECIMALS), np.round(last, DECIMALS), np.round(vector, DECIMALS)


# --------------------------------------------------------------------------------------------------- trees


def fit_trees(values: Floats, labels: Doubles, weights: Doubles, rounds: int = ROUNDS, **other: Any) -> Arrays:
    """Trees as the arrays that `Trees` takes.

    Args:
        values: Features, shape (blocks, columns).
        labels: Label of each block.
        weights: Weight of each block; blocks of weight 0 are left out.
        rounds: Number of trees.
        other: Parameters of LightGBM that replace those of `PARAMETERS`.
    """
    used = weights > 0
    booster = lightgbm.train(
        PARAMETERS | other, lightgbm.Dataset(values[used], labels[used], weight=weights[used]), num_boost_round=rounds
    )
    return lay_out(booster.dump_model()["tree_info"], int((PARAMETERS | other)["max_depth"]))


def lay_out(trees: Sequence[dict[str, Any]], depth: int) -> Arrays:
    """LightGBM's trees as full binary trees; a leaf above the last level is repeated below."""
    features = np.zeros((len(trees), 2**depth - 1), np.int16)
    thresholds = np.full((len(trees), 2**depth - 1), np.inf, np.float32)
    leaves = np.zeros((len(trees), 2**depth), np.float32)

    def put(tree: int, node: int, level: int, source: dict[str, Any]) -> None:
        if level == depth:
            leaves[tree, node - (2**depth - 1)] = source["leaf_value"]
            return
        if "leaf_value" in source:
            put(tree, 2 * node + 1, level + 1, source)  # with an infinite threshold all rows go left
            return
        features[tree, node] = source["split_feature"]
        thresholds[tree, node] = _round_down(source["threshold"])
        put(tree, 2 * node + 1, level + 1, source["left_child"])
        put(tree, 2 * node + 2, level + 1, source["right_child"])

    for number, tree in enumerate(trees):
        put(number, 0, 0, tree["tree_structure"])
    return {"features": features, "thresholds": thresholds, "leaves": leaves}


def _round_down(value: float) -> np.float32:
    """The largest float32 that is not larger; otherwise rows that lie on a threshold would go the wrong way."""
    near = np.float32(value)
    return near if float(near) <= value else np.float32(np.nextafter(near, np.float32(-np.inf)))


def _evaluate(arrays: Arrays, values: Floats) -> Doubles:
    """Probability of each row by these trees."""
    return Trees(arrays["features"], arrays["thresholds"], arrays["leaves"]).predict(values)


# --------------------------------------------------------------------------------------------------- chain


class Chain(NamedTuple):
    """The parts of a model that judge noise.

    Attributes:
        regressions: The regressions.
        first: Trees of the first pass.
        second: Trees of the second pass.
    """

    regressions: Regressions
    first: Arrays
    second: Arrays


def fit_chain(data: TrainingData, chosen: Mask, salt: str) -> Chain:
    """The regressions and the two passes, fitted on the chosen blocks.

    Each part learns from what fold models of the part before say of blocks that they never saw.

    Args:
        data: The articles.
        chosen: True for blocks to learn from.
        salt: Makes the folds within the chosen blocks.
    """
    inner = data.folds(salt)
    values = data.values.copy()
    labels, weights = data.labels, data.weights * chosen
    for fold in range(FOLDS):
        regressions = fit_regressions(data, chosen & (inner != fold))
        part = chosen & (inner == fold)
        for name, scores in zip(OWN_SCORES, score_with(data, regressions), strict=True):
            values[part, FIRST_PASS.index(name)] = scores[part]
    _spread_edge_scores(data, values)
    noise = np.zeros(len(labels))
    for fold in range(FOLDS):
        trees = fit_trees(values, labels, weights * (inner != fold))
        part = chosen & (inner == fold)
        noise[part] = _evaluate(trees, values[part])
    second_values = np.concatenate([values, _compute_verdicts(data, noise)], axis=1)
    contradicted = np.where(labels > 0, noise < CONTRADICTED, noise > 1 - CONTRADICTED)
    return Chain(
        fit_regressions(data, chosen),
        fit_trees(values, labels, weights),
        fit_trees(second_values, labels, weights * ~contradicted),
    )


def _spread_edge_scores(data: TrainingData, values: Floats) -> None:
    """Copy the edge scores into the columns of the neighbours, article by article, in place."""
    at = 0
    for article in data.articles:
        size = len(article.labels)
        spread_edge_scores(values[at : at + size])
        at += size


def _compute_verdicts(data: TrainingData, noise: Doubles) -> Floats:
    """Values of `VERDICTS` for these probabilities of the first pass."""
    values, at = [], 0
    for article in data.articles:
        size = len(article.labels)
        values.append(compute_verdicts(article.features, noise[at : at + size]))
        at += size
    return np.concatenate(values)


def fit_topic_head(data: TrainingData, chosen: Mask) -> Arrays:
    """The topic head: foreign paragraphs against the article's own."""
    return fit_trees(data.values[:, TOPIC], data.labels, data.weights * chosen, HEAD_ROUNDS, **HEAD_PARAMETERS)
