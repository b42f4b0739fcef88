"""The page over HTTP: static files, the stream of events, articles, statistics, and publishing."""

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

from copydesk.client import Connection, Published, TooLargeError
from copydesk.contracts.articles import InvalidDocumentError
from copydesk.contracts.topics import topic
from copydesk.viewer.desk import Article, Desk
from copydesk.viewer.guard import Guard
from copydesk.viewer.places import log_name, read_event_id, write_event_id
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.statistics import count
from copydesk.viewer.summary import headers_told, ranks

BATCH = 250  # articles an event (measured: 90 KB)
PAUSE_SECONDS = 0.1
"""Between two events to one browser: what changes in between travels together."""
RETRY_MS = 2_000
PING_SECONDS = 15
SEND_SECONDS = 30.0
"""A browser that takes nothing for so long is let go; it comes back with the id of the last event it has."""


class Publishes(Protocol):
    """Somebody who publishes articles: `copydesk.client.Publisher`."""

    async def publish(self, article: bytes) -> Published:
        """Publish a JSON document."""


Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def make_app(
    desk: Desk,
    settings: ViewerSettings,
    connection: Connection,
    publisher: Publishes | None,
    left_out: tuple[str, ...] = (),
) -> Starlette:
    """The page as an ASGI application.

    Args:
        desk: What it shows.
        settings: How it is served.
        connection: The broker, for its name and prefix only.
        publisher: Who publishes what is handed in; None: nothing can be.
        left_out: Topics that stages write and this page does not show.
    """
    static = str(files("copydesk.viewer") / "static")
    page = Page(desk, settings, connection, publisher, left_out)
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
    return Starlette(routes=routes, middleware=[Middleware(Guard, settings=settings)])


def _file(path: str) -> Handler:
    async def serve(_: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return serve


class Page:
    """What the routes do."""

    def __init__(
        self,
        desk: Desk,
        settings: ViewerSettings,
        connection: Connection,
        publisher: Publishes | None,
        left_out: tuple[str, ...],
    ) -> None:
        """See `make_app`."""
        self._desk = desk
        self._settings = settings
        self._connection = connection
        self._publisher = publisher if settings.publish else None
        self._left_out = left_out
        self._log = log_name(connection)
        self._names = tuple(ranks())
        self._clients = 0

    # --------------------------------------------------------------------------------------------- events

    async def events(self, request: Request) -> Response:
        """The stream of changes, from where the browser was."""
        if self._clients >= self._settings.clients:
            return PlainTextResponse("too many browsers listen already\n", 503, {"Retry-After": "10"})
        last = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventSourceResponse(self._stream(last), ping=PING_SECONDS, send_timeout=SEND_SECONDS, sep="\n")

    async def _stream(self, last: str) -> AsyncIterator[ServerSentEvent]:
        """Everything the browser has not seen, then every change, until it or the desk is gone."""
        self._clients += 1
        try:
            yield self._hello()
            while not (self._desk.ready.is_set() or self._desk.closed):
                await self._desk.news()
            seen = read_event_id(last, self._log, self._names)
            if seen is not None and not self._desk.knows(seen):
                seen = None  # of another log under the same name: a broker that was started anew
            yield ServerSentEvent(orjson.dumps({"anew": seen is None}).decode(), event="begin")
            number, told, broker = 0, False, True
            while not self._desk.closed:
                changed, number = self._desk.since(number, BATCH, seen=seen)
                complete = number >= self._desk.number
                if changed or not told:
                    told = True
                    yield self._tell(changed, complete=complete)
                if broker != self._desk.broker_answers:
                    broker = self._desk.broker_answers
                    yield ServerSentEvent(orjson.dumps({"broker": broker}).decode(), event="broker")
                if number >= self._desk.number:
                    await self._desk.news()
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            self._clients -= 1

    def _hello(self) -> ServerSentEvent:
        told = {
            "most": self._settings.articles,
            "publish": self._publisher is not None,
            "largest": topic("articles.raw").max_message_bytes,
            "prefix": self._connection.topic_prefix,
            "left_out": self._left_out,
        }
        return ServerSentEvent(orjson.dumps(told).decode(), event="hello", retry=RETRY_MS)

    def _tell(self, changed: list[Article], *, complete: bool) -> ServerSentEvent:
        """An event; only one after which nothing is missing has an id to come back with."""
        data = msgspec.json.encode({"articles": [article.summary for article in changed], "complete": complete})
        id_ = write_event_id(self._log, self._names, self._desk.positions) if complete else None
        return ServerSentEvent(data.decode(), event="articles", id=id_)

    # ------------------------------------------------------------------------------------------- articles

    async def article(self, request: Request) -> Response:
        """All that is known of one article: its newest message, its headers, its way."""
        article = self._desk.get(request.query_params.get("id", ""))
        if article is None:
            return _problem(404, "it is not held here any more: `copydesk trace` finds it in the topics")
        told = {
            "summary": msgspec.to_builtins(article.summary),
            "key": None if article.key is None else article.key.decode("utf-8", "backslashreplace"),
            "headers": headers_told(article.headers),
            "way": [step._asdict() for step in sorted(article.way.values(), key=lambda step: ranks()[step.topic])],
            "value": None if article.value is None else article.value.decode("utf-8", "replace"),
            "bytes": len(article.value or b""),
        }
        return Response(orjson.dumps(told), media_type="application/json")

    async def message(self, request: Request) -> Response:
        """The bytes of an article's newest message, as a file."""
        article = self._desk.get(request.query_params.get("id", ""))
        if article is None or article.value is None:
            return _problem(404, "there are no bytes of it here")
        summary = article.summary
        name = f"{summary.topic}-{summary.partition}-{summary.offset}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(article.value, media_type="application/octet-stream", headers=headers)

    async def statistics(self, request: Request) -> Response:
        """Figures over the last articles that arrived."""
        told = request.query_params.get("last", "500")
        last = int(told) if told.isascii() and told.isdigit() and len(told) < 10 else 500
        newest = sorted((one.summary for one in self._desk), key=lambda one: -one.arrived)[:last]
        return Response(msgspec.json.encode(count(newest)), media_type="application/json")

    # ----------------------------------------------------------------------------------------- publishing

    async def publish(self, request: Request) -> Response:
        """Publish one article: a JSON document as `articles.raw` holds it."""
        if self._publisher is None:
            return _problem(403, "publishing is turned off here (COPYDESK_VIEWER_PUBLISH)")
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            return _problem(415, "articles come as application/json")
        try:
            body = await _read_body(request, topic("articles.raw").max_message_bytes)
            published = await self._publisher.publish(body)
        except (TooLargeError, InvalidDocumentError) as error:
            return _problem(413 if isinstance(error, TooLargeError) else 422, str(error))
        except KafkaError as error:
            return _problem(503, f"not confirmed by the broker: {type(error).__name__}")
        except ClientDisconnect:
            return _problem(400, "the article was not sent whole")
        return Response(orjson.dumps(published._asdict()), 201, media_type="application/json")


async def _read_body(request: Request, most: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        chunks.append(chunk)
        size += len(chunk)
        if size > most:
            raise TooLargeError(f"over {most} bytes, max.message.bytes of articles.raw")
    return b"".join(chunks)


def _problem(status: int, what: str) -> Response:
    return Response(orjson.dumps({"problem": what}), status, media_type="application/json")


__all__ = ["Publishes", "make_app"]
