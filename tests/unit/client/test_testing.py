from __future__ import annotations

from typing import Any

import pytest

from copydesk.client import Message, TooLargeError
from copydesk.client.testing import FakeBroker
from copydesk.contracts.articles import InvalidDocumentError, ScoredArticle
from copydesk.contracts.envelope import header
from copydesk.contracts.topics import UnknownTopicError, topic
from harness.require import ROOT

SCORED = (ROOT / "schemas" / "examples" / "articles.scored" / "1" / "full.json").read_bytes()


async def scores_of(broker: FakeBroker, group: str | None) -> list[Any]:
    """A small program of a user."""
    return [message.article async for message in broker.consume("articles.scored", group=group)]


async def test_what_is_published_can_be_looked_at() -> None:
    broker = FakeBroker()
    async with broker.publisher() as publisher:
        first = await publisher.publish({"id": "a", "text": "Some text."})
        second = await publisher.publish({"url": "https://example.org/x", "text": "More."})
        withdrawn = await publisher.withdraw("a")
    assert [one.offset for one in (first, second, withdrawn)] == [0, 1, 2]
    messages = broker.messages("articles.raw")
    assert [message.id for message in messages] == ["a", second.id, "a"]
    assert [message.withdrawn for message in messages] == [False, False, True]
    assert header(messages[0].headers, "ce_type") == "copydesk.article.raw.v1"
    assert getattr(messages[0].article, "text", None) == "Some text."


async def test_a_database_key_is_published_withdrawn_and_kept_apart() -> None:
    broker = FakeBroker()
    async with broker.publisher() as publisher:
        same = {"text": "Fog closed the airport."}
        published = [await publisher.publish({"id": number, **same}) for number in (776, 777)]
        withdrawn = [await publisher.withdraw(id_) for id_ in (777, "777")]
    assert [one.id for one in (*published, *withdrawn)] == ["776", "777", "777", "777"]
    assert [message.key for message in broker.messages("articles.raw")] == [b"776", b"777", b"777", b"777"]


async def test_a_text_is_no_article_and_the_error_says_what_is() -> None:
    async with FakeBroker().publisher() as publisher:
        with pytest.raises(TypeError, match=r"publish\(\) takes an article, not str: publish\({'text': \.\.\.}\)"):
            await publisher.publish("text")  # type: ignore[arg-type]
        with pytest.raises(InvalidDocumentError, match="`id` cannot be an article's id"):
            await publisher.publish({"id": 1.5, "text": "Fog."})


async def test_what_a_broker_would_refuse_is_refused() -> None:
    broker = FakeBroker()
    async with broker.publisher() as publisher:
        with pytest.raises(InvalidDocumentError):
            await publisher.publish({"title": "no text"})
        with pytest.raises(TooLargeError, match=r"max\.message\.bytes of articles\.raw"):
            await publisher.publish({"text": "x" * topic("articles.raw").max_message_bytes})
        with pytest.raises(ValueError, match="id"):
            await publisher.withdraw("")
    with pytest.raises(InvalidDocumentError):
        broker.put("articles.scored", b"{}")
    for call in (broker.messages, lambda name: broker.put(name, None, key=b"a")):
        with pytest.raises(UnknownTopicError, match=r"articles\.scored"):
            call("articles.nowhere")
    assert broker.messages("articles.raw") == []


async def test_a_group_reads_every_message_once_and_a_reader_without_one_all() -> None:
    broker = FakeBroker()
    broker.put("articles.scored", ScoredArticle.read(SCORED, None))
    assert [article.id for article in await scores_of(broker, "mine")] == [ScoredArticle.read(SCORED, None).id]
    assert await scores_of(broker, "mine") == []
    broker.put("articles.scored", None, key=b"gone")
    assert await scores_of(broker, "mine") == [None]
    assert len(await scores_of(broker, None)) == 2


async def test_a_message_that_breaks_the_loop_comes_again() -> None:
    broker = FakeBroker()
    broker.put("articles.scored", SCORED)
    broker.put("articles.scored", SCORED)
    seen: list[int] = []

    async def read(*, until: int) -> None:
        async for message in broker.consume("articles.scored", group="mine"):
            seen.append(message.offset)
            if message.offset == until:
                raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        await read(until=1)
    await read(until=2)
    assert seen == [0, 1, 1]


def test_a_dead_letter_says_why() -> None:
    broker = FakeBroker()
    letter = {
        "dlq.stage": "cleaner", "dlq.topic": "articles.raw", "dlq.partition": "0", "dlq.offset": "7",
        "dlq.timestamp": "1", "dlq.group": "copydesk.cleaner", "dlq.reason": "rejected", "dlq.attempt": "1",
        "dlq.exception.class": "Reject", "dlq.exception.message": "no words", "dlq.exception.stacktrace": "",
        "dlq.version": "1.0.0",
    }  # fmt: skip
    message = broker.put(
        "articles.cleaner.dlq", b"{}", key=b"a", headers=[(name, value.encode()) for name, value in letter.items()]
    )
    assert isinstance(message, Message)
    assert (message.dead_letter.reason, message.id) == ("rejected", "a")
