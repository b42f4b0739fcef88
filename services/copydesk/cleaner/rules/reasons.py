"""Why a block was removed, in the contract's words. Coarse on purpose: finer reasons are right half the time only."""

from __future__ import annotations

import numpy as np

from copydesk.cleaner.model.features import KINDS, OWN
from copydesk.cleaner.model.words import Floats
from copydesk.cleaner.rules.shapes import Shape
from copydesk.contracts.articles import Reason

_KINDS: tuple[Reason, ...] = KINDS

_WORTH = np.array([4, 2, 2, 1])
"""What a phrase tells of the kind: a whole line most, then its begin or end, one in the middle least."""

_PHRASES = OWN.index(f"is {KINDS[0]}")
_PHOTO_SIGN, _DATE_SIGN = OWN.index("photo sign"), OWN.index("date sign")


def find_kinds(facts: Floats) -> tuple[list[Reason | None], list[bool]]:
    """For each block the kind of furniture that its phrases tell most of, or None, and whether it shows a date.

    Args:
        facts: About each block alone, as `columns.OWN` names them.
    """
    said = facts[:, _PHRASES : _PHRASES + 4 * len(KINDS)].reshape(len(facts), 4, len(KINDS))
    worth = (said * _WORTH[:, None]).sum(axis=1)
    worth[:, _KINDS.index("photo")] += 3 * facts[:, _PHOTO_SIGN]
    best, most = worth.argmax(axis=1).tolist(), worth.max(axis=1).tolist()
    kinds = [_KINDS[kind] if value > 0 else None for kind, value in zip(best, most, strict=True)]
    return kinds, (facts[:, _DATE_SIGN] > 0).tolist()


def guess(shape: Shape, *, has_date: bool, is_behind: bool) -> Reason:
    """The reason for removing a block without a phrase, by its shape.

    Args:
        shape: The block.
        has_date: Whether it shows a date.
        is_behind: Whether it stands behind the article's last paragraph.
    """
    if has_date and shape.size < 12:
        return "byline"
    if shape.size <= 3:
        return "navigation"
    if shape.is_headline:
        return "related"
    if is_behind and shape.size >= 12:
        return "teaser"
    return "other"
