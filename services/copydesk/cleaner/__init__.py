"""The cleaner: raw scraped text or HTML in, the article's body and a verdict on every block out."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.cleaner.settings import CleanerSettings
from copydesk.contracts.articles import CleanedArticle, RawArticle
from copydesk.stage import Stage

__all__ = ["CleanerSettings", "load", "stage"]


def load(settings: CleanerSettings) -> Callable[[RawArticle], CleanedArticle]:
    """The function from a raw article to the cleaned one, its models loaded."""
    from copydesk.cleaner import cleaning  # noqa: PLC0415 - lxml, trafilatura and numpy load here, not on import

    return cleaning.load(settings)


stage = Stage(
    name="cleaner",
    version="0.2.0",
    source="articles.raw",
    sink="articles.cleaned",
    input=RawArticle,
    output=CleanedArticle,
    load=load,
    settings=CleanerSettings,
)
