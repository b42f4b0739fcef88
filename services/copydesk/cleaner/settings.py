"""What an operator may set of the cleaner."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(gt=0, le=1)]


class CleanerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How careful the cleaner is; `COPYDESK_CLEANER_REMOVE_FROM` is the field `remove_from`, and so on."""

    remove_from: Share = 0.7
    """A block is removed from this probability of noise up: fold models lose 1.1 % of the body of articles that they
    never saw, and leave .269 of the noise. At .734 it is 1.0 %."""

    careful_from: Share = 0.9
    """The same on HTML pages, of which trafilatura took most already."""

    topic: bool = True
    """Whether paragraphs of another story are removed, which the topic head finds."""

    topic_from: Share = 0.85
    """A paragraph is another story's from this probability up."""

    phrases: str | None = None
    """A YAML file: sites with lists of lines that are no part of any article (`*`: every site; a line that ends in `*`
    is the beginning of one)."""

    max_removed_share: Share = 0.7
    """Most of an article's words that may be removed; past it the least noisy blocks stay and the article is
    `uncertain`. Scrapes near the article hold up to half noise; .7 leaves room for menus, not for empty articles."""

    max_html_characters: Annotated[int, Meta(ge=1_000)] = 2_000_000
    """Longer pages are stripped of their tags instead of parsed: trees cost some 20 times their page in memory."""
