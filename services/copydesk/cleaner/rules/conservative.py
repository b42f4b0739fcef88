"""Texts that the model was never measured on: only what is certain is removed from them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.cleaner.model.block_model import MAX_JUDGED_BLOCKS
from copydesk.cleaner.model.columns import Table

MIN_ENTRIES = 6
"""Blocks that begin with a time of day in a live blog. Two or three are a timeline inside an article."""
MIN_ENTRY_SHARE = 0.08
"""Least share of these blocks in a live blog."""

MIN_AMOUNTS = 5
"""Blocks that begin with an amount ("200g", "2 tbsp") in a recipe."""

HEAD = 24
"""Characters at the start of a block in which times and amounts are sought."""

MIN_DIGIT_SHARE = 0.5
"""Share of words with a digit from which a block is a row of a table."""
MIN_ROWS = 12
"""Rows of a table."""
MIN_ROW_SHARE = 0.5
"""Least share of the rows among the blocks of a table: results, prices, opening hours."""

_TIME = re.compile(
    r"\(?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: ?(?:[ECMP][SD]?T|GMT|BST|UTC|IST))?\b|\d{1,2} ?[ap]\.?m\b", re.IGNORECASE
)
_AMOUNT = re.compile(
    r"(?:[•*-] ?)?(?:\d{1,4}(?:[./]\d{1,2})?|[½¼¾⅓⅔]|an?|one|two) ?(?:[½¼¾⅓⅔] ?)?"
    r"(?:g|kg|ml|l|oz|lb|lbs|cups?|tbsps?|tsps?|tablespoons?|teaspoons?|cloves?|pinch|handful|sprigs?|sticks?|tins?|cans?)\b",
    re.IGNORECASE,
)


def find_reason(texts: Sequence[str], own: Table, language: str | None) -> str | None:
    """Reason to remove from this text only what is certain, or None. It goes into the article's warnings.

    Args:
        texts: Texts of the blocks.
        own: Features of each block alone.
        language: Language of the text, BCP 47; None if it is unknown.
    """
    if language is not None and language.lower().split("-")[0] != "en":
        return "no evidence for its language"
    if len(texts) > MAX_JUDGED_BLOCKS:
        return "longer than any article"
    heads = [text[:HEAD] for text in texts]
    entries = sum(_TIME.match(head) is not None for head in heads if head[:1] == "(" or head[:1].isdigit())
    if entries >= MIN_ENTRIES and entries >= MIN_ENTRY_SHARE * len(texts):
        return "a live blog"
    if sum(_AMOUNT.match(head) is not None for head in heads) >= MIN_AMOUNTS:
        return "a recipe"
    rows = int((own["digit share"] >= MIN_DIGIT_SHARE).sum())
    if rows >= MIN_ROWS and rows >= MIN_ROW_SHARE * len(own):
        return "a table"
    return None if own["paragraph"].any() else "no paragraph in it"
