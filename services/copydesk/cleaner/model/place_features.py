"""Features of a block's place in the article, and of the article as a whole."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures
from copydesk.cleaner.model.columns import Columns, Floats, Mask, Numbers, Table
from copydesk.cleaner.model.vocabulary import HASH, WORD

FAR = 30
"""Blocks from which the distance to the nearest paragraph is all the same."""
FAR_FROM_CORE = 20
"""Blocks from which the distance to the first and the last paragraph is all the same."""
SHORT_WORDS = 8
"""Words below which a block is short."""

PLACE = Columns(
    "number",  # blocks before this one, log(1 + n)
    "from end",  # blocks after this one, log(1 + n)
    "share before",  # share of the article's characters before this block, 0 to 1
    "share behind",  # share of the article's characters after this block, 0 to 1
    "characters before",  # log(1 + n)
    "blocks",  # blocks of the article, log(1 + n)
    "inside core",  # from the first full paragraph to the last, 0 or 1
    "from core start",  # blocks since the first full paragraph, -20 to 20
    "from core end",  # blocks since the last full paragraph, -20 to 20
    "since paragraph",  # blocks since the last full paragraph before this one, 1 to 30
    "until paragraph",  # blocks until the next full paragraph, 1 to 30
    "paragraph share",  # share of the article's characters in full paragraphs, 0 to 1
    "short share",  # share of the article's blocks that are short, 0 to 1
    "mean size",  # mean of the blocks' sizes, log of words
    "median size",  # median of the blocks' sizes, log of words
    "same first word",  # blocks with this first word, this one included, log(n)
    "same shape",  # share of the blocks that have this size and these edges, 0 to 1
    "same line times",  # blocks that are equal to this one, itself included, log(n)
)


def compute_place_features(features: BlockFeatures, core: Mask) -> Table:
    """Table of `PLACE`.

    Args:
        features: The blocks.
        core: True for full paragraphs.
    """
    own = features.own
    blocks = len(core)
    number = np.arange(blocks)
    place = Table.zeros(PLACE, blocks)
    characters = count_characters(own)
    before = np.cumsum(characters) - characters
    total = max(1.0, float(characters.sum()))
    place["number"] = np.log1p(number)
    place["from end"] = np.log1p(blocks - 1 - number)
    place["share before"] = before / total
    place["share behind"] = 1 - (before + characters) / total
    place["characters before"] = np.log1p(before)
    place["blocks"] = np.log1p(blocks)
    paragraphs = np.flatnonzero(core)
    first, last = (int(paragraphs[0]), int(paragraphs[-1])) if len(paragraphs) else (0, -1)
    place["inside core"] = (number >= first) & (number <= last)
    place["from core start"] = np.clip(number - first, -FAR_FROM_CORE, FAR_FROM_CORE)
    place["from core end"] = np.clip(number - last, -FAR_FROM_CORE, FAR_FROM_CORE)
    place["since paragraph"], place["until paragraph"] = _measure_distances(core)
    place["paragraph share"] = characters[core].sum() / total
    place["short share"] = (own["size"] < np.log1p(SHORT_WORDS)).mean()
    place["mean size"] = own["size"].mean()
    place["median size"] = find_median(own["size"])
    place["same first word"] = np.log(count_same(features.keys[features.starts, WORD]))
    place["same shape"] = count_same(describe_shapes(own, np.round(own["size"] * 2))) / blocks
    fingerprints = find_fingerprints(features).tolist()
    times = Counter(fingerprints)
    place["same line times"] = np.log([times[fingerprint] for fingerprint in fingerprints])
    return place


def _measure_distances(core: Mask) -> tuple[Numbers, Numbers]:
    """Blocks since the last full paragraph before each block, and until the next one; at most `FAR`."""
    number = np.arange(len(core))
    since = number - np.maximum.accumulate(np.where(core, number, -FAR))
    until = np.minimum.accumulate(np.where(core, number, len(core) + FAR)[::-1])[::-1] - number
    # a paragraph is not its own neighbour: it looks from the block beside it
    since = np.where(core, np.concatenate([[FAR], since[:-1] + 1]), since)
    until = np.where(core, np.concatenate([until[1:] + 1, [FAR]]), until)
    return np.minimum(since, FAR), np.minimum(until, FAR)


def count_characters(own: Table) -> NDArray[np.float64]:
    """Number of characters of each block."""
    return np.expm1(own["characters"].astype(np.float64))


def find_fingerprints(features: BlockFeatures) -> Numbers:
    """Hash of each block's words; equal blocks have equal ones."""
    steps = np.arange(len(features.keys)) - np.repeat(features.starts, features.word_counts)
    # the product wraps around on purpose: it is a hash
    mixed = (features.keys[:, HASH] + 1) * (2 * steps + 1)
    return np.add.reduceat(mixed, features.starts) * 1_000_003 + features.word_counts


def describe_shapes(own: Table, size: Floats) -> Numbers:
    """Number for each block by its rounded size, its first capital and its end; blocks of one shape share it."""
    shapes: Numbers = (size * 16 + own["ends sentence"] * 8 + own["first capital"] * 4 + own["last colon"] * 2).astype(
        np.int64
    )
    return shapes


def count_same(numbers: Numbers) -> Numbers:
    """For each of the small numbers how often it occurs.

    >>> count_same(np.array([3, 1, 3])).tolist()
    [2, 1, 2]
    """
    return np.bincount(numbers)[numbers]


def find_median(values: Floats) -> float:
    """Median of the values, in their own precision."""
    ordered = np.sort(values)
    median: float = (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2
    return median
