"""Clean articles, from which training documents are made."""

from __future__ import annotations

import hashlib
from typing import NamedTuple


class CleanArticle(NamedTuple):
    """A clean article: the host of inserts, or their donor.

    Args:
        source: Data set or site. It is held out as a whole.
        group: Page or event. Versions of one article have the same.
        section: Section of the site, or None.
        title: Title, or None.
        paragraphs: Text.
    """

    source: str
    group: str
    section: str | None
    title: str | None
    paragraphs: list[str]


def find_fold(group: str, folds: int) -> int:
    """Fold of a group: all versions of an article are in one."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % folds
