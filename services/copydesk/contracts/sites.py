"""Documents about sites: what the cleaner saw on a page, and what is known of a site."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from copydesk.contracts.articles import Document

PINNED = 1_000_000
"""Number of stories that stands for an operator's word."""

SAMPLE_CHARACTERS = 80
"""Characters of a text that are kept for people."""

KEY_PATTERN = r"^[0-9a-f]{12}\Z"

KeyText = Annotated[str, Meta(pattern=KEY_PATTERN)]
"""Key of a text: a hash of its normalised words, in hexadecimal digits."""

Kind = Annotated[str, Meta(description="`block`: the whole text; `start`, `end`: its first or last four words. Open")]


class SeenBlock(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One block of an article, as little of it as a site's memory needs."""

    key: str
    """Key of the whole text."""

    words: int
    noise: int
    """The model's probability of noise, times 255."""

    start: str = ""
    """Key of the first four words; empty for a text of fewer than five."""

    end: str = ""
    """Key of the last four words, likewise."""

    text: str = ""
    """Beginning of a text that may be furniture, for people; empty for all others."""


class SeenPage(Document, frozen=True, kw_only=True):
    """Blocks of one article, as the cleaner saw them before it asked the site's memory. Internal."""

    id: str
    site: str
    """Host of the article's URL."""

    day: int | None = None
    """Day of publication, in days since 1970; null if it is unknown or not plausible."""

    blocks: tuple[SeenBlock, ...] = ()
    pin: tuple[str, ...] | None = None
    """An operator's order: texts that are furniture of this site, all of them. Null: no change."""

    never: tuple[str, ...] | None = None
    """An operator's order: keys that never count as furniture, all of them. Null: no change."""


class SiteKey(msgspec.Struct, frozen=True, kw_only=True):
    """One text that a site repeats."""

    key: Annotated[KeyText, Meta(description="Hash of the normalised words")]
    kind: Kind
    stories: Annotated[
        int, Meta(ge=0, description="Number of stories that showed it; versions of one story count once")
    ]
    days: Annotated[int, Meta(ge=0, description="Number of days on which it was seen, at least")]
    noise: Annotated[float, Meta(ge=0, le=1, description="Mean probability of noise that the model gave it")]
    since: Annotated[int, Meta(description="First day on which it was seen, in days since 1970")] = 0
    text: Annotated[str, Meta(description="Beginning of the text; null for first or last words")] | None = None


class SiteRecord(Document, frozen=True, kw_only=True):
    """Knowledge of a site: the texts that stand in several of its stories."""

    site: Annotated[str, Meta(description="Host, such as `news.example.org`")]
    version: Annotated[str, Meta(description="Hash of the record; articles name the one that they were judged on")]
    articles: Annotated[int, Meta(ge=0, description="Number of articles of the site that were learned from")]
    keys: Annotated[tuple[SiteKey, ...], Meta(description="Texts that the site repeats, most stories first")] = ()
    pinned: Annotated[tuple[str, ...], Meta(description="Texts that an operator calls furniture")] = ()
    never: Annotated[tuple[str, ...], Meta(description="Keys that an operator has excluded")] = ()


__all__ = ["KEY_PATTERN", "PINNED", "SAMPLE_CHARACTERS", "SeenBlock", "SeenPage", "SiteKey", "SiteRecord"]
