"""Features of what a block shares with other blocks: stems, names, words of the title, and pairs of words."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures
from copydesk.cleaner.model.columns import Columns, Floats, Mask, Numbers, Table
from copydesk.cleaner.model.vocabulary import HASH, IDF_BUCKETS, STEM

MAX_HOLDERS = 8
"""Blocks that are compared for each word pair: ten thousand equal lines take linear time."""
LEAD = 3
"""Full paragraphs at the start of an article that are its lead."""
LONG_WORDS = 20
"""Words above which a block is long."""
FAR = 20
"""Blocks from which a distance is all the same."""

# weighted: each stem counts by its inverse document frequency
STEMS = (
    "stems shared",  # weighted share of the stems that another full paragraph has, 0 to 1
    "stems weight",  # weight of all stems, log(1 + sum)
    "names shared",  # share of the names that another full paragraph has, 0 to 1; -1 without a name
    "names",  # distinct names
    "title share",  # weighted share of the stems that the title has, 0 to 1
    "title of it",  # share of the title's stems that the block has, 0 to 1
    "cosine of stems",  # cosine of the weighted stems to those of all other full paragraphs, 0 to 1
    "lead share",  # weighted share of the stems that the lead has, 0 to 1
    "new stems",  # share of the stems that no other block has, 0 to 1
)
# pairs: two neighbouring words; "best": the other block that shares most pairs with this one
PAIRS = (
    "pairs earlier",  # share of the pairs that an earlier block has, 0 to 1
    "pairs later",  # share of the pairs that a later block has, 0 to 1
    "pairs in one",  # share of the pairs that the best has, 0 to 1
    "one is longer",  # size of the best minus own size, log of words
    "one is later",  # blocks from here to the best, -20 to 20
    "one is core",  # the best is a full paragraph, 0 or 1
    "one in it",  # largest share of another block's pairs that this one has, 0 to 1
    "pairs",  # distinct pairs, log(1 + n)
    "pairs in long",  # largest share of the pairs that one long block has, 0 to 1
)
SHARED = Columns(*STEMS, *PAIRS)


class Overlap(NamedTuple):
    """For each block the other block that has most of its word pairs.

    Attributes:
        other: Number of that block, or -1.
        share: Share of this block's word pairs that the other one has, 0 to 1.
        back: Share of the other one's pairs that this one has, 0 to 1.
        pairs: Number of this block's distinct pairs.
    """

    other: Numbers
    share: Floats
    back: Floats
    pairs: Numbers


def compute_shared_features(features: BlockFeatures, core: Mask, idf: Floats) -> tuple[Table, Overlap]:
    """Table of `SHARED`, and the best match of each block.

    Args:
        features: The blocks.
        core: True for full paragraphs.
        idf: Inverse document frequency of each hash bucket.
    """
    shared = Table.zeros(SHARED, len(core))
    _compare_stems(features, core, idf, shared)
    _compare_names(features, core, shared)
    overlap = _compare_pairs(features, core, shared)
    return shared, overlap


def _compare_stems(features: BlockFeatures, core: Mask, idf: Floats, shared: Table) -> None:
    """Write the features of stems."""
    blocks = len(core)
    owner, stem, times, size = features.stems
    weights = np.zeros(size)
    weights[features.keys[:, STEM]] = idf[features.keys[:, HASH] % IDF_BUCKETS]
    weight = weights[stem]

    # bincount adds up in the order of the article: the same sum on any machine
    def add_up(values: NDArray[Any]) -> NDArray[Any]:
        """Sum of the entries' values for each block."""
        return np.bincount(owner, values, blocks)

    def count_others(chosen: Mask) -> Numbers:
        """For each entry the number of other chosen blocks with its stem."""
        return np.bincount(stem[chosen], minlength=size)[stem] - chosen

    is_core = core[owner]
    total = add_up(weight)
    positive_total = np.maximum(1e-6, total)
    shared["stems shared"] = add_up(weight * (count_others(is_core) > 0)) / positive_total
    shared["stems weight"] = np.log1p(total)

    title = np.zeros(max(size, int(features.title_keys[:, STEM].max()) + 1), bool)
    title[features.title_keys[:, STEM]] = True
    in_title = title[stem]
    shared["title share"] = add_up(weight * in_title) / positive_total
    shared["title of it"] = add_up(in_title) / max(1, int(title.sum()) - 1)

    core_weights = np.bincount(stem[is_core], times[is_core], size) * weights
    own_weight = times * weight
    dots = add_up(own_weight * (core_weights[stem] - np.where(is_core, own_weight, 0)))
    lengths = np.sqrt(add_up(own_weight * own_weight)) * np.sqrt((core_weights * core_weights).sum())
    shared["cosine of stems"] = dots / np.maximum(1e-6, lengths)

    lead = np.zeros(blocks, bool)
    lead[np.flatnonzero(core)[:LEAD]] = True
    shared["lead share"] = add_up(weight * (count_others(lead[owner]) > 0)) / positive_total
    holders = np.bincount(stem, minlength=size)
    shared["new stems"] = add_up(holders[stem] == 1) / np.maximum(1, np.bincount(owner, minlength=blocks))


