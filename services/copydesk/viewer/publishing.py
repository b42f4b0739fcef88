"""Publishing from the page."""

from __future__ import annotations

import asyncio
from typing import Protocol

from aiokafka.errors import KafkaError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from copydesk.client import Published, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.topics import topic
from copydesk.viewer.answers import json_answer, problem

BODY_SECONDS = 60.0
"""Time for sending an article; 5 MiB need 0.7 Mbit/s."""


class ArticlePublisher(Protocol):
    """Publisher of articles, such as `copydesk.client.Publisher`."""

    async def publish(self, article: bytes) -> Published:
        """Publish a JSON document."""


class PublishRoutes:
    """Handlers that publish; without a publisher they refuse."""

    def __init__(self, publisher: ArticlePublisher | None) -> None:
        """See `copydesk.viewer.app.make_app`."""
        self._publisher = publisher

    async def publish(self, request: Request) -> Response:
        """Publish one article: a JSON document of `articles.raw`."""
        if self._publisher is None:
            return problem(403, "publishing is turned off here (COPYDESK_VIEWER_PUBLISH)")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return problem(415, "an article must be sent as application/json")
        try:
            published = await _receive(request, self._publisher)
        except _RefusedError as error:
            return problem(error.status, str(error))
        return json_answer(published._asdict(), 201)


class _RefusedError(Exception):
    """An article was not published; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status of the response."""


async def _receive(request: Request, publisher: ArticlePublisher) -> Published:
    """Place of the published article.

    Raises:
        _RefusedError: It was not sent completely, is no article, or the broker did not confirm it.
    """
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _read_body(request, topic("articles.raw").max_message_bytes)
        return await publisher.publish(body)
    except (TooLargeError, InvalidDocumentError) as error:
        raise _RefusedError(413 if isinstance(error, TooLargeError) else 422, str(error)) from None
    except KafkaError as error:
        raise _RefusedError(503, f"not confirmed by the broker: {type(error).__name__}") from None
    except TimeoutError:
        raise _RefusedError(408, f"the article was not sent within {BODY_SECONDS:.0f} seconds") from None
    except ClientDisconnect:
        raise _RefusedError(400, "the article was not sent completely") from None


async def _read_body(request: Request, max_bytes: int) -> bytes:
    """Body of a request.

    Raises:
        TooLargeError: It has more than `max_bytes` bytes.
    """
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise TooLargeError(f"over {max_bytes} bytes, max.message.bytes of articles.raw")
    return b"".join(chunks)


__all__ = ["ArticlePublisher", "PublishRoutes"]
