"""Why a block was removed, in the contract's words. Coarse on purpose: finer reasons are right half the time only."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.cleaner.shapes import Shape
from copydesk.contracts.articles import Reason

_BY_KIND: dict[str, Reason] = {
    "promo": "promo",
    "related": "related",
    "photo": "photo",
    "byline": "byline",
    "legal": "legal",
    "navigation": "navigation",
}
"""The reason behind each kind of phrase."""

_WORTH = {"is": 4, "begins": 2, "ends": 2, "has": 1}
"""What a phrase tells of the kind: a whole line most, one in the middle least."""


def find_reason(shape: Shape, cues: Sequence[str], *, is_copy: bool, is_teaser: bool, is_behind: bool) -> Reason:
    """The reason for removing a block.

    Args:
        shape: The block.
        cues: Names of what was seen at it.
        is_copy: Whether its words stand in a block that is kept.
        is_teaser: Whether it belongs to a foreign story.
        is_behind: Whether it stands behind the article's last paragraph.
    """
    if is_teaser:
        return "teaser"
    kinds: dict[Reason, int] = {}
    for cue in cues:
        words = cue.split(" ")
        if words[0] == "is" or (len(words) == 3 and words[1] in _WORTH):
            verb, kind = (words[0], words[1]) if words[0] == "is" else (words[1], words[2])
            if kind in _BY_KIND:
                kinds[_BY_KIND[kind]] = kinds.get(_BY_KIND[kind], 0) + _WORTH[verb]
        elif cue.endswith("credit sign"):
            kinds["photo"] = kinds.get("photo", 0) + 3
        elif cue.endswith(" byline"):
            kinds["byline"] = kinds.get("byline", 0) + 3
    if is_copy:
        return "duplicate"
    if kinds:
        return max(kinds, key=lambda kind: kinds[kind])
    return _guess(shape, cues, is_behind=is_behind)


def _guess(shape: Shape, cues: Sequence[str], *, is_behind: bool) -> Reason:
    """The reason for a block without a phrase, by its shape."""
    if any(cue in {"short date", "medium date"} for cue in cues) and shape.size < 12:
        return "byline"
    if shape.size <= 3:
        return "navigation"
    if shape.is_headline:
        return "related"
    if is_behind and shape.size >= 12:
        return "teaser"
    return "other"
