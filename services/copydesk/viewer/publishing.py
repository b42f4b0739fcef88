"""Publishing from the page."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiokafka.errors import KafkaError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from copydesk.client import Published, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.topics import topic
from copydesk.files.samples import read_samples
from copydesk.viewer.answers import json_answer, problem

TRUST_SECONDS = 1.0
"""Time for which a broker that has answered is not asked again."""

BODY_SECONDS = 60.0
"""Time for sending an article; 5 MiB need 0.7 Mbit/s."""


class ArticlePublisher(Protocol):
    """Publisher of articles, such as `copydesk.client.Publisher`."""

    async def publish(self, article: bytes) -> Published:
        """Publish a JSON document."""


class PublishRoutes:
    """Handlers that publish; without a publisher they refuse."""

    def __init__(self, publisher: ArticlePublisher | None, answers: Callable[[], Awaitable[bool]]) -> None:
        """See `copydesk.viewer.app.make_app`.

        Args:
            publisher: Publishes; None: nothing is.
            answers: Whether the broker answers. It is asked first: a client would try for 40 seconds, and whoever
                pasted a text would not know what becomes of it.
        """
        self._publisher = publisher
        self._answers = answers
        self._answered = -math.inf

    async def publish(self, request: Request) -> Response:
        """Publish one article: a JSON document of `articles.raw`."""
        try:
            publisher = await self._ready(request)
            published = await _receive(request, publisher)
        except _RefusedError as error:
            return problem(error.status, str(error))
        return json_answer(published._asdict(), 201)

    async def samples(self, request: Request) -> Response:
        """Publish the sample articles that come with copydesk."""
        try:
            publisher = await self._ready(request)
            published = await asyncio.gather(*(_publish_sample(sample.value, publisher) for sample in read_samples()))
        except _RefusedError as error:
            return problem(error.status, str(error))
        return json_answer({"ids": [id_ for id_ in published if id_ is not None]}, 201)

    async def _ready(self, request: Request) -> ArticlePublisher:
        """Publisher, if it may be used and the broker answers.

        Raises:
            _RefusedError: Publishing is turned off, the request has another type, or the broker is away.
        """
        if self._publisher is None:
            raise _RefusedError(403, "publishing is turned off here (COPYDESK_VIEWER_PUBLISH)")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _RefusedError(415, "an article must be sent as application/json")
        if time.monotonic() - self._answered > TRUST_SECONDS:
            if not await self._answers():
                raise _RefusedError(503, "the broker does not answer: nothing was published, publish it again later")
            self._answered = time.monotonic()
        return self._publisher


class _RefusedError(Exception):
    """An article was not published; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """HTTP status of the response."""


async def _publish_sample(sample: bytes, publisher: ArticlePublisher) -> str | None:
    """Id of the sample, or None if it is one that shows what is refused.

    Raises:
        _RefusedError: The broker did not confirm it.
    """
    try:
        return (await publisher.publish(sample)).id
    except InvalidDocumentError:
        return None
    except KafkaError as error:
        raise _RefusedError(503, f"not confirmed by the broker: {type(error).__name__}") from None


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
