"""Texts on which nobody has shown that the model is right: they are left alone but for what is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.cleaner.model.block_model import MOST_JUDGED
from copydesk.cleaner.model.features import OWN, Reading

MIN_ENTRIES = 6
"""Times of day at the head of a block that make a live blog. Two or three are a timeline inside an article."""
MIN_ENTRY_SHARE = 0.08
"""...and this share of the blocks at least."""

MIN_AMOUNTS = 5
"""Blocks that begin with an amount ("200g", "2 tbsp") that make a recipe."""

MIN_ROWS = 12
"""Blocks of a table..."""
MIN_ROW_SHARE = 0.5
"""...which are this share of all: results, prices, opening hours."""

_DIGIT_SHARE, _PARAGRAPH = OWN.index("digit share"), OWN.index("paragraph")
_TIME = re.compile(
    r"\(?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?(?:[ECMP][SD]?T|GMT|BST|UTC|IST))?\b|\d{1,2} ?[ap]\.?m\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"(?:[•*-] ?)?(?:\d{1,4}(?:[./]\d{1,2})?|[½¼¾⅓⅔]|an?|one|two) ?(?:[½¼¾⅓⅔] ?)?"
    r"(?:g|kg|ml|l|oz|lb|lbs|cups?|tbsps?|tsps?|tablespoons?|teaspoons?|cloves?|pinch|handful|sprigs?|sticks?|tins?|cans?)\b",
    re.IGNORECASE,
)


def find_reason(texts: Sequence[str], reading: Reading, language: str | None) -> str | None:
    """Why this text is better left alone, or None.

    Args:
        texts: Of the blocks.
        reading: The same, read.
        language: Of the text, BCP 47, or None where nobody knows.
    """
    if language is not None and language.lower().split("-")[0] != "en":
        return "no evidence for its language"
    if len(texts) > MOST_JUDGED:
        return "longer than any article"
    heads = [text[:24] for text in texts]
    entries = sum(_TIME.match(head) is not None for head in heads if head[:1] == "(" or head[:1].isdigit())
    if entries >= MIN_ENTRIES and entries >= MIN_ENTRY_SHARE * len(texts):
        return "a live blog"
    if sum(_AMOUNT.match(head) is not None for head in heads) >= MIN_AMOUNTS:
        return "a recipe"
    return _find_reason_in_shape(reading)


def _find_reason_in_shape(reading: Reading) -> str | None:
    rows = int((reading.own[:, _DIGIT_SHARE] >= 0.5).sum())
    if rows >= MIN_ROWS and rows >= MIN_ROW_SHARE * len(reading.own):
        return "a table"
    return None if reading.own[:, _PARAGRAPH].any() else "no paragraph in it"
