"""The event stream: each browser gets what has changed since its last event."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import orjson
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from copydesk.client import Connection
from copydesk.contracts.topics import topic
from copydesk.viewer.positions import format_event_id, log_id, parse_event_id
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore, StoredArticle
from copydesk.viewer.summary import topic_ranks

EVENT_ARTICLES = 250  # most articles of one event (measured: 90 KB)
PAUSE_SECONDS = 0.1
"""Pause between two events to one browser, so that changes are sent together."""
RETRY_MS = 2_000
PING_SECONDS = 15
SEND_TIMEOUT_SECONDS = 30.0
"""A browser that reads nothing for this time is disconnected; it reconnects with the id of its last event."""


class EventRoute:
    """Handler of the event stream."""

    def __init__(
        self,
        store: ArticleStore,
        settings: ViewerSettings,
        connection: Connection,
        *,
        publishes: bool,
        left_out: tuple[str, ...],
    ) -> None:
        """See `copydesk.viewer.app.make_app`; `publishes` tells browsers whether the page can publish."""
        self._store = store
        self._settings = settings
        self._connection = connection
        self._publishes = publishes
        self._left_out = left_out
        self._log = log_id(connection)
        self._names = tuple(topic_ranks())
        self._listeners = 0

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
            if complete:
                seen = None  # what changes from now on is new, also an old article whose copies change
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
            "publish": self._publishes,
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


__all__ = ["EventRoute"]
