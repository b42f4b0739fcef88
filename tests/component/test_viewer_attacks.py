"""The page's server against what no browser sends: forged headers, floods, and connections that ask for nothing."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, suppress

import aiohttp
import pytest

from copydesk.viewer import access, connections
from copydesk.viewer.serving import max_connections
from copydesk.viewer.settings import ViewerSettings
from harness.viewing import served

TOKEN = "a-token-that-is-long-enough"  # noqa: S105 - of a test
EVERYWHERE = ViewerSettings(host="0.0.0.0", port=0, token=TOKEN)  # noqa: S104 - any host name is served, with a token


async def ask(url: str, request: bytes, *, seconds: float = 30) -> bytes:
    """Everything that the server answers to these bytes until it closes the connection."""
    host, _, port = url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        async with asyncio.timeout(seconds):
            return await reader.read()
    finally:
        writer.close()


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join((f"GET {path} HTTP/1.1", *headers, "Connection: close", "", "")).encode("latin-1")


@pytest.mark.parametrize(
    "host", ["x/static/page.css?", "127.0.0.1/login?", "x/static/icon.svg#", "x/login\\", "[::1]/static/page.css?"]
)
@pytest.mark.parametrize("path", ["/api/statistics", "/events", "/api/article?id=a", "/"])
@pytest.mark.parametrize("settings", [EVERYWHERE, ViewerSettings(port=0, token=TOKEN), ViewerSettings(port=0)])
async def test_a_path_in_the_host_header_opens_nothing(host: str, path: str, settings: ViewerSettings) -> None:
    async with served(settings) as page:
        answer = await ask(page.url, get(path, f"Host: {host}"))
    assert answer.split(b"\r\n")[0].split(b" ")[1] == b"400"
    assert answer.endswith(b"malformed header: Host\n")


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "//[x]:y", "http://\xff]["])
async def test_an_origin_that_is_none_is_refused_before_the_login(
    origin: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with served(EVERYWHERE) as page:
        for path in ("/", "/api/statistics", "/static/page.css"):
            answer = await ask(page.url, get(path, "Host: paper.example", f"Origin: {origin}"))
            assert answer.split(b"\r\n")[0].split(b" ")[1] == b"400", answer
    assert caplog.records == []


async def test_of_many_browsers_that_ask_at_once_no_more_listen_than_allowed() -> None:
    settings = ViewerSettings(port=0, clients=10)
    async with served(settings) as page, AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
        async with asyncio.timeout(60):
            answers = await asyncio.gather(*(session.get(f"{page.url}/events") for _ in range(60)))
            statuses = sorted(answer.status for answer in answers)
            assert statuses == [200] * 10 + [503] * 50
            for answer in answers:
                answer.close()
            while (answer := await session.get(f"{page.url}/events")).status != 200:  # all places are free again
                answer.close()
                await asyncio.sleep(0.05)
            answer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n", get("/login", "Host: localhost")[:-9]])
async def test_a_connection_that_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    async with served() as page:
        begin = time.monotonic()
        assert await ask(page.url, sent) == b""
        assert time.monotonic() - begin >= 0.3


async def test_a_connection_that_sends_a_byte_now_and_then_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.3)
    async with served() as page:
        host, _, port = page.url.removeprefix("http://").partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
        ending = asyncio.create_task(reader.read())

        async def drip() -> None:
            while not writer.is_closing():
                writer.write(b"G")
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(30):
            assert (await ending).startswith(b"HTTP/1.1 303")
        dripping.cancel()
        writer.close()


async def test_a_browser_that_listens_is_not_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REQUEST_SECONDS", 0.1)
    async with served() as page, aiohttp.ClientSession() as session, session.get(f"{page.url}/events") as answer:
        await asyncio.sleep(0.5)
        page.store.broker_answers = False
        page.store.notify()
        async with asyncio.timeout(30):
            while b'"broker"' not in await answer.content.readline():
                pass


async def test_a_login_form_that_never_ends_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "FORM_SECONDS", 0.2)
    async with served(EVERYWHERE) as page:
        form = b"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\nConnection: close\r\n\r\ntoken=a"
        assert b"location: /login?wrong" in await ask(page.url, form)


async def test_past_the_limit_requests_are_answered_with_503_and_then_connections_are_closed() -> None:
    settings = ViewerSettings(port=0, clients=1)
    limit = max_connections(settings.clients)
    async with served(settings) as page, AsyncExitStack() as stack:
        host, _, port = page.url.removeprefix("http://").partition(":")
        readers = []
        for _ in range(2 * limit):
            reader, writer = await asyncio.open_connection(host, int(port))
            stack.callback(writer.close)
            readers.append((reader, writer))
        reader, writer = readers[-1]
        writer.write(get("/login", "Host: localhost"))
        async with asyncio.timeout(30):
            assert (await reader.read()).startswith(b"HTTP/1.1 503")
            for _ in range(5):
                reader, writer = await asyncio.open_connection(host, int(port))
                stack.callback(writer.close)
                readers.append((reader, writer))
            with suppress(ConnectionResetError):
                assert await reader.read() == b""
