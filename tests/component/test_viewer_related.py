"""The page's server and the topics of related articles, on a broker that has them and on one that has not."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress

import aiohttp

from copydesk.client import Connection
from copydesk.contracts.topics import topics
from copydesk.viewer.following import follow
from copydesk.viewer.related_records import ARTICLES, QUOTES
from copydesk.viewer.store import ArticleStore
from harness.brokers import embedded_broker
from harness.listening import listening
from harness.relations import group, related, sighting, traced
from harness.running import Cluster
from harness.viewing import message, put, scored, served


async def read_until(cluster: Cluster, store: ArticleStore, *, related_records: int, articles: int) -> None:
    """Follow the topics until the store has what was expected."""
    connection = Connection(brokers=cluster.broker.brokers, topic_prefix=cluster.prefix)
    following = asyncio.create_task(follow(store, connection, last=100))
    try:
        async with asyncio.timeout(30):
            while not (store.ready.is_set() and len(store.related) == related_records and len(store) == articles):
                assert not following.done(), following.result()
                await asyncio.sleep(0.02)
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following


async def test_the_topics_are_read_where_they_exist() -> None:
    with embedded_broker() as broker:
        without, having = Cluster(broker), Cluster(broker)
        for cluster in (without, having):
            await cluster.create(*topics(), partitions=2)
        for name in (ARTICLES, QUOTES):
            await without.delete(name)
        for cluster in (without, having):
            await cluster.send("articles.scored", [(b"b", scored("b"), {})])
        utterance = traced("ap/1#q1", [sighting("ap/1"), sighting("b")])
        await having.send(ARTICLES, [(b"ap/1", group("ap/1", "ap/1", ["ap/1", "b"]), {}), (b"b", b"{broken", {})])
        await having.send(ARTICLES, [(b"b", related("b", group="ap/1"), {}), (b"c", related("c", group="c"), {})])
        await having.send(QUOTES, [(b"ap/1#q1", utterance, {}), (b"x#q1", utterance, {})])
        await having.send(ARTICLES, [(b"c", None, {})])
        await having.send(QUOTES, [(b"x#q1", None, {})])
        for cluster, expected in ((without, 0), (having, 3)):
            store = ArticleStore(articles=100, max_bytes=1 << 26)
            await read_until(cluster, store, related_records=expected, articles=1)
            assert bool(store.related.article("b")) is (cluster is having)


async def test_a_browser_that_came_back_is_told_of_what_is_related() -> None:
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(served())
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)))
        put(page.store, "b", scored("b"), offset=0)
        page.store.positions["articles.scored", 0] = 1
        async with listening(session, page.url) as events:
            await events.until_complete()
            last = events.last
        async with listening(session, page.url, last) as events:
            assert await events.until_complete() == []
            page.store.add_related(message(ARTICLES, related("b", group="ap/1"), id_="b"))
            assert await events.until_complete() == ["b"]
            assert events.articles["b"]["related"] > 0


async def test_an_article_comes_with_what_is_related_to_it() -> None:
    async with AsyncExitStack() as stack:
        page = await stack.enter_async_context(served())
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)))

        async def read(id_: str) -> dict[str, object]:
            async with session.get(f"{page.url}/api/article", params={"id": id_}) as answer:
                found: dict[str, object] = await answer.json()
                return found

        put(page.store, "b", scored("b"), offset=0)
        assert "related" not in await read("b")
        page.store.add_related(message(ARTICLES, group("ap/1", "ap/1", ["ap/1", "b"]), id_="ap/1"))
        page.store.add_related(message(ARTICLES, related("b", group="ap/1"), id_="b"))
        found = (await read("b"))["related"]
        assert isinstance(found, dict)
        assert (found["copies"]["place"], found["copies"]["members"], found["held"]) == (1, 2, ["b"])
        page.store.add(message("articles.raw", None, id_="b", offset=1))
        assert "related" not in await read("b"), "nothing of a withdrawn article is told"
