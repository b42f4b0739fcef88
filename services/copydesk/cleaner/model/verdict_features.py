"""Features of the second pass: what the first pass says of a block, of its neighbours and of the whole article."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copydesk.cleaner.model.block_features import BlockFeatures
from copydesk.cleaner.model.columns import Columns, Numbers, Table
from copydesk.cleaner.model.neighbour_features import WINDOWS, spread
from copydesk.cleaner.model.place_features import count_characters, count_same, describe_shapes, find_median
from copydesk.cleaner.model.vocabulary import WORD

KEPT_BELOW = 0.5
"""Probability of noise below which a block counts as kept."""
SHORT_CHARACTERS = 60
"""Characters below which a block is short."""

# probability of noise of the neighbour at each place (-1 beyond the article), then the means around the block
NOISE_AROUND = tuple(f"noise {window}" for window in WINDOWS)
VERDICTS = Columns(
    "noise",  # probability of noise by the first pass, 0 to 1, as all that follow unless a comment says otherwise
    *NOISE_AROUND,
    "noise before",  # mean of all earlier blocks, by characters
    "noise behind",  # mean of all later blocks, by characters
    "doubt by characters",  # variance p (1 - p), mean over the article by characters, 0 to .25
    "doubt by blocks",  # the same by blocks
    "kept size",  # median of the kept blocks' characters, log(1 + n)
    "kept short",  # share of the kept blocks that are short, 0 to 1
    "noise of page",  # mean of the article, by characters
    "noise of first word",  # mean of the other blocks with this first word; -1 if there are none
    "first word",  # share of the other blocks that have this first word, 0 to 1
    "noise of shape",  # mean of the other blocks of this shape; -1 if there are none
    "shape",  # share of the other blocks that have this shape, 0 to 1
)


def compute_verdict_features(features: BlockFeatures, noise: NDArray[np.float64]) -> Table:
    """Table of `VERDICTS`.

    Args:
        features: The blocks.
        noise: Probability of noise of each block by the first pass, rounded.
    """
    own = features.own
    verdicts = Table.zeros(VERDICTS, len(noise))
    verdicts["noise"] = noise
    verdicts.span(NOISE_AROUND)[:] = spread(noise[:, None].astype(np.float32))
    characters = count_characters(own)
    noise_until = np.cumsum(noise * characters)
    characters_until = np.cumsum(characters)
    total = max(1.0, characters_until[-1])
    noise_before = noise_until - noise * characters
    verdicts["noise before"] = noise_before / np.maximum(1, characters_until - characters)
    noise_behind = noise_until[-1] - noise_until
    verdicts["noise behind"] = noise_behind / np.maximum(1, characters_until[-1] - characters_until)
    doubt = noise * (1 - noise)
    verdicts["doubt by characters"] = (doubt * characters).sum() / total
    verdicts["doubt by blocks"] = doubt.mean()
    kept = own["characters"][noise < KEPT_BELOW]
    verdicts["kept size"] = find_median(kept) if len(kept) else 0
    verdicts["kept short"] = (kept < np.log1p(SHORT_CHARACTERS)).mean() if len(kept) else 1
    verdicts["noise of page"] = noise_until[-1] / total
    first_words = features.keys[features.starts, WORD]
    verdicts["noise of first word"], verdicts["first word"] = _average_same(first_words, noise)
    shapes = describe_shapes(own, np.round(own["characters"]))
    verdicts["noise of shape"], verdicts["shape"] = _average_same(shapes, noise)
    return verdicts


def _average_same(numbers: Numbers, noise: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean noise of the other blocks with the same number, -1 if there are none, and the share of such blocks."""
    times = count_same(numbers)
    mean = np.where(times < 2, -1, (np.bincount(numbers, noise)[numbers] - noise) / np.maximum(1, times - 1))
    return mean, (times - 1) / max(1, len(noise) - 1)
