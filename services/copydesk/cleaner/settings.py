"""Settings of the cleaner."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(gt=0, le=1)]


class CleanerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of the cleaner; `COPYDESK_CLEANER_REMOVE_FROM` sets `remove_from`, and so on."""

    remove_from: Share = 0.65
    """Noise probability from which a block is removed. With it, fold models lose .7 % of the body of articles that they
    never saw, and leave .26 of the noise; .20 of the articles lose a paragraph, with .62 .22 of them."""

    page_from: Share = 0.6
    """The same for the text blocks of an HTML page, which are judged by their place in the page, too."""

    topic: bool = True
    """Remove paragraphs of another story, which the topic head finds."""

    topic_from: Share = 0.85
    """Probability from which a paragraph belongs to another story, where the page shows that something foreign stands
    above it."""

    topic_alone_from: Share = 0.98
    """The same at the end of a text, where nothing but its topic speaks against a paragraph. Further up no paragraph
    goes for its topic alone: coherence flags it."""

    sites: bool = True
    """Remember what each site repeats, and remove it. Needs the stage `sites`; without it nothing is known of any."""

    phrases: str | None = None
    """YAML file of lines that are no part of any article: a list per site (`*` is every site). A line that ends in `*`
    is the beginning of a line."""

    max_removed_share: Share = 0.7
    """Largest share of an article's words that may be removed. Past it the least noisy blocks stay and the article is
    `uncertain`. Scrapes close to the article are up to half noise; .7 leaves room for menus, not for empty articles."""

    max_html_characters: Annotated[int, Meta(ge=1_000)] = 2_000_000
    """Characters of a page above which its tags are stripped instead of parsed: a tree takes some 20 times the memory
    of its page."""
