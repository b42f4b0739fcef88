"""The cleaner: from raw scraped text or HTML to the article's body, with a verdict on every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copydesk.cleaner.settings import CleanerSettings
from copydesk.cleaner.version import NAME, VERSION
from copydesk.contracts.articles import CleanedArticle, RawArticle
from copydesk.contracts.sites import SeenPage
from copydesk.stage import Measure, Stage

if TYPE_CHECKING:
    from copydesk.cleaner.cleaning import CleanWithMemory

__all__ = ["CleanerSettings", "load", "stage"]


def load(settings: CleanerSettings) -> CleanWithMemory:
    """The function from a raw article to the cleaned one, with its models loaded."""
    from copydesk.cleaner import cleaning  # noqa: PLC0415 - lxml, trafilatura and numpy load here, not on import

    return cleaning.load_with_memory(settings)


stage = Stage(
    name=NAME,
    version=VERSION,
    source="articles.raw",
    sink="articles.cleaned",
    input=RawArticle,
    output=CleanedArticle,
    load=load,
    settings=CleanerSettings,
    outputs={"sites.seen": SeenPage},
    tables=("sites",),
    measures=(
        Measure(
            name="noise_share",
            help="Share of an article's words that was removed",
            buckets=(0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
            of=lambda article: article.cleaning.noise_share,
        ),
    ),
)
