"""Reason for each removal, in the contract's words. Coarse on purpose: finer reasons are right half the time only."""

from __future__ import annotations

import numpy as np

from copydesk.cleaner.model.columns import Table
from copydesk.cleaner.model.own_features import PHRASES
from copydesk.cleaner.rules.block_shape import BlockShape
from copydesk.cleaner.rules.phrases import PHRASE_KINDS, PhraseKind
from copydesk.contracts.articles import Reason

REASONS: dict[PhraseKind, Reason] = {
    "promo": "promo",
    "related": "related",
    "photo": "photo",
    "byline": "byline",
    "legal": "legal",
    "navigation": "navigation",
}
"""Reason for removing a block with phrases of a kind. The kinds belong to the model, the reasons to the contract."""

PHRASE_WEIGHTS = np.array([4, 2, 2, 1])
"""Evidence of a phrase for its kind: a whole line, then the begin and the end of a block, then any place in it."""

CREDIT_WEIGHT = 3
"""Evidence of the sign of a credit for the kind `photo`."""

MAX_DATE_WORDS = 11
"""Words of the longest block with a date that counts as a byline: "Updated 10:30, 3 May 2024"."""
MAX_NAVIGATION_WORDS = 3
"""Words of the longest block that counts as navigation."""
MIN_TEASER_WORDS = 12
"""Words of the shortest block behind the article that counts as a teaser."""


def find_phrase_kinds(own: Table) -> list[PhraseKind | None]:
    """Kind of boilerplate that the phrases of each block show most evidence of, or None.

    Args:
        own: Features of each block alone.
    """
    evidence = own.span(PHRASES.names).reshape(len(own), len(PHRASE_WEIGHTS), len(PHRASE_KINDS))
    weights = (evidence * PHRASE_WEIGHTS[:, None]).sum(axis=1)
    weights[:, PHRASE_KINDS.index("photo")] += CREDIT_WEIGHT * own["photo sign"]
    best, most = weights.argmax(axis=1).tolist(), weights.max(axis=1).tolist()
    return [PHRASE_KINDS[kind] if weight > 0 else None for kind, weight in zip(best, most, strict=True)]


def guess(shape: BlockShape, *, has_date: bool, is_behind: bool) -> Reason:
    """Reason for removing a block without a phrase, by its shape.

    Args:
        shape: The block.
        has_date: True if the block has a date.
        is_behind: True if the block stands behind the article's last paragraph and may be of another story.

    >>> guess(BlockShape("Politics"), has_date=False, is_behind=False)
    'navigation'
    """
    if has_date and shape.size <= MAX_DATE_WORDS:
        return "byline"
    if shape.size <= MAX_NAVIGATION_WORDS:
        return "navigation"
    if shape.is_headline:
        return "related"
    if is_behind and shape.size >= MIN_TEASER_WORDS:
        return "teaser"
    return "other"
