"""Asking for a missing topic gives an error, and makes no broker create it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiokafka.client import AIOKafkaClient

from copydesk.client import Connection, consume
from copydesk.client.enriching import follow
from copydesk.client.lag import read_lag
from copydesk.contracts.topics import UnknownTopicError
from harness.running import Cluster


async def test_a_missing_topic_is_asked_for_by_nobody(
    cluster: Callable[..., Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = cluster()
    await here.create("articles.raw")
    connection = Connection(brokers=here.broker.brokers, topic_prefix=here.prefix)
    named: set[str] = set()
    update = AIOKafkaClient._metadata_update

    async def listen(self: AIOKafkaClient, metadata: object, topics: list[str]) -> bool:
        named.update(topics or ())
        return bool(await update(self, metadata, topics))

    monkeypatch.setattr(AIOKafkaClient, "_metadata_update", listen)
    assert [one.articles for one in await read_lag("articles.raw", "copydesk.cleaner", connection)] == [0] * 6
    assert f"{here.prefix}articles.raw" in named, "what is there may be asked for"
    with pytest.raises(UnknownTopicError, match="topics apply"):
        await read_lag("articles.cleaned", "copydesk.extractor", connection)
    for group in (None, "my-app"):
        with pytest.raises(UnknownTopicError, match="topics apply"):
            await anext(consume("articles.cleaned", group=group, connection=connection))
    with pytest.raises(UnknownTopicError, match="topics apply"):
        await anext(follow("a", connection=connection))
    assert named == {f"{here.prefix}articles.raw"}
