"""Columns of the two passes of the page model: the facts of a block and its neighbours, then verdicts on them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.columns import Columns, Floats, Numbers, Table
from copydesk.cleaner.page.block_facts import OWN, Facts

GROUP = ("members", "mean size", "mean fast", "mean link share", "mean ends mark", "characters")
GROUPS = Columns(*(f"{kind}: {name}" for kind in ("alike", "siblings") for name in GROUP))
"""Facts of the blocks with the same element names, and of those below the same element."""

NEAR = ("size", "link share", "ends mark", "fast", "tag", "is heading", "first phrase", "article body")
REACH = (-3, -2, -1, 1, 2, 3)
NEIGHBOURS = Columns(*(f"{name} at {place:+d}" for place in REACH for name in NEAR))
"""Facts of the neighbours."""

FIRST_PASS = Columns(*OWN, *GROUPS, *NEIGHBOURS)

SECOND = Columns(
    "noise", *(f"noise at {place:+d}" for place in REACH), "alike: noise by characters", "alike: noise",
    "siblings: noise by characters", "siblings: noise", "kept above", "kept characters", "kept share", "doubt",
    "median kept size", "share of short ones kept",
)  # fmt: skip
"""Verdicts of the first pass on the block, its neighbours, its groups and the page."""


def score_names(pairs: tuple[Numbers, Numbers], weights: Floats, rows: int) -> NDArray[np.float64]:
    """Sum of the weights of each block's buckets.

    Args:
        pairs: Buckets, and the block of each.
        weights: Weight of each bucket; then the constant.
        rows: Number of blocks.
    """
    buckets, owners = pairs
    scores: NDArray[np.float64] = np.bincount(owners, weights[buckets], minlength=rows) + weights[-1]
    return np.round(scores, 2)


def compute_first_pass(facts: Facts) -> Floats:
    """Values of `FIRST_PASS`, shape (blocks, columns)."""
    own = facts.own
    groups = [_summarise(own, group, facts.sizes) for group in (facts.alike, facts.siblings)]
    near = own.values[:, own.columns.indices(NEAR)]
    return np.concatenate([own.values, *groups, *_shift(near)], axis=1, dtype=np.float32)


def _shift(values: Any) -> list[Any]:
    """The values of the neighbours; 0 beyond the ends."""
    reach = max(REACH)
    padded = np.pad(values, ((reach, reach), *((0, 0),) * (values.ndim - 1)))
    return [padded[reach + place : reach + place + len(values)] for place in REACH]


def _summarise(own: Table, group: Numbers, sizes: NDArray[np.float64]) -> Any:
    members = np.bincount(group)

    def mean(name: str) -> Any:
        return (np.bincount(group, own[name]) / members)[group]

    columns = [np.log1p(members)[group], *map(mean, ("size", "fast", "link share", "ends mark"))]
    return np.stack([*columns, np.log1p(np.bincount(group, sizes))[group]], axis=1)


def compute_second_pass(first: Floats, facts: Facts, noise: NDArray[np.float64]) -> Floats:
    """Values of `FIRST_PASS` and `SECOND`.

    Args:
        first: Values of the first pass.
        facts: The facts.
        noise: Verdict of the first pass on each block.
    """
    sizes = facts.sizes
    reach = max(REACH)
    padded = np.pad(noise, reach, constant_values=1)
    columns = [noise, *(padded[reach + place : reach + place + len(noise)] for place in REACH)]
    for group in (facts.alike, facts.siblings):
        members = np.bincount(group)[group]
        weight = np.bincount(group, sizes)[group] - sizes
        others = np.bincount(group, noise * sizes)[group] - noise * sizes
        columns.append(np.where(weight > 0, others / np.maximum(1, weight), -1))
        alone = np.bincount(group, noise)[group] - noise
        columns.append(np.where(members > 1, alone / np.maximum(1, members - 1), -1))
    kept = noise < 0.5
    above = np.cumsum(sizes * kept)
    total = max(1.0, above[-1])
    page = (
        np.log1p(total),
        kept.mean(),
        (noise * (1 - noise)).mean(),
        np.median(sizes[kept]) if kept.any() else 0,
        (sizes[kept] < 60).mean() if kept.any() else 1,
    )
    columns += [above / total, *(np.full(len(noise), value) for value in page)]
    return np.concatenate([first, np.stack(columns, axis=1)], axis=1, dtype=np.float32)
