"""Features of what a block is about: cosines between its vector and those of other blocks and of the title."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures
from copydesk.cleaner.model.columns import Columns, Mask, Numbers, Table

LEAD = 2
"""Full paragraphs at the start of an article that are its lead."""
TAIL = 3
"""Full paragraphs at the end of an article that are its tail."""
LEAST_AGREEMENT = 0.05
"""Weight of a paragraph that is not like the others at all."""

MEANING = Columns(
    # all of them cosines, -1 to 1, unless it says otherwise; "paragraph" is a full one
    "to core",  # to the sum of all other paragraphs
    "to core rank",  # share of the paragraphs that are farther from the core, 0 to 1
    "to lead",  # to the first two paragraphs
    "to title",  # to the title
    "to previous",  # to the paragraph before; -1 if there is none
    "to next",  # to the paragraph after; -1 if there is none
    "to both",  # the larger of the two
    "to tail",  # to the last three paragraphs
    "nearest",  # to the most similar block
    "second nearest",  # to the second most similar paragraph
    "to core of page",  # mean of "to core" over the article's paragraphs
    "nearest paragraph",  # to the most similar paragraph
    "norm",  # the block has a known word: its vector is not zero; 0 or 1
)

Doubles = NDArray[np.float64]


def compute_meaning_features(features: BlockFeatures, core: Mask) -> Table:
    """Table of `MEANING`.

    Args:
        features: The blocks.
        core: True for full paragraphs.
    """
    vectors = features.vectors.astype(np.float64)
    blocks = len(core)
    number = np.arange(blocks)
    meaning = Table.zeros(MEANING, blocks)
    known = (vectors * vectors).sum(axis=1) > 0
    paragraphs = core & known
    if not paragraphs.any():
        paragraphs = known
    cosines = vectors @ vectors.T
    to_core = _compare_with_core(cosines, np.where(paragraphs, features.own["size"].astype(np.float64), 0), known)
    meaning["to core"] = to_core
    ordered = np.sort(to_core[paragraphs])
    meaning["to core rank"] = np.searchsorted(ordered, to_core) / max(1, len(ordered))
    full = np.flatnonzero(paragraphs)
    meaning["to lead"] = _compare_with_group(cosines, full[:LEAD])
    meaning["to title"] = vectors @ features.title_vector.astype(np.float64)
    previous = np.maximum.accumulate(np.where(paragraphs, number, -1))
    previous = np.concatenate([[-1], previous[:-1]])
    following = np.minimum.accumulate(np.where(paragraphs, number, blocks)[::-1])[::-1]
    following = np.concatenate([following[1:], [blocks]])
    meaning["to previous"] = np.where(previous >= 0, cosines[number, np.maximum(previous, 0)], -1)
    meaning["to next"] = np.where(following < blocks, cosines[number, np.minimum(following, blocks - 1)], -1)
    meaning["to both"] = np.maximum(meaning["to previous"], meaning["to next"])
    meaning["to tail"] = _compare_with_group(cosines, full[-TAIL:])
    np.fill_diagonal(cosines, -1)
    meaning["nearest"] = cosines.max(axis=1)
    among = np.where(paragraphs[None, :], cosines, -1)
    nearest = among.argmax(axis=1)
    meaning["nearest paragraph"] = among[number, nearest]
    if blocks > 1:
        among[number, nearest] = -1
    meaning["second nearest"] = among.max(axis=1)
    meaning["to core of page"] = to_core[paragraphs].mean() if paragraphs.any() else 0
    meaning["norm"] = known
    return meaning


def _compare_with_core(cosines: Doubles, weights: Doubles, known: Mask) -> Doubles:
    """Cosine of each block to the weighted sum of all others.

    Args:
        cosines: Of all blocks to each other.
        weights: Weight of each block in the sum; 0 for blocks that are no paragraph.
        known: True for blocks with a vector.
    """
    centre = cosines @ weights
    # a second round with the paragraphs that agree: one of another story weighs less
    norm = np.sqrt(max(1e-12, float(weights @ centre)))
    agreeing = weights * np.clip((centre - weights * known) / norm, LEAST_AGREEMENT, 1)
    centre = cosines @ agreeing
    total = float(agreeing @ centre)
    without = np.maximum(1e-6, total - 2 * agreeing * centre + agreeing * agreeing * known)
    to_core: Doubles = (centre - agreeing * known) / np.sqrt(without)
    return to_core


def _compare_with_group(cosines: Doubles, group: Numbers) -> Doubles:
    """Cosine of each block to the sum of a few blocks, itself left out; 0 for an empty group."""
    if not len(group):
        return np.zeros(len(cosines))
    inside = np.zeros(len(cosines))
    inside[group] = 1
    dots = cosines @ inside
    own = inside * np.diagonal(cosines)
    total = float(inside @ dots)
    without = np.maximum(1e-6, total - 2 * inside * dots + own)
    to_group: Doubles = (dots - own) / np.sqrt(without)
    return to_group
