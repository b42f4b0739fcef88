"""The page's server over HTTP: responses, access, and the command."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest

from copydesk.contracts.topics import topics
from copydesk.runtime.processes import die_with
from copydesk.viewer.access import COOKIE
from copydesk.viewer.settings import ViewerSettings
from copydesk.viewer.store import ArticleStore
from harness.brokers import embedded_broker
from harness.listening import listening
from harness.running import Cluster, run_command
from harness.viewing import dead, message, raw, scored, served

TOKEN = "a-token-that-is-long-enough"  # noqa: S105 - of a test


@asynccontextmanager
async def client(**options: Any) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), **options) as session:
        yield session


def fill(store: ArticleStore, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        store.add(message("articles.scored", scored(f"n{number}"), id_=f"n{number}", offset=number, origin=(0, number)))


# -------------------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    "path", ["/", "/static/page.js", "/static/page.css", "/api/statistics", "/api/article?id=x", "/nothing", "/login"]
)
async def test_every_answer_binds_the_browser(path: str) -> None:
    async with served() as page, client() as session, session.get(page.url + path) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "server" not in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_the_stream_is_not_kept_by_anybody_on_the_way() -> None:
    async with served() as page, client() as session, session.get(f"{page.url}/events") as answer:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "Content-Security-Policy" in answer.headers


async def test_nothing_in_the_pages_is_inline_or_from_elsewhere() -> None:
    async with served() as page, client() as session:
        for path in ("/", "/login"):
            async with session.get(page.url + path, allow_redirects=False) as answer:
                text = await answer.text()
            assert "style=" not in text
            assert "<style" not in text
            assert "onclick" not in text
            assert "http" not in text.replace("http-equiv", "")


# ------------------------------------------------------------------------------------------------ the stream


async def test_a_browser_gets_everything_and_then_every_change() -> None:
    async with served() as page, client() as session:
        fill(page.store, 600)
        async with asyncio.timeout(60), listening(session, page.url) as events:
            assert (await events.next())[0] == "hello"
            assert await events.next() == ("begin", {"anew": True})
            assert await events.until_complete() == [f"n{number}" for number in range(600)]
            assert events.articles["n5"]["score"] == 0.9
            fill(page.store, 1, start=600)
            assert await events.until_complete() == ["n600"]


async def test_it_goes_on_where_it_was_at_another_server_too() -> None:
    async with client() as session:
        async with served() as page:
            fill(page.store, 5)
            async with asyncio.timeout(60), listening(session, page.url) as events:
                await events.until_complete()
                last = events.last
        async with served() as page:  # it has read the topics from the start, and more articles came meanwhile
            fill(page.store, 8)
            async with asyncio.timeout(60), listening(session, page.url, last) as events:
                assert await events.until_complete() == ["n5", "n6", "n7"]
            async with asyncio.timeout(60), listening(session, page.url, events.last) as events:
                assert await events.until_complete() == []


@pytest.mark.parametrize("last", ["nonsense", "0~1.2~", "9" * 9000, "zz zz"])
async def test_with_an_id_that_is_none_it_begins_anew(last: str) -> None:
    async with served() as page, client() as session:
        fill(page.store, 3)
        async with asyncio.timeout(60), listening(session, page.url, last) as events:
            await events.next()
            assert await events.next() == ("begin", {"anew": True})
            assert await events.until_complete() == ["n0", "n1", "n2"]


async def test_at_a_broker_that_was_started_anew_it_begins_anew() -> None:
    async with client() as session:
        async with served() as page:
            fill(page.store, 50)
            async with asyncio.timeout(60), listening(session, page.url) as events:
                await events.until_complete()
        async with served() as page:
            fill(page.store, 2)
            async with asyncio.timeout(60), listening(session, page.url, events.last) as again:
                await again.next()
                assert await again.next() == ("begin", {"anew": True})
                assert await again.until_complete() == ["n0", "n1"]


async def test_no_article_is_sent_before_the_topics_are_read() -> None:
    async with (
        asyncio.timeout(60),
        served(ready=False) as page,
        client() as session,
        listening(session, page.url) as events,
    ):
        assert (await events.next())[0] == "hello"
        fill(page.store, 3)
        page.store.become_ready()
        assert await events.next() == ("begin", {"anew": True})
        assert await events.until_complete() == ["n0", "n1", "n2"]


async def test_a_browser_that_comes_early_hears_that_empty_topics_are_read() -> None:
    async with (
        asyncio.timeout(60),
        served(ready=False) as page,
        client() as session,
        listening(session, page.url) as events,
    ):
        assert (await events.next())[0] == "hello"
        page.store.become_ready()
        assert await events.next() == ("begin", {"anew": True})
        assert await events.until_complete() == []


async def test_a_browser_that_does_not_read_costs_a_cursor() -> None:
    rounds, articles = 100, 500
    async with served(ViewerSettings(port=0, articles=articles)) as page:
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(page.url).port, limit=65_536)
        try:
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            reader._transport.pause_reading()  # type: ignore[attr-defined]  # as a browser that hangs
            writer.write(b"GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            for round_ in range(rounds):  # some 17 MB of changes
                for number in range(articles):
                    value = raw(title=f"{round_} {'x' * 150}")
                    offset = round_ * articles + number
                    page.store.add(message("articles.raw", value, id_=f"n{number}", offset=offset))
                await asyncio.sleep(0)
            (waiting,) = _transports(page.url)
            assert waiting.get_write_buffer_size() < 2_000_000
            assert len(page.store) == articles
            reader._transport.resume_reading()  # type: ignore[attr-defined]  # it reads again
            last: dict[str, str] = {}
            received = 0
            async with asyncio.timeout(60):
                while set(last.values()) != {str(rounds - 1)} or len(last) < articles:
                    line = await _line(reader)
                    if line.startswith(b'data: {"articles"'):
                        changed = json.loads(line[6:])["articles"]
                        received += len(changed)
                        last |= {article["id"]: article["title"].split()[0] for article in changed}
            assert received < rounds * articles / 2, "beyond the buffered bytes, each article was sent once"
        finally:
            writer.close()
            await writer.wait_closed()


def _transports(url: str) -> list[asyncio.WriteTransport]:
    """Server's ends of its connections; the clients' ends are in this process, too."""
    import gc

    port = urlsplit(url).port
    transports = []
    for each in gc.get_objects():
        if isinstance(each, asyncio.WriteTransport) and not each.is_closing():
            name = each.get_extra_info("sockname")
            if name and name[1] == port and each.get_extra_info("peername"):
                transports.append(each)
    return transports


async def _line(reader: asyncio.StreamReader) -> bytes:
    """Next line, of any length."""
    line = b""
    while not line.endswith(b"\n"):
        try:
            line += await reader.readuntil(b"\n")
        except asyncio.LimitOverrunError as error:
            line += await reader.readexactly(error.consumed)
    return line


async def test_browsers_learn_that_the_broker_is_away_and_back() -> None:
    async with asyncio.timeout(60), served() as page, client() as session, listening(session, page.url) as events:
        await events.until_complete()
        for answers in (False, True):
            page.store.broker_answers = answers
            page.store.notify()
            assert await events.next() == ("broker", {"broker": answers})


async def test_no_more_browsers_listen_than_allowed_and_one_that_leaves_makes_room() -> None:
    async with served(ViewerSettings(port=0, clients=2)) as page, client() as session:
        async with asyncio.timeout(60), listening(session, page.url) as first, listening(session, page.url) as second:
            await first.next()
            await second.next()
            async with session.get(f"{page.url}/events") as answer:
                assert answer.status == 503
        async with asyncio.timeout(60):
            while True:
                async with session.get(f"{page.url}/events") as answer:
                    if answer.status == 200:
                        break
                await asyncio.sleep(0.05)  # the server notices by itself that they are gone


# ------------------------------------------------------------------------------------------------- articles


async def test_an_article_comes_with_its_place_headers_and_way() -> None:
    async with served() as page, client() as session:
        page.store.add(message("articles.raw", raw(), id_="a/1", partition=2, offset=4))
        page.store.add(message("articles.scored", scored("a/1"), id_="a/1", partition=5, offset=9, origin=(2, 4)))
        async with session.get(f"{page.url}/api/article", params={"id": "a/1"}) as answer:
            article = await answer.json()
        summary = article["summary"]
        assert (summary["topic"], summary["partition"], summary["offset"]) == (
            "articles.scored",
            5,
            9,
        )
        assert ["copydesk-origin", "2/4"] in article["headers"]
        assert [(step["topic"], step["partition"], step["offset"]) for step in article["way"]] == [
            ("articles.raw", 2, 4),
            ("articles.scored", 5, 9),
        ]
        assert json.loads(article["value"]) == json.loads(scored("a/1"))
        async with session.get(f"{page.url}/api/message", params={"id": "a/1"}) as answer:
            assert await answer.read() == scored("a/1")
            assert answer.headers["Content-Disposition"].startswith("attachment")
        async with session.get(f"{page.url}/api/article", params={"id": "gone"}) as answer:
            assert answer.status == 404
            assert "trace" in (await answer.json())["problem"]


async def test_a_dead_letter_of_any_bytes_can_be_read() -> None:
    async with served() as page, client() as session:
        page.store.add(message("articles.cleaner.dlq", b"\xff\x00<script>", headers=dead("invalid")))
        async with session.get(f"{page.url}/api/article", params={"id": "a"}) as answer:
            article = await answer.json()
        assert article["value"] == "\ufffd\x00<script>"
        assert article["summary"]["state"] == "dead"


async def test_statistics_are_of_the_newest_articles() -> None:
    async with served() as page, client() as session:
        for number in range(30):
            document = scored(f"n{number}", score=0.15 if number < 10 else 0.95)
            page.store.add(message("articles.scored", document, id_=f"n{number}", offset=number, at=1000 + number))
        for last, expected in (("20", (20, 20)), ("1000", (30, 20)), ("x", (30, 20))):
            async with session.get(f"{page.url}/api/statistics", params={"last": last}) as answer:
                statistics = await answer.json()
            assert (statistics["articles"], statistics["scores"]["counts"][9]) == expected


# ----------------------------------------------------------------------------------------------- publishing


async def test_an_article_is_published_from_the_page() -> None:
    async with served() as page, client() as session:
        async with session.post(f"{page.url}/api/articles", json={"text": "Hello."}) as answer:
            assert answer.status == 201
            assert (await answer.json())["partition"] == 3
        assert page.publisher.bodies == [b'{"text": "Hello."}']


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({"Host": "evil.example"}, 421),
        ({"Host": ""}, 421),
        ({"Sec-Fetch-Site": "same-origin"}, 201),
        ({"Host": "localhost:8080", "Origin": "http://localhost:8080"}, 201),
    ],
)
async def test_no_other_site_publishes(headers: dict[str, str], status: int) -> None:
    async with served() as page, client() as session:
        body = json.dumps({"text": "Hello."}).encode()
        all_headers = {"Content-Type": "application/json", **headers}
        async with session.post(f"{page.url}/api/articles", data=body, headers=all_headers) as answer:
            assert answer.status == status
        assert bool(page.publisher.bodies) is (status == 201)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
async def test_no_other_site_reads(headers: dict[str, str], status: int) -> None:
    async with served() as page, client() as session:
        for path in ("/events", "/api/statistics", "/api/article?id=a"):
            async with session.get(page.url + path, headers=headers) as answer:
                assert answer.status == status


async def test_a_link_from_another_site_may_open_the_page() -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with served() as page, client() as session, session.get(f"{page.url}/", headers=headers) as answer:
        assert answer.status == 200


async def test_what_is_no_article_is_refused_with_the_reason() -> None:
    async with served() as page, client() as session:
        async with session.post(f"{page.url}/api/articles", json={"title": "no text"}) as answer:
            assert answer.status == 422
            assert "neither `text` nor `html`" in (await answer.json())["problem"]
        big = io.BytesIO(json.dumps({"text": "x" * (6 * 1024 * 1024)}).encode())
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{page.url}/api/articles", data=big, headers=headers) as answer:
            assert answer.status == 413


async def test_the_samples_are_published_by_who_may_publish() -> None:
    async with served() as page, client() as session:
        async with session.post(f"{page.url}/api/samples", data=b"{}") as answer:
            assert answer.status == 415
        async with session.post(f"{page.url}/api/samples", json={}, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
            assert answer.status == 403
        assert not page.publisher.bodies
        async with session.post(f"{page.url}/api/samples", json={}) as answer:
            assert answer.status == 201
            assert len((await answer.json())["ids"]) == len(page.publisher.bodies) > 8
    settings = ViewerSettings(port=0, publish=False)
    async with (
        served(settings) as page,
        client() as session,
        session.post(f"{page.url}/api/samples", json={}) as answer,
    ):
        assert answer.status == 403


async def test_nothing_is_published_while_the_broker_is_away() -> None:
    async with served() as page, client() as session:
        page.publisher.broker_answers = False
        for path, body in (("/api/articles", {"text": "Hello."}), ("/api/samples", {})):
            async with session.post(page.url + path, json=body) as answer:
                assert answer.status == 503
                assert "nothing was published" in (await answer.json())["problem"]
        assert not page.publisher.bodies


async def test_publishing_can_be_turned_off() -> None:
    async with served(ViewerSettings(port=0, publish=False)) as page, client() as session:
        async with session.post(f"{page.url}/api/articles", json={"text": "Hello."}) as answer:
            assert answer.status == 403
            assert "COPYDESK_VIEWER_PUBLISH" in (await answer.json())["problem"]
        async with asyncio.timeout(60), listening(session, page.url) as events:
            assert (await events.next())[1]["publish"] is False


# ---------------------------------------------------------------------------------------------------- token


async def test_without_the_token_there_is_only_the_login_form() -> None:
    async with served(ViewerSettings(port=0, token=TOKEN)) as page, client() as session:
        for path in ("/events", "/api/statistics", "/api/article?id=a", "/static/page.js"):
            async with session.get(page.url + path) as answer:
                assert answer.status == 401, path
        async with session.post(f"{page.url}/api/articles", json={"text": "Hello."}) as answer:
            assert answer.status == 401
        async with session.get(f"{page.url}/") as answer:
            assert answer.url.path == "/login"
            assert 'name="token"' in await answer.text()
        assert not page.publisher.bodies


async def test_the_token_lets_in_and_the_cookie_does_not_reveal_it() -> None:
    jar = aiohttp.CookieJar(unsafe=True)  # of an address
    async with served(ViewerSettings(port=0, token=TOKEN)) as page, client(cookie_jar=jar) as session:
        async with session.post(f"{page.url}/login", data={"token": "wrong-and-long-enough"}) as answer:
            assert answer.url.path == "/login"
        async with session.post(f"{page.url}/login", data={"token": TOKEN}, allow_redirects=False) as answer:
            cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert TOKEN not in cookie
        async with session.get(f"{page.url}/api/statistics") as answer:
            assert answer.status == 200
        async with session.post(f"{page.url}/api/articles", json={"text": "Hello."}) as answer:
            assert answer.status == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Authorization": f"Bearer {TOKEN}"}, 200),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Cookie": f"{COOKIE}={TOKEN}"}, 401),
        ({"Cookie": f"{COOKIE}=ü"}, 401),
    ],
)
async def test_programs_send_the_token_in_a_header(headers: dict[str, str], status: int) -> None:
    async with served(ViewerSettings(port=0, token=TOKEN)) as page, client(headers=headers) as session:
        answer = await session.get(f"{page.url}/api/statistics")
        assert answer.status == status


async def test_the_login_form_takes_no_token_from_another_site() -> None:
    async with served(ViewerSettings(port=0, token=TOKEN)) as page, client() as session:
        headers = {"Origin": "https://evil.example"}
        async with session.post(f"{page.url}/login", data={"token": TOKEN}, headers=headers) as answer:
            assert answer.status == 403


# -------------------------------------------------------------------------------------------------- command


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "says"),
    [
        (("--host", "0.0.0.0"), {}, 2, "COPYDESK_VIEWER_TOKEN_FILE"),  # noqa: S104 - what is refused
        ((), {"COPYDESK_VIEWER_PORT": "http"}, 2, "COPYDESK_VIEWER_PORT=http"),
        (("--port", "0"), {"COPYDESK_BROKERS": "127.0.0.1:1"}, 3, "no broker answers at 127.0.0.1:1"),
    ],
)
async def test_what_cannot_be_is_said(
    arguments: tuple[str, ...], environ: dict[str, str], status: int, says: str
) -> None:
    ended, _, err = await run_command("viewer", *arguments, environ=environ)
    assert ended == status, err
    assert says in err
    assert "Traceback" not in err


async def test_a_port_that_is_taken_is_exit_5() -> None:
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        status, _, err = await run_command("viewer", "--port", str(port))
    finally:
        server.close()
        await server.wait_closed()
    assert status == 5
    assert f"127.0.0.1:{port}" in err
    assert "--port" in err


def test_without_its_packages_the_command_says_which_are_missing() -> None:
    code = "import sys; sys.modules['uvicorn'] = None; from copydesk.cli import main; main(['viewer'])"
    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 5, ended.stderr
    assert "pip install '.[viewer]'" in ended.stderr


@pytest.mark.slow
async def test_it_reads_the_topics_of_a_broker_and_publishes_to_them() -> None:
    with embedded_broker() as broker:
        cluster = Cluster(broker)
        status, _, err = await cluster.command("viewer", "--port", "0")
        assert status == 5, err
        assert "copydesk topics apply" in err
        await cluster.create(*topics(), partitions=3)
        await cluster.send("articles.scored", [(b"before", scored("before"), {})])
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", "viewer", "--port", "0", stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **cluster.environ}, preexec_fn=partial(die_with, os.getpid()),
        )  # fmt: skip
        try:
            async with asyncio.timeout(90), client() as session:
                assert process.stderr is not None
                url = re.search(r"live page on (\S+)", (await process.stderr.readline()).decode())
                assert url is not None
                async with listening(session, url[1]) as events:
                    assert await events.until_complete() == ["before"]
                    async with session.post(f"{url[1]}/api/articles", json={"id": "new", "text": "Hello."}) as answer:
                        published = await answer.json()
                    assert await events.until_complete() == ["new"]
                    article = events.articles["new"]
                    assert (article["topic"], article["partition"], article["offset"]) == (
                        "articles.raw", published["partition"], published["offset"],
                    )  # fmt: skip
                    process.send_signal(signal.SIGTERM)
                    assert await process.wait() == 0, "a browser that listens does not delay the end"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
