"""One article and what is known of its site: which blocks go, and what the site's memory is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from copydesk.cleaner.sites.keys import TextKeys, make_keys
from copydesk.cleaner.sites.look import Known, SiteTable, describe_page, index, look
from copydesk.contracts.articles import CleanedArticle, SiteKnowledge
from copydesk.contracts.sites import SeenPage, SiteRecord
from copydesk.stage import Memory

if TYPE_CHECKING:
    from copydesk.cleaner.removal import Removal

SEEN, SITES = "sites.seen", "sites"
"""Topics of what the cleaner saw, and of what is known of sites."""

FindSite = Callable[[str], SiteTable | None]
"""Finds what is known of a site, by host."""


class CleanedPage(NamedTuple):
    """A cleaned article, and what its site's memory may learn from it."""

    article: CleanedArticle
    page: SeenPage | None
    """None if its site is unknown, or sites have no memory."""


class Remembered(NamedTuple):
    """An article beside what is known of its site."""

    host: str
    keys: Sequence[TextKeys]
    site: SiteTable | None
    found: Mapping[int, Known]
    """Kept blocks that the site repeats, by number."""

    @property
    def stories(self) -> Mapping[int, int]:
        """Number of stories that showed each of these blocks."""
        return {number: known.stories for number, known in self.found.items()}

    @property
    def knowledge(self) -> SiteKnowledge | None:
        """Record on which the verdicts rest; None if nothing is known of the site."""
        if self.site is None:
            return None
        record = self.site.record
        return SiteKnowledge(site=self.host, version=record.version, articles=record.articles)

    def describe(self, id_: str, published_on: date | None, texts: Sequence[str], noise: Sequence[float]) -> SeenPage:
        """The article as the learner is told of it."""
        return describe_page(
            id_=id_, site=self.host, published_on=published_on, texts=texts, keys=self.keys, noise=noise
        )


def remember(host: str, site: SiteTable | None, texts: Sequence[str], removal: Removal) -> Remembered:
    """Look for the site's furniture among the blocks that the cleaner has kept.

    Args:
        host: Host of the article's URL.
        site: What is known of it; None: nothing.
        texts: All blocks.
        removal: The cleaner's own verdicts.
    """
    keys = [make_keys(text) for text in texts]
    kept = [reason is None for reason in removal.reasons]
    found = {} if site is None else look(keys, removal.noise, kept, site)
    return Remembered(host, keys, site, found)


def find_site(memory: Memory, host: str) -> SiteTable | None:
    """Record of a site in the stage's table, or None."""
    row = memory.tables[SITES].get(host.encode())
    return None if row is None else _read_site(row)


@lru_cache(maxsize=256)
def _read_site(row: bytes) -> SiteTable:
    """Decode a record; the last few hundred are kept, as articles of a site come together."""
    return index(SiteRecord.read(row, None))


__all__ = ["SEEN", "SITES", "CleanedPage", "FindSite", "Remembered", "find_site", "remember"]
