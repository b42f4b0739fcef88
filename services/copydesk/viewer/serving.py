"""The live page as a program: reads the topics, serves the page, until it is told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager

import uvicorn
from starlette.applications import Starlette

from copydesk.client import Connection, Publisher
from copydesk.viewer.app import make_app
from copydesk.viewer.desk import Desk
from copydesk.viewer.following import follow
from copydesk.viewer.settings import ViewerSettings

GRACE_SECONDS = 3


class PortTakenError(OSError):
    """Something listens there already, or the address is none of this machine's."""


async def serve(
    settings: ViewerSettings,
    connection: Connection,
    stop: asyncio.Event,
    say: Callable[[str], None],
    left_out: tuple[str, ...] = (),
) -> None:
    """Serve the page until `stop` is set.

    Args:
        settings: Of the page.
        connection: The broker.
        stop: Ends it.
        say: Takes the page's address, once it can be opened.
        left_out: Topics that stages write and the page does not show.

    Raises:
        PortTakenError: The page cannot be served there.
        BrokerAwayError: Nothing answers.
        UnknownTopicError: A topic is missing.
    """
    desk = Desk(articles=settings.articles, max_bytes=settings.max_bytes)
    async with AsyncExitStack() as stack:
        sock = stack.enter_context(listen(settings.host, settings.port))
        publisher = await stack.enter_async_context(Publisher(connection)) if settings.publish else None
        server = Server(make_app(desk, settings, connection, publisher, left_out), sock)
        tasks = [
            asyncio.create_task(follow(desk, connection, last=settings.articles)),
            asyncio.create_task(server.run()),
            asyncio.create_task(stop.wait()),
        ]
        say(address(settings.host, sock.getsockname()[1]))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            desk.close()
            server.stop()
            await asyncio.wait([tasks[1]])
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


class Server:
    """uvicorn, without a hand on the process's signals and logs: they are the command's."""

    def __init__(self, app: Starlette, sock: socket.socket) -> None:
        """Serves nothing yet.

        Args:
            app: The application.
            sock: Listens already.
        """
        self._socket = sock
        self._server = _WithoutSignals(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                server_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )

    async def run(self) -> None:
        """Serve until `stop`."""
        await self._server.serve(sockets=[self._socket])

    def stop(self) -> None:
        """Finish what is under way, then end."""
        self._server.should_exit = True


class _WithoutSignals(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave SIGINT and SIGTERM alone."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 stands for any free one.

    Raises:
        PortTakenError: Nothing can listen there.
    """
    try:
        family = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0][0]
        sock = socket.create_server((host.strip("[]"), port), family=family)
    except OSError as error:
        raise PortTakenError(
            f"the live page cannot be served on {host}:{port} ({error.strerror or error}): "
            "end what listens there, or choose another --port"
        ) from None
    return sock


def address(host: str, port: int) -> str:
    """What to open in a browser.

    >>> address("0.0.0.0", 8080), address("::1", 8080)
    ('http://127.0.0.1:8080', 'http://[::1]:8080')
    """
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - everywhere, and so here
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


__all__ = ["PortTakenError", "Server", "address", "listen", "serve"]
