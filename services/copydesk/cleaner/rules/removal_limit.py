"""What keeps the cleaner from emptying an article."""

from __future__ import annotations

from collections.abc import Sequence


def hold_back(
    removed: Sequence[bool], noise: Sequence[float], sizes: Sequence[int], *, fixed: Sequence[bool], max_share: float
) -> tuple[list[bool], bool]:
    """Which blocks to remove after all, and whether anything was brought back.

    Args:
        removed: Whether each block is to be removed.
        noise: Probability of noise of each.
        sizes: Words of each.
        fixed: Blocks that stay removed whatever happens (the title, blocks without a visible word) and do not count.
        max_share: Most of the words that may be removed.

    >>> hold_back([True, True], [0.9, 0.8], [10, 40], fixed=[False, False], max_share=0.7)
    ([True, False], True)
    """
    result = list(removed)
    total = sum(size for size, out in zip(sizes, fixed, strict=True) if not out)
    gone = sum(size for size, out, no in zip(sizes, fixed, result, strict=True) if no and not out)
    if total == 0:
        return result, False
    held = False
    for number in sorted(range(len(result)), key=lambda k: (noise[k], -sizes[k], k)):
        if gone <= max_share * total and gone < total:
            break
        if result[number] and not fixed[number]:
            result[number] = False
            gone -= sizes[number]
            held = True
    return result, held
