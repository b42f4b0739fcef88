"""Fitting of the block model's trees: the two passes of a chain, and the topic head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import lightgbm
import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.columns import Floats, Mask
from copydesk.cleaner.model.features import FIRST_PASS, TOPIC, compute_verdicts, spread_edge_scores
from copydesk.cleaner.model.labels import FOLDS
from copydesk.cleaner.model.regressions import OWN_SCORES, Regressions, fit_regressions, score_with
from copydesk.cleaner.model.training_data import TrainingData
from copydesk.cleaner.model.trees import Trees

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
    "verbosity": -1,
}
"""LightGBM's parameters for the two passes."""
SEED = 7
"""Seed of the trees of the shipped model. Another seed moves the noise left by .005 to .02."""
ROUNDS = 260
"""Trees of each pass."""
HEAD_ROUNDS = 200
"""Trees of the topic head."""
HEAD_PARAMETERS = {"max_depth": 5, "num_leaves": 20, "feature_fraction": 0.6}
"""Parameters of the topic head that differ from `PARAMETERS`."""

CONTRADICTED = 0.03
"""Probability of a block's label, by the first pass out of fold, below which the block is dropped from the second pass:
such labels are annotators' habits, not facts."""


def fit_trees(
    values: Floats, labels: Doubles, weights: Doubles, rounds: int = ROUNDS, *, seed: int = SEED, **other: Any
) -> Arrays:
    """Trees as the arrays that `Trees` takes.

    Args:
        values: Features, shape (blocks, columns).
        labels: Label of each block.
        weights: Weight of each block; blocks of weight 0 are left out.
        rounds: Number of trees.
        seed: Seed of the trees.
        other: Parameters of LightGBM that replace those of `PARAMETERS`.
    """
    used = weights > 0
    booster = lightgbm.train(
        PARAMETERS | {"seed": seed} | other,
        lightgbm.Dataset(values[used], labels[used], weight=weights[used]),
        num_boost_round=rounds,
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


def fit_chain(data: TrainingData, chosen: Mask, salt: str, seed: int) -> Chain:
    """The regressions and the two passes, fitted on the chosen blocks.

    Each part learns from what fold models of the part before say of blocks that they never saw.

    Args:
        data: The articles.
        chosen: True for blocks to learn from.
        salt: Makes the folds within the chosen blocks.
        seed: Seed of the trees.
    """
    inner = data.folds(salt)
    values = data.values.copy()
    labels, weights = data.labels, data.weights * chosen
    early = weights * ~data.late
    for fold in range(FOLDS):
        regressions = fit_regressions(data, early * (inner != fold))
        part = chosen & (inner == fold)
        for name, scores in zip(OWN_SCORES, score_with(data, regressions), strict=True):
            values[part, FIRST_PASS.index(name)] = scores[part]
    _spread_edge_scores(data, values)
    noise = np.zeros(len(labels))
    for fold in range(FOLDS):
        trees = fit_trees(values, labels, early * (inner != fold), seed=seed)
        part = chosen & (inner == fold)
        noise[part] = _evaluate(trees, values[part])
    second_values = np.concatenate([values, _compute_verdicts(data, noise)], axis=1)
    contradicted = np.where(labels > 0, noise < CONTRADICTED, noise > 1 - CONTRADICTED)
    return Chain(
        fit_regressions(data, early),
        fit_trees(values, labels, early, seed=seed),
        fit_trees(second_values, labels, weights * ~contradicted, seed=seed),
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


def fit_topic_head(data: TrainingData, chosen: Mask, seed: int) -> Arrays:
    """The topic head: foreign paragraphs against the article's own."""
    values, weights = data.values[:, TOPIC], data.weights * chosen
    return fit_trees(values, data.labels, weights, HEAD_ROUNDS, seed=seed, **HEAD_PARAMETERS)
