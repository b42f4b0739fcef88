"""The page over HTTP: static files, the event stream, articles, statistics, and publishing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from importlib.resources import files
from typing import Any, Protocol

import msgspec
import orjson
from aiokafka.errors import KafkaError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from copydesk.client import Connection, Published, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.topics import topic
from copydesk.viewer.access import AccessControl
from copydesk.viewer.positions import format_event_id, log_id, parse_event_id
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.statistics import compute_statistics
from copydesk.viewer.store import ArticleStore, StoredArticle
from copydesk.viewer.summary import decode_headers, topic_ranks

EVENT_ARTICLES = 250  # most articles of one event (measured: 90 KB)
PAUSE_SECONDS = 0.1
"""Pause between two events to one browser, so that changes are sent together."""
RETRY_MS = 2_000
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30.0
"""A browser that reads nothing for this time is disconnected; it reconnects with the id of its last event."""

BODY_SECONDS = 60.0
"""Time for sending an article; 5 MiB need 0.7 Mbit/s."""


class ArticlePublisher(Protocol):
    """Publisher of articles, such as `copydesk.client.Publisher`."""

    async def publish(self, article: bytes) -> Published:
        """Publish a JSON document."""


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def make_app(
    store: ArticleStore,
    settings: ViewerSettings,
    connection: Connection,
    publisher: ArticlePublisher | None,
    left_out: tuple[str, ...] = (),
) -> Starlette:
    """The page as an ASGI application, behind the access checks.

    Args:
        store: Articles to show.
        settings: Settings of the page.
        connection: The broker; only its address and prefix are used.
        publisher: Publishes articles from the page; None: the page cannot publish.
        left_out: Topics that stages write and this page does not show.
    """
    static = str(files("copydesk.viewer") / "static")
    page = PageRoutes(store, settings, connection, publisher, left_out)
    routes = [
        Route("/", _file(f"{static}/index.html")),
        Route("/login", _file(f"{static}/login.html")),
        Route("/events", page.events),
        Route("/api/article", page.article),
        Route("/api/message", page.message),
        Route("/api/statistics", page.statistics),
        Route("/api/articles", page.publish, methods=["POST"]),
        Mount("/static", StaticFiles(directory=static)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(AccessControl, settings=settings)])


def _file(path: str) -> Handler:
    async def serve(_: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return serve


class PageRoutes:
    """Handlers of the routes."""

    def __init__(
        self,
        store: ArticleStore,
        settings: ViewerSettings,
        connection: Connection,
        publisher: ArticlePublisher | None,
        left_out: tuple[str, ...],
    ) -> None:
        """See `make_app`."""
        self._store = store
        self._settings = settings
        self._connection = connection
        self._publisher = publisher if settings.publish else None
        self._left_out = left_out
        self._log = log_id(connection)
        self._names = tuple(topic_ranks())
        self._listeners = 0

    # --------------------------------------------------------------------------------------------- events

    async def events(self, request: Request) -> Response:
        """Stream of changes, from the browser's last event on."""
        if self._listeners >= self._settings.clients:
            return PlainTextResponse("too many browsers are listening already\n", 503, {"Retry-After": "10"})
        last_event_id = request.headers.get("last-event-id") or request.query_params.get("after", "")
        self._listeners += 1  # now, since the stream begins only after the answer: many could ask meanwhile
        return _Listening(self._stream(last_event_id), self._leave)

    def _leave(self) -> None:
        self._listeners -= 1

    async def _stream(self, last_event_id: str) -> AsyncIterator[ServerSentEvent]:
        """Events with all articles that the browser has not seen, then with every change, until the store closes."""
        yield self._hello_event()
        while not (self._store.ready.is_set() or self._store.closed):
            await self._store.wait_for_changes()
        seen = parse_event_id(last_event_id, self._log, self._names)
        if seen is not None and not self._store.has_reached(seen):
            seen = None  # another log under the same name: the broker was started anew
        yield ServerSentEvent(orjson.dumps({"anew": seen is None}).decode(), event="begin")
        cursor, sent, broker_answers = 0, False, True
        while not self._store.closed:
            changed, cursor = self._store.changes_since(cursor, EVENT_ARTICLES, seen=seen)
            complete = cursor >= self._store.last_change
            if changed or not sent:
                sent = True
                yield self._articles_event(changed, complete=complete)
            if broker_answers != self._store.broker_answers:
                broker_answers = self._store.broker_answers
                yield ServerSentEvent(orjson.dumps({"broker": broker_answers}).decode(), event="broker")
            if cursor >= self._store.last_change:
                await self._store.wait_for_changes()
                await asyncio.sleep(PAUSE_SECONDS)

    def _hello_event(self) -> ServerSentEvent:
        """Event with what the page must know of this server."""
        data = {
            "most": self._settings.articles,
            "publish": self._publisher is not None,
            "largest": topic("articles.raw").max_message_bytes,
            "prefix": self._connection.topic_prefix,
            "left_out": self._left_out,
        }
        return ServerSentEvent(orjson.dumps(data).decode(), event="hello", retry=RETRY_MS)

    def _articles_event(self, changed: list[StoredArticle], *, complete: bool) -> ServerSentEvent:
        """Event with changed articles; it has an id, to reconnect with, only if nothing is missing after it."""
        data = msgspec.json.encode({"articles": [article.summary for article in changed], "complete": complete})
        id_ = format_event_id(self._log, self._names, self._store.positions) if complete else None
        return ServerSentEvent(data.decode(), event="articles", id=id_)

    # ------------------------------------------------------------------------------------------- articles

    async def article(self, request: Request) -> Response:
        """One article: its newest message, its headers, its places on all topics."""
        article = self._store.get(request.query_params.get("id", ""))
        if article is None:
            return _problem(404, "the page does not keep it any more: `copydesk trace` finds it on the topics")
        places = sorted(article.places.values(), key=lambda place: topic_ranks()[place.topic])
        fields = {
            "summary": msgspec.to_builtins(article.summary),
            "key": None if article.key is None else article.key.decode("utf-8", "backslashreplace"),
            "headers": decode_headers(article.headers),
            "way": [place._asdict() for place in places],
            "value": None if article.value is None else article.value.decode("utf-8", "replace"),
            "bytes": len(article.value or b""),
        }
        return Response(orjson.dumps(fields), media_type="application/json")

    async def message(self, request: Request) -> Response:
        """Bytes of an article's newest message, as a download."""
        article = self._store.get(request.query_params.get("id", ""))
        if article is None or article.value is None:
            return _problem(404, "the page has no bytes of this article")
        summary = article.summary
        name = f"{summary.topic}-{summary.partition}-{summary.offset}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(article.value, media_type="application/octet-stream", headers=headers)

    async def statistics(self, request: Request) -> Response:
        """Statistics of the articles that arrived last."""
        digits = request.query_params.get("last", "500")
        last = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 500
        newest = sorted((article.summary for article in self._store), key=lambda summary: -summary.arrived)[:last]
        return Response(msgspec.json.encode(compute_statistics(newest)), media_type="application/json")

    # ----------------------------------------------------------------------------------------- publishing

    async def publish(self, request: Request) -> Response:
        """Publish one article: a JSON document of `articles.raw`."""
        if self._publisher is None:
            return _problem(403, "publishing is turned off here (COPYDESK_VIEWER_PUBLISH)")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _problem(415, "an article must be sent as application/json")
        try:
            published = await _receive(request, self._publisher)
        except _RefusedError as error:
            return _problem(error.status, str(error))
        return Response(orjson.dumps(published._asdict()), 201, media_type="application/json")


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


class _Listening(EventSourceResponse):
    """Event stream of one browser; its place is free again when it ends, also if nothing of it could be sent."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], leave: Callable[[], None]) -> None:
        super().__init__(events, ping=PING_SECONDS, send_timeout=SEND_TIMEOUT_SECONDS, sep="\n")
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()


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


def _problem(status: int, message: str) -> Response:
    """Error response."""
    return Response(orjson.dumps({"problem": message}), status, media_type="application/json")


__all__ = ["ArticlePublisher", "make_app"]
