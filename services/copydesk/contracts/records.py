"""Documents of public topics that hold no articles."""

from __future__ import annotations

from copydesk.contracts.articles import Document
from copydesk.contracts.related import RelatedArticle, TracedQuote
from copydesk.contracts.sites import SiteRecord

RECORDS: dict[str, type[Document]] = {
    "sites": SiteRecord,
    "articles.related": RelatedArticle,
    "quotes.traced": TracedQuote,
}
"""Document of each of these topics."""

__all__ = ["RECORDS"]