def _compare_names(features: BlockFeatures, core: Mask, shared: Table) -> None:
    """Write the features of names."""
    blocks = len(core)
    owner, name, _, size = features.names
    is_core = core[owner]
    others = np.bincount(name[is_core], minlength=size)[name] - is_core
    names = np.bincount(owner, minlength=blocks)
    shared["names shared"] = np.where(names > 0, np.bincount(owner, others > 0, blocks) / np.maximum(1, names), -1)
    shared["names"] = names


def _compare_pairs(features: BlockFeatures, core: Mask, shared: Table) -> Overlap:
    """Write the features of word pairs, and return the best match of each block."""
    blocks = len(core)
    owner, pair, _, size = features.pairs
    pairs = np.bincount(owner, minlength=blocks)
    pairs_or_one = np.maximum(1, pairs)
    shared["pairs"] = np.log1p(pairs)
    overlap = Overlap(np.full(blocks, -1), np.zeros(blocks, np.float32), np.zeros(blocks, np.float32), pairs)
    is_held_twice = np.bincount(pair, minlength=size)[pair] > 1
    owner, pair = owner[is_held_twice], pair[is_held_twice]
    if not len(pair):
        return overlap
    # entries are sorted by pair, then by block
    is_first = np.ones(len(pair), bool)
    is_first[1:] = pair[1:] != pair[:-1]
    is_last = np.ones(len(pair), bool)
    is_last[:-1] = is_first[1:]
    shared["pairs earlier"] = np.bincount(owner, ~is_first, blocks) / pairs_or_one
    shared["pairs later"] = np.bincount(owner, ~is_last, blocks) / pairs_or_one

    this, other, times = _count_common_pairs(owner, pair, blocks)
    # the most common pairs, then the longest block, then the first
    order = np.lexsort((-other, pairs[other], times, this))
    best = order[np.flatnonzero(np.diff(this[order], append=-1))]
    who, match = this[best], other[best]
    overlap.other[who] = match
    overlap.share[who] = times[best] / pairs_or_one[who]
    overlap.back[who] = times[best] / pairs_or_one[match]
    log_size = features.own["size"]
    shared["pairs in one"][who] = overlap.share[who]
    shared["one is longer"][who] = log_size[match] - log_size[who]
    shared["one is later"][who] = np.clip(match - who, -FAR, FAR)
    shared["one is core"][who] = core[match]
    np.maximum.at(shared["one in it"], this, (times / pairs_or_one[other]).astype(np.float32))
    is_long = log_size[other] > np.log1p(LONG_WORDS)
    share = (times[is_long] / pairs_or_one[this[is_long]]).astype(np.float32)
    np.maximum.at(shared["pairs in long"], this[is_long], share)
    return overlap


def _count_common_pairs(owner: Numbers, pair: Numbers, blocks: int) -> tuple[Numbers, Numbers, Numbers]:
    """Two blocks and the number of pairs that they have in common, each combination in both orders.

    Args:
        owner: Block of each entry.
        pair: Pair of each entry; sorted by pair, then by block.
        blocks: Number of blocks.
    """
    left, right = [], []
    for step in range(1, MAX_HOLDERS):
        same = np.flatnonzero(pair[step:] == pair[:-step])
        if not len(same):
            break
        left.append(owner[same])
        right.append(owner[same + step])
    one, two = np.concatenate(left), np.concatenate(right)
    codes, times = np.unique(np.concatenate([one * blocks + two, two * blocks + one]), return_counts=True)
    return codes // blocks, codes % blocks, times
