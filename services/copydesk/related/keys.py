"""An article by the keys under which others may meet it."""

from __future__ import annotations

from copydesk.contracts.articles import ExtractedArticle
from copydesk.contracts.related import (
    MAX_NAME_CHARACTERS,
    MAX_QUOTE_CHARACTERS,
    MAX_QUOTES,
    MAX_TEXT_CHARACTERS,
    MAX_TITLE_CHARACTERS,
    MAX_URL_CHARACTERS,
    ArticleKeys,
    QuotedWords,
)
from copydesk.related.copies import pack_fingerprints
from copydesk.related.fingerprints import fingerprint
from copydesk.related.quotations import is_traced


def make_keys(article: ExtractedArticle) -> ArticleKeys:
    """Keys of an article: fingerprints of its text, and its quotations of direct speech that can be traced."""
    quotes = [
        QuotedWords(
            id=quote.id,
            text=quote.text[:MAX_QUOTE_CHARACTERS],
            speaker=None if quote.speaker.name is None else quote.speaker.name[:MAX_NAME_CHARACTERS],
            basis=quote.speaker.basis,
        )
        for quote in article.quotes
        if quote.type != "indirect" and is_traced(quote.text[:MAX_QUOTE_CHARACTERS])
    ]
    published = article.published_at
    url = article.url
    return ArticleKeys(
        id=article.id,
        site=article.site,
        title=None if article.title is None else article.title[:MAX_TITLE_CHARACTERS],
        url=url if url is not None and len(url) <= MAX_URL_CHARACTERS else None,
        published_at=None if published is None else round(published.timestamp() * 1000),
        fingerprints=pack_fingerprints(fingerprint(article.text)),
        quotes=tuple(quotes[:MAX_QUOTES]),
        text=article.text[:MAX_TEXT_CHARACTERS],
        text_sha256=article.text_sha256,
    )


__all__ = ["make_keys"]
