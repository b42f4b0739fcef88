"""Related articles and traced quotations on a broker."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from copydesk.client.connection import Connection
from copydesk.client.consuming import consume
from copydesk.contracts.articles import Document, InvalidDocumentError
from copydesk.contracts.related import RelatedArticle, TracedQuote

ARTICLES, QUOTES = "articles.related", "quotes.traced"

D = TypeVar("D", bound=Document)


async def read_quotes(connection: Connection) -> dict[str, TracedQuote]:
    """Every utterance as it is now, by id.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    return await _read_newest(QUOTES, TracedQuote, connection)


async def read_articles(connection: Connection) -> dict[str, RelatedArticle]:
    """Every record of related articles as it is now, by id.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    return await _read_newest(ARTICLES, RelatedArticle, connection)


async def follow_quotes(connection: Connection) -> AsyncGenerator[TracedQuote]:
    """Utterances that are new or have changed from now on; never ends.

    Raises:
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: The topic does not exist.
    """
    async with aclosing(consume(QUOTES, start="latest", connection=connection)) as messages:
        async for message in messages:
            found = None if message.value is None else _read(TracedQuote, message.value)
            if found is not None:
                yield found


async def _read_newest(topic: str, document: type[D], connection: Connection) -> dict[str, D]:
    newest: dict[bytes | None, bytes | None] = {}
    async with aclosing(consume(topic, follow=False, connection=connection)) as messages:
        async for message in messages:
            newest[message.key] = message.value
    found = (_read(document, value) for value in newest.values() if value is not None)
    return {str(getattr(one, "id", "")): one for one in found if one is not None}


def _read(document: type[D], value: bytes) -> D | None:
    """The document, or None if it is of a newer version: the others can be shown."""
    try:
        return document.read(value, None)
    except InvalidDocumentError:
        return None


__all__ = ["follow_quotes", "read_articles", "read_quotes"]
