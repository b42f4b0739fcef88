"""The page over HTTP: static files, the event stream, articles, names, statistics, and publishing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args

import msgspec
import orjson
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from copydesk.client import Connection
from copydesk.viewer.access import AccessControl
from copydesk.viewer.answers import json_answer, problem, read_number
from copydesk.viewer.events import EventRoute
from copydesk.viewer.exports import ExportRoute
from copydesk.viewer.name_page import NamedKind, make_name_page
from copydesk.viewer.operations import LagReader, OperationsRoute, read_stage_lags
from copydesk.viewer.publishing import ArticlePublisher, PublishRoutes
from copydesk.viewer.query import read_query
from copydesk.viewer.related_answer import describe_related
from copydesk.viewer.search import Searcher
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.statistics import compute_statistics
from copydesk.viewer.store import ArticleStore
from copydesk.viewer.summary import decode_headers, topic_ranks

ANSWER_SECONDS = 1.5
"""Time after which a broker counts as away for who publishes."""

HIDDEN_WRONG, SHOWN_WRONG = 'id="wrong" role="alert" hidden', 'id="wrong" role="alert"'

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def make_app(
    store: ArticleStore,
    settings: ViewerSettings,
    connection: Connection,
    publisher: ArticlePublisher | None,
    left_out: tuple[str, ...] = (),
    *,
    answers: Callable[[], Awaitable[bool]] | None = None,
    lags: LagReader | None = None,
) -> Starlette:
    """The page as an ASGI application, behind the access checks.

    Args:
        store: Articles to show.
        settings: Settings of the page.
        connection: The broker; only its address and prefix are used.
        publisher: Publishes articles from the page; None: the page cannot publish.
        left_out: Topics that stages write and this page does not show.
        answers: Whether the broker answers; None: its bootstrap servers are asked.
        lags: Measures the lag of the stages; None: of the consumer groups at the broker.
    """
    static = str(files("copydesk.viewer") / "static")
    publisher = publisher if settings.publish else None
    publishing = PublishRoutes(publisher, answers or partial(connection.answers, seconds=ANSWER_SECONDS))
    operations = OperationsRoute(store, lags or partial(read_stage_lags, connection))
    searcher = Searcher(store)
    articles = ArticleRoutes(store, searcher)
    events = EventRoute(store, settings, connection, publishes=publisher is not None, left_out=left_out)
    routes = [
        Route("/", _file(f"{static}/index.html")),
        Route("/login", _login(f"{static}/login.html")),
        Route("/events", events.events),
        Route("/api/article", articles.article),
        Route("/api/message", articles.message),
        Route("/api/export/{name}", ExportRoute(searcher).export),
        Route("/api/name", articles.name),
        Route("/api/operations", operations.operations),
        Route("/api/search", articles.search),
        Route("/api/statistics", articles.statistics),
        Route("/api/articles", publishing.publish, methods=["POST"]),
        Route("/api/samples", publishing.samples, methods=["POST"]),
        Mount("/static", StaticFiles(directory=static)),
    ]
    return Starlette(routes=routes, middleware=[Middleware(AccessControl, settings=settings)])


def _login(path: str) -> Handler:
    """The login form; after a wrong token it says so, without a script."""
    form = Path(path).read_text(encoding="utf-8")

    async def serve(request: Request) -> Response:
        wrong = "wrong" in request.query_params
        return HTMLResponse(form.replace(HIDDEN_WRONG, SHOWN_WRONG) if wrong else form, 401 if wrong else 200)

    return serve


def _file(path: str) -> Handler:
    async def serve(_: Request) -> Response:
        return FileResponse(path, headers={"Cache-Control": "no-cache"})

    return serve


class ArticleRoutes:
    """Handlers that read the store."""

    def __init__(self, store: ArticleStore, searcher: Searcher) -> None:
        """See `make_app`."""
        self._store = store
        self._searcher = searcher

    async def search(self, request: Request) -> Response:
        """Articles of a view of the list; with `cursor`, only what has changed since."""
        parameters = request.query_params
        return json_answer(await self._searcher.find(read_query(parameters), parameters.get("cursor", "")))

    async def article(self, request: Request) -> Response:
        """One article: its newest message, its headers, its places on all topics, and related articles if any."""
        article = self._store.get(request.query_params.get("id", ""))
        if article is None:
            return problem(404, "the page does not keep it any more: `copydesk trace` finds it on the topics")
        places = sorted(article.places.values(), key=lambda place: topic_ranks()[place.topic])
        fields = {
            "summary": msgspec.to_builtins(article.summary),
            "key": None if article.key is None else article.key.decode("utf-8", "backslashreplace"),
            "headers": decode_headers(article.headers),
            "way": [place._asdict() for place in places],
            "value": None if article.value is None else article.value.decode("utf-8", "replace"),
            "bytes": len(article.value or b""),
        }
        if article.value is not None:
            related = describe_related(self._store.related, article.summary.id, lambda id_: id_ in self._store)
            fields |= {} if related is None else {"related": related}
        return Response(orjson.dumps(fields), media_type="application/json")

    async def message(self, request: Request) -> Response:
        """Bytes of an article's newest message, as a download."""
        article = self._store.get(request.query_params.get("id", ""))
        if article is None or article.value is None:
            return problem(404, "the page has no bytes of this article")
        summary = article.summary
        name = f"{summary.topic}-{summary.partition}-{summary.offset}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(article.value, media_type="application/octet-stream", headers=headers)

    async def name(self, request: Request) -> Response:
        """Page of a person, an organisation, a place or a country."""
        kinds: tuple[NamedKind, ...] = get_args(NamedKind)
        kind = next((kind for kind in kinds if kind == request.query_params.get("kind")), None)
        name = request.query_params.get("name", "").strip()
        if kind is None or not name:
            return problem(400, f"say kind ({', '.join(kinds)}) and name")
        site, offset = request.query_params.get("site"), read_number(request, "offset", 0)
        return json_answer(make_name_page(self._store, kind, name, site=site, offset=offset))

    async def statistics(self, request: Request) -> Response:
        """Statistics of the articles that arrived last."""
        newest = sorted(self._store, key=lambda article: -article.summary.arrived)[: read_number(request, "last", 500)]
        return json_answer(compute_statistics((article.summary, article.names) for article in newest))


__all__ = ["ArticlePublisher", "make_app"]
