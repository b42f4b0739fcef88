"""What an operator may set of the cleaner."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(gt=0, le=1)]


class CleanerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How careful the cleaner is; `COPYDESK_CLEANER_REMOVE_FROM` is the field `remove_from`, and so on."""

    remove_from: Share = 0.75
    """A block is removed from this probability of noise up. The card beside the weights says what .5 to .9 cost."""

    careful_from: Share = 0.9
    """The same where there is less reason to remove: languages other than English, texts without a paragraph (little
    evidence behind the weights), HTML pages (trafilatura took most: F1 .965 against .961 on scrapinghub's)."""

    max_removed_share: Share = 0.7
    """Most of an article's words that may be removed; past it the least noisy blocks stay and the article is
    `uncertain`. Scrapes near the article hold up to half noise; .7 leaves room for menus, not for empty articles."""

    max_html_characters: Annotated[int, Meta(ge=1_000)] = 2_000_000
    """Longer pages are stripped of their tags instead of parsed: trees cost some 20 times their page in memory."""
