"""The live page as a program: reads the topics and serves the page until it is stopped."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import uvicorn
from starlette.applications import Starlette

from copydesk.client import Connection, Publisher
from copydesk.viewer.app import make_app
from copydesk.viewer.connections import BoundedConnection
from copydesk.viewer.following import follow
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore

SHUTDOWN_SECONDS = 3
"""Time for open requests when the server stops."""


CONNECTIONS_PER_BROWSER = 3
"""One that listens, one that asks, one that is about to be closed; only for the files a browser opens up to six."""
SPARE_CONNECTIONS = 64
"""For browsers that must be told that there are too many, probes and programs."""


def max_connections(clients: int) -> int:
    """Most connections of a server for this number of listening browsers."""
    return CONNECTIONS_PER_BROWSER * clients + SPARE_CONNECTIONS


class PortTakenError(OSError):
    """The page cannot listen: the port is taken, or the address is not this machine's."""


async def serve(
    settings: ViewerSettings,
    connection: Connection,
    stop: asyncio.Event,
    on_listening: Callable[[str], None],
    left_out: tuple[str, ...] = (),
) -> None:
    """Serve the page until `stop` is set.

    Args:
        settings: Settings of the page.
        connection: The broker.
        stop: Ends it.
        on_listening: Called with the page's URL once it can be opened.
        left_out: Topics that stages write and the page does not show.

    Raises:
        PortTakenError: The page cannot listen at its address.
        BrokerAwayError: The broker does not answer.
        UnknownTopicError: A topic does not exist.
    """
    store = ArticleStore(articles=settings.articles, max_bytes=settings.max_bytes)
    async with AsyncExitStack() as stack:
        sock = stack.enter_context(open_socket(settings.host, settings.port))
        publisher = await stack.enter_async_context(Publisher(connection)) if settings.publish else None
        app = make_app(store, settings, connection, publisher, left_out)
        server = Server(app, sock, max_connections(settings.clients))
        serving = asyncio.create_task(server.run())
        tasks = [
            asyncio.create_task(follow(store, connection, last=settings.articles)),
            serving,
            asyncio.create_task(stop.wait()),
        ]
        on_listening(page_url(settings.host, sock.getsockname()[1]))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            store.close()
            server.stop()
            await asyncio.wait([serving])
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class Server:
    """uvicorn that leaves the process's signals and logs to the command."""

    def __init__(self, app: Starlette, sock: socket.socket, connections: int) -> None:
        """The server does not run yet.

        Args:
            app: The application.
            sock: A listening socket.
            connections: Past this number of connections, requests are answered with 503.
        """
        self._socket = sock
        self._server = _SignalFreeServer(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=SHUTDOWN_SECONDS,
                http=BoundedConnection,
                limit_concurrency=connections,
            )
        )

    async def run(self) -> None:
        """Serve until `stop` is called."""
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Finish open requests, then end."""
        self._server.should_exit = True


class _SignalFreeServer(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGINT and SIGTERM alone."""
        yield


def open_socket(host: str, port: int) -> socket.socket:
    """Listening socket.

    Args:
        host: Host name or address, an IPv6 address with or without brackets.
        port: Port; 0: any free one.

    Raises:
        PortTakenError: The address cannot be listened on.
    """
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise PortTakenError(
            f"the live page cannot listen on {host}:{port} ({error.strerror or error}): "
            "stop the program that does, or choose another --port"
        ) from None
    return sock


def page_url(host: str, port: int) -> str:
    """URL to open in a browser on this machine.

    >>> page_url("0.0.0.0", 8080), page_url("::1", 8080)
    ('http://127.0.0.1:8080', 'http://[::1]:8080')
    """
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - all addresses, this machine's own among them
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


__all__ = ["PortTakenError", "Server", "max_connections", "open_socket", "page_url", "serve"]
