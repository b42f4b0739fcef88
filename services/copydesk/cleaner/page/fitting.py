"""Fitting of the page model's parts: two regressions over hashed words, and two passes of trees."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # it ships no types

from copydesk.cleaner.model.columns import Floats, Mask, Numbers
from copydesk.cleaner.model.fitting import fit_trees
from copydesk.cleaner.model.regressions import fit_logistic
from copydesk.cleaner.model.trees import Trees
from copydesk.cleaner.page.block_facts import Facts
from copydesk.cleaner.page.page_model import CENTS, SCORE_PLACES
from copydesk.cleaner.page.passes import FIRST_PASS, SECOND, compute_first_pass, compute_second_pass
from copydesk.cleaner.page.places import BUCKETS

FOLDS = 5
"""Folds by publisher."""

INNER_FOLDS = 3
"""Folds within the learned pages, by which the scores and the first pass judge pages that they never saw."""

ROUNDS = 160
"""Trees of each pass."""

TREES: dict[str, Any] = {
    "max_depth": 7, "learning_rate": 0.08,
    "feature_fraction": 0.4,
}  # fmt: skip
"""LightGBM's parameters that differ from those of the text model."""

RIDGE = 3.0
"""L2 penalty of the regressions."""

NEAR_BODY = 25
"""Blocks before the first and behind the last paragraph that are all learned from."""

FAR_SHARE = 5
"""One of so many blocks further away is learned from, with so many times its weight."""

CONTRADICTED = 0.03
"""Probability of a block's label, by the first pass out of fold, below which the second pass does not learn from it."""

Arrays = dict[str, NDArray[Any]]
Doubles = NDArray[np.float64]


class LabelledPage(NamedTuple):
    """A page to learn from.

    Attributes:
        id: Id of the page.
        group: Publisher of the page: all of its pages are in one fold.
        facts: Facts about its blocks.
        labels: Label of each block: 1 noise, 0 body.
        weights: Weight of each block.
    """

    id: str
    group: str
    facts: Facts
    labels: Doubles
    weights: Doubles


class TrainingPages(NamedTuple):
    """Pages to learn from, the rows of all their blocks one below the other.

    Attributes:
        pages: The pages.
        values: Values of the first pass; the scores of the regressions are 0.
        names: Sparse table of the words in the names of elements.
        words: Sparse table of the blocks' words.
        labels: Label of each block.
        weights: Weight of each block.
        owner: Number of the page of each block.
    """

    pages: list[LabelledPage]
    values: Floats
    names: Any
    words: Any
    labels: Doubles
    weights: Doubles
    owner: Numbers

    def fold(self, salt: str, folds: int) -> Numbers:
        """Fold of each block."""
        return np.array([fold_of(page.group, salt, folds) for page in self.pages])[self.owner]


def fold_of(group: str, salt: str, folds: int = FOLDS) -> int:
    """Fold of a publisher."""
    return int(hashlib.md5(f"{salt}{group}".encode(), usedforsecurity=False).hexdigest(), 16) % folds


def gather(pages: Sequence[LabelledPage]) -> TrainingPages:
    """The training data of these pages."""
    counts = [len(page.labels) for page in pages]
    return TrainingPages(
        pages=list(pages),
        values=np.concatenate([compute_first_pass(page.facts) for page in pages]),
        names=_tabulate([page.facts.names for page in pages], counts),
        words=_tabulate([page.facts.words for page in pages], counts),
        labels=np.concatenate([page.labels for page in pages]),
        weights=np.concatenate([_thin_out(page) for page in pages]),
        owner=np.repeat(np.arange(len(pages)), counts),
    )


def _tabulate(pairs: Sequence[tuple[Numbers, Numbers]], counts: Sequence[int]) -> Any:
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    columns = np.concatenate([buckets for buckets, _ in pairs])
    rows = np.concatenate([owners + start for (_, owners), start in zip(pairs, starts, strict=True)])
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(sum(counts), BUCKETS))


def _thin_out(page: LabelledPage) -> Doubles:
    """Weights of the blocks: of the noise far from the article a part stands for all."""
    body = np.flatnonzero(page.labels == 0)
    places = np.arange(len(page.labels))
    low, high = (body[0], body[-1]) if len(body) else (0, -1)
    is_near = (places >= low - NEAR_BODY) & (places <= high + NEAR_BODY)
    shift = int(hashlib.md5(page.id.encode(), usedforsecurity=False).hexdigest(), 16) % FAR_SHARE
    is_chosen = (places + shift) % FAR_SHARE == 0
    return np.where(is_near, page.weights, page.weights * FAR_SHARE * is_chosen)


def _fit_scores(data: TrainingPages, chosen: Mask) -> tuple[Doubles, Doubles]:
    """Weights of both regressions, the constant last."""
    used = np.flatnonzero(chosen & (data.weights > 0))
    labels, weights = data.labels[used], data.weights[used]
    return fit_logistic(data.names[used], labels, weights, RIDGE), fit_logistic(
        data.words[used], labels, weights, RIDGE
    )


def _score(data: TrainingPages, weights: tuple[Doubles, Doubles]) -> list[Doubles]:
    return [
        np.round(table @ vector[:-1] + vector[-1], 2)
        for table, vector in zip((data.names, data.words), weights, strict=True)
    ]


def _evaluate(arrays: Arrays, values: Floats) -> Doubles:
    return Trees(arrays["features"], arrays["thresholds"], arrays["leaves"]).predict(values)


def fit_page_model(data: TrainingPages, chosen: Mask) -> Arrays:
    """Arrays of a model that learned from the chosen blocks.

    Args:
        data: The pages.
        chosen: True for blocks to learn from.
    """
    inner = data.fold("within", INNER_FOLDS)
    values = data.values.copy()
    weights = data.weights * chosen
    for fold in range(INNER_FOLDS):
        part = chosen & (inner == fold)
        for place, scores in zip(SCORE_PLACES, _score(data, _fit_scores(data, chosen & ~part)), strict=True):
            values[part, place] = scores[part]
    noise = np.zeros(len(data.labels))
    for fold in range(INNER_FOLDS):
        trees = fit_trees(values, data.labels, weights * (inner != fold), ROUNDS, **TREES)
        part = chosen & (inner == fold)
        noise[part] = _evaluate(trees, values[part])
    second = _add_verdicts(data, values, noise)
    contradicted = np.where(data.labels > 0, noise < CONTRADICTED, noise > 1 - CONTRADICTED)
    regressions = _fit_scores(data, chosen)
    passes = {
        "first": fit_trees(values, data.labels, weights, ROUNDS, **TREES),
        "second": fit_trees(second, data.labels, weights * ~contradicted, ROUNDS, **TREES),
    }
    cents: Arrays = {
        name: np.clip(np.rint(vector * CENTS), -32_000, 32_000).astype(np.int16)
        for name, vector in zip(("names", "words"), regressions, strict=True)
    }
    cents["columns"] = np.array([*FIRST_PASS, *SECOND])
    return cents | {f"{name}.{part}": array for name, parts in passes.items() for part, array in parts.items()}


def _add_verdicts(data: TrainingPages, values: Floats, noise: Doubles) -> Floats:
    """Values of the second pass."""
    rows = []
    at = 0
    for page in data.pages:
        part = slice(at, at + len(page.labels))
        rows.append(compute_second_pass(values[part], page.facts, noise[part]))
        at = part.stop
    return np.concatenate(rows)
