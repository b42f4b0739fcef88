"""Features of a block's neighbours: one by one, and as means."""

from __future__ import annotations

import numpy as np

from copydesk.cleaner.model.columns import Columns, Floats, Table

REACH = 3
"""Neighbours on either side that are seen one by one."""
STEPS = (-3, -2, -1, 1, 2, 3)
"""Places of these neighbours, counted from the block."""
MEAN_REACHES = (3, 8)
"""Neighbours on either side that a mean is taken over, the block itself left out."""

WINDOWS = (*(f"{step:+d}" for step in STEPS), *(f"around {reach}" for reach in MEAN_REACHES))
"""Order of the values that `spread` gives for each feature."""

FROM_OWN = ("size", "ends sentence", "paragraph", "capital share", "function share", "any phrase", "photo sign",
            "first words score", "last words score", "digit share", "name share")  # fmt: skip
"""Features of `OWN` that are seen of a neighbour."""
SEEN = Columns(
    *FROM_OWN,
    "title share",  # of `SHARED`
)
"""All features that are seen of a neighbour."""

# each feature of `SEEN` for each window: of the neighbour at this place (-1 beyond the article), or the mean
NEIGHBOURS = Columns(*(f"{name} {window}" for window in WINDOWS for name in SEEN))


def compute_neighbour_features(own: Table, shared: Table) -> Table:
    """Table of `NEIGHBOURS`.

    Args:
        own: Features of each block alone.
        shared: Words shared with other blocks and with the title.
    """
    seen = Table.zeros(SEEN, len(own))
    seen.span(FROM_OWN)[:] = own.values[:, own.columns.indices(FROM_OWN)]
    seen["title share"] = shared["title share"]
    return Table(NEIGHBOURS, spread(seen.values))


def spread(values: Floats) -> Floats:
    """The values of each block's neighbours, and their means around it.

    Args:
        values: One row per block.

    Returns:
        Shape (blocks, windows * columns), in the order of `WINDOWS`. Neighbours beyond the article are -1.

    >>> spread(np.float32([[5], [6]]))[0].tolist()
    [-1.0, -1.0, -1.0, 6.0, -1.0, -1.0, 6.0, 6.0]
    """
    blocks, columns = values.shape
    padded = np.full((blocks + 2 * REACH, columns), -1, np.float32)
    padded[REACH : REACH + blocks] = values
    windows = [padded[REACH + step : REACH + step + blocks] for step in STEPS]
    sums = np.concatenate([np.zeros((1, columns)), np.cumsum(values, axis=0, dtype=np.float64)])
    number = np.arange(blocks)
    for reach in MEAN_REACHES:
        low, high = np.maximum(0, number - reach), np.minimum(blocks, number + reach + 1)
        mean = (sums[high] - sums[low] - values) / np.maximum(1, high - low - 1)[:, None]
        windows.append(mean.astype(np.float32))
    return np.concatenate(windows, axis=1)
