"""One article published, and waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from copydesk.client import Connection, DeadLetterError, Publisher, enrich, follow
from copydesk.contracts.articles import CleanedArticle
from copydesk.contracts.topics import UnknownTopicError, topics
from harness.running import Cluster

Make = Callable[..., Cluster]

ARTICLE = {
    "id": "bridge",
    "text": "Council backs the new bridge\n\nThe council voted for the new bridge on Tuesday.\n\nWork begins in May.",
}


async def pipeline(cluster: Make, *stages: str, **environ: str) -> tuple[Cluster, Connection]:
    """Every topic, and a worker of these stages."""
    here = cluster(**environ)
    await here.create(*topics(), partitions=3)
    for stage in stages:
        await (await here.run(stage)).says("ready")
    return here, Connection(brokers=here.broker.brokers, topic_prefix=here.prefix)


async def test_enrich_gives_what_became_of_this_very_article(cluster: Make) -> None:
    _, connection = await pipeline(cluster, "cleaner")
    async with Publisher(connection) as publisher:
        await publisher.publish({**ARTICLE, "text": "An older version of it."})
    message = await enrich(ARTICLE, until="articles.cleaned", connection=connection)
    assert isinstance(message.article, CleanedArticle)
    assert message.id == "bridge"
    assert "on Tuesday" in message.article.text


async def test_an_article_that_does_not_pass_says_why(cluster: Make) -> None:
    _, connection = await pipeline(cluster, "cleaner", COPYDESK_MAX_ARTICLE_SECONDS="0.000001")
    with pytest.raises(DeadLetterError, match=r"bridge: failed by cleaner: Timeout") as raised:
        await enrich(ARTICLE, connection=connection)
    assert raised.value.message.topic == "articles.cleaner.dlq"
    assert raised.value.message.dead_letter.reason == "failed"


async def test_an_article_that_does_not_arrive_says_how_far_it_came(cluster: Make) -> None:
    _, connection = await pipeline(cluster, "cleaner")
    with pytest.raises(TimeoutError, match=r"did not reach articles\.scored within 6 s; last seen: articles\.cleaned"):
        await enrich(ARTICLE, seconds=6, connection=connection)


async def test_follow_tells_every_step_from_now_on(cluster: Make) -> None:
    here, connection = await pipeline(cluster)
    steps: list[str] = []
    async with Publisher(connection) as publisher:
        publishing = asyncio.create_task(again_and_again(publisher))
        async for message in follow("bridge", until="articles.cleaned", connection=connection):
            if not steps:
                publishing.cancel()
                await here.run("cleaner")
            steps.append(message.topic)
    assert {*steps[:-1]} == {"articles.raw"}
    assert steps[-1] == "articles.cleaned"


async def again_and_again(publisher: Publisher) -> None:
    """Nobody tells when a reader stands at the end of the topics."""
    while True:
        await publisher.publish(ARTICLE)
        await asyncio.sleep(0.5)


async def test_only_enriched_topics_can_be_waited_for(cluster: Make) -> None:
    here = cluster()
    connection = Connection(brokers=here.broker.brokers, topic_prefix=here.prefix)
    for name in ("articles.raw", "articles.nowhere"):
        with pytest.raises(UnknownTopicError, match=r"articles\.cleaned, articles\.extracted, articles\.scored"):
            await enrich(ARTICLE, until=name, connection=connection)
