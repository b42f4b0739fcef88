"""All features of the block model: groups of named columns in the order in which the trees know them.

Each group is declared, one comment per feature, in the module that computes it. Everything is computed for all blocks
of an article at once: one row per block, one column per feature. Values are rounded to a ten-thousandth, so that a last
digit, which may differ between processors, does not decide at a threshold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures
from copydesk.cleaner.model.columns import Columns, Floats, Table
from copydesk.cleaner.model.meaning_features import MEANING, compute_meaning_features
from copydesk.cleaner.model.neighbour_features import NEIGHBOURS, WINDOWS, compute_neighbour_features, spread
from copydesk.cleaner.model.own_features import OWN
from copydesk.cleaner.model.place_features import PLACE, compute_place_features
from copydesk.cleaner.model.shared_features import SHARED, STEMS, Overlap, compute_shared_features
from copydesk.cleaner.model.verdict_features import VERDICTS, compute_verdict_features

DECIMALS = 4
"""Places that values are rounded to."""

FIRST_PASS = Columns(*OWN, *PLACE, *NEIGHBOURS, *SHARED, *MEANING)
"""Columns that the trees of the first pass see."""
SECOND_PASS = Columns(*FIRST_PASS, *VERDICTS)
"""Columns that the trees of the second pass see."""

TOPIC = FIRST_PASS.indices((
    "size", "characters", "ends sentence", "paragraph", "name share", "blocks", "mean size", "first opens",
    "opens share", "they share", "me share", "you share", "speech share", "function share", "digit share",
    *STEMS, *MEANING,
))  # fmt: skip
"""Columns that the topic head sees: what a block is about and who speaks in it (a quotation shares few words with the
rest), not where it stands."""


def compute_first_pass(features: BlockFeatures, idf: Floats) -> tuple[Table, Overlap]:
    """Table of `FIRST_PASS`, and the best match of each block.

    Args:
        features: The blocks.
        idf: Inverse document frequency of each hash bucket.
    """
    own = features.own
    core = own["paragraph"] > 0
    shared, overlap = compute_shared_features(features, core, idf)
    groups = (
        own,
        compute_place_features(features, core),
        compute_neighbour_features(own, shared),
        shared,
        compute_meaning_features(features, core),
    )
    values = np.concatenate([group.values for group in groups], axis=1)
    return Table(FIRST_PASS, np.round(values, DECIMALS).astype(np.float32)), overlap


def compute_second_pass(first_pass: Table, features: BlockFeatures, noise: NDArray[np.float64]) -> Table:
    """Table of `SECOND_PASS`.

    Args:
        first_pass: Features of the first pass.
        features: The blocks.
        noise: Probability of noise of each block by the first pass.
    """
    return Table(SECOND_PASS, np.concatenate([first_pass.values, compute_verdicts(features, noise)], axis=1))


def compute_verdicts(features: BlockFeatures, noise: NDArray[np.float64]) -> Floats:
    """Values of `VERDICTS`, rounded."""
    verdicts = compute_verdict_features(features, np.round(noise, DECIMALS))
    return np.round(verdicts.values, DECIMALS).astype(np.float32)


def spread_edge_scores(values: Floats) -> None:
    """Copy the edge scores of one article into the columns of the neighbours, in place (training fills them in late).

    Args:
        values: Values of `FIRST_PASS`.
    """
    table = Table(FIRST_PASS, values)
    for name in ("first words score", "last words score"):
        around = np.round(spread(table[name][:, None]), DECIMALS)
        for window, column in zip(WINDOWS, around.T, strict=True):
            table[f"{name} {window}"] = column
