"""Limit on the share of an article that may be removed, so that the cleaner never empties it."""

from __future__ import annotations

from collections.abc import Sequence


def hold_back(
    removed: Sequence[bool], noise: Sequence[float], sizes: Sequence[int], *, fixed: Sequence[bool], max_share: float
) -> tuple[list[bool], bool]:
    """Blocks to remove within the limit, and True if any block was brought back.

    The blocks that are least likely noise come back first.

    Args:
        removed: True for blocks to be removed.
        noise: Probability of noise of each block.
        sizes: Words of each block.
        fixed: True for blocks that stay removed and do not count (the title, blocks without a visible word).
        max_share: Largest share of the words that may be removed, 0 to 1.

    >>> hold_back([True, True], [0.9, 0.8], [10, 40], fixed=[False, False], max_share=0.7)
    ([True, False], True)
    """
    result = list(removed)
    total = sum(size for size, is_fixed in zip(sizes, fixed, strict=True) if not is_fixed)
    removed_words = sum(
        size for size, is_fixed, remove in zip(sizes, fixed, result, strict=True) if remove and not is_fixed
    )
    if total == 0:
        return result, False
    held = False
    for number in sorted(range(len(result)), key=lambda k: (noise[k], -sizes[k], k)):
        if removed_words <= max_share * total and removed_words < total:
            break
        if result[number] and not fixed[number]:
            result[number] = False
            removed_words -= sizes[number]
            held = True
    return result, held
