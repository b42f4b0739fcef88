"""Fitting of the two regressions whose scores the trees see: over a block's first and last words, over its vector."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # it ships no types

from copydesk.cleaner.model.columns import Table
from copydesk.cleaner.model.features import DECIMALS, FIRST_PASS
from copydesk.cleaner.model.training_data import TrainingData
from copydesk.cleaner.model.vocabulary import BUCKETS, PAIR_BUCKETS

Doubles = NDArray[np.float64]

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


class Regressions(NamedTuple):
    """Coefficients of both regressions, in log odds.

    Attributes:
        edges: For each hash bucket, as the sparse table has them.
        vector: For each dimension of a vector, then the constant.
    """

    edges: Doubles
    vector: Doubles


def fit_regressions(data: TrainingData, weights: Doubles) -> Regressions:
    """Both regressions.

    Args:
        data: The articles.
        weights: Weight of each block; blocks of weight 0 are left out.
    """
    used = weights > 0
    edges = fit_logistic(data.edges[used], data.labels[used], weights[used], EDGE_RIDGE)[:-1]
    used &= Table(FIRST_PASS, data.values)["size"] >= np.log1p(MIN_VECTOR_WORDS)
    # vectors have the length 1: sums of their numbers need no more than a float64
    vectors = data.vectors[used].astype(np.float64)
    return Regressions(edges, fit_logistic(vectors, data.labels[used], weights[used], VECTOR_RIDGE))


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
