"""The newest message of each article in bounded memory, and the changes that listeners get."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.client import Message
from copydesk.contracts.topics import topics
from copydesk.viewer.positions import Positions
from copydesk.viewer.store import ArticleStore
from copydesk.viewer.summary import topic_ranks
from harness.viewing import dead, earlier, message, raw, scored

STAGES = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.scored")


def make_store(articles: int = 100, max_bytes: int = 1 << 28) -> ArticleStore:
    return ArticleStore(articles=articles, max_bytes=max_bytes)


def all_messages(id_: str = "a", *, offset: int = 0, title: str = "A title") -> list[Message]:
    """Messages of one article on the topics of all stages."""
    document = scored(id_, title)
    at = 1_000_000 + offset
    return [
        message("articles.raw", raw(id=id_, title=title), id_=id_, offset=offset, at=at),
        *(
            message(name, earlier(document, name), id_=id_, offset=offset, at=at + 10, origin=(0, offset))
            for name in STAGES[1:]
        ),
    ]


def test_an_article_has_the_state_of_its_newest_stage() -> None:
    store = make_store()
    states = []
    for each in all_messages():
        store.add(each)
        article = store.get("a")
        assert article is not None
        states.append(article.summary.state)
    assert states == ["raw", "cleaned", "extracted", "scored"]
    assert article is not None
    assert [step.topic for step in article.places.values()] == list(STAGES)
    assert (article.summary.noise, article.summary.quotes, article.summary.score) == (0.25, 1, 0.9)
    assert article.summary.people == ("Ana Ruiz",)
    assert [(name.name, name.said) for name in article.names] == [("Ana Ruiz", 1), ("Lisbon", 0)]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_topics_are_read_does_not_matter(seed: int) -> None:
    messages = [*all_messages("a"), *all_messages("b", offset=1), *all_messages("a", offset=2, title="Newer")]
    random.Random(seed).shuffle(messages)
    store = make_store()
    for each in messages:
        store.add(each)
    article = store.get("a")
    assert article is not None
    assert (article.summary.state, article.summary.title, article.origin[:2]) == ("scored", "Newer", (0, 2))
    assert len(article.places) == 4
    assert len(store) == 2


def test_a_newer_version_starts_from_the_raw_topic_and_late_messages_of_the_old_one_are_ignored() -> None:
    store = make_store()
    old, new = all_messages("a"), all_messages("a", offset=7, title="Newer")
    for each in [*old[:3], new[0], old[3]]:
        store.add(each)
    article = store.get("a")
    assert article is not None
    assert (article.summary.state, article.summary.title) == ("raw", "Newer")
    assert list(article.places) == ["articles.raw"]


def test_a_version_on_another_partition_is_newer_by_its_time() -> None:
    store = make_store()
    store.add(message("articles.raw", raw(title="First"), partition=3, offset=900, at=1000))
    store.add(message("articles.raw", raw(title="Second"), partition=1, offset=2, at=2000))
    store.add(message("articles.raw", raw(title="Zeroth"), partition=2, offset=5, at=500))
    article = store.get("a")
    assert article is not None
    assert article.summary.title == "Second"


def test_a_dead_letter_comes_before_what_the_stage_makes_of_a_retry() -> None:
    store = make_store()
    steps = all_messages()
    letter = message("articles.extractor.dlq", steps[1].value, headers=dead("failed", "extractor"), origin=(0, 0))
    for each in (steps[0], letter, steps[1]):
        store.add(each)
    article = store.get("a")
    assert article is not None
    summary = article.summary
    assert (summary.state, summary.stage, summary.reason) == ("dead", "extractor", "failed")
    assert summary.title == "A title", "what failed can still be read"
    store.add(steps[2])
    assert article.summary.state == "extracted"


def test_a_dead_letter_of_the_cleaner_lies_with_its_raw_article() -> None:
    store = make_store()
    store.add(message("articles.raw", raw(id="own"), id_="key", partition=4, offset=9))
    store.add(message("articles.cleaner.dlq", raw(id="own"), id_="key", offset=0, headers=dead("failed", place=(4, 9))))
    assert len(store) == 1
    article = store.get("own")
    assert article is not None
    assert article.summary.state == "dead"
    assert article.origin[:2] == (4, 9)


def test_a_message_that_is_no_document_is_unreadable() -> None:
    store = make_store()
    store.add(message("articles.raw", b"{nope", id_="broken"))
    store.add(message("articles.scored", b'{"id": "foreign"}', id_="foreign"))
    assert {article.summary.id: article.summary.state for article in store} == {
        "broken": "unreadable",
        "foreign": "unreadable",
    }


def test_a_tombstone_withdraws_it_and_its_publication_brings_it_back() -> None:
    store = make_store()
    for each in all_messages():
        store.add(each)
    store.add(message("articles.raw", None, offset=5, at=2_000_000))
    article = store.get("a")
    assert article is not None
    assert (article.summary.state, article.value) == ("withdrawn", None)
    store.add(message("articles.raw", raw(title="Back"), offset=6, at=2_000_001))
    article = store.get("a")
    assert article is not None
    assert article.summary.title == "Back"


def test_a_wrong_clock_does_not_keep_an_article_on_top() -> None:
    store = make_store()
    store.add(message("articles.scored", scored(), origin=(0, 0), headers={"ce_ingestedtime": "9999-01-01T00:00:00Z"}))
    article = store.get("a")
    assert article is not None
    assert article.summary.arrived <= time.time() * 1000


def test_no_more_articles_are_held_than_asked_for_and_the_newest_stay() -> None:
    store = make_store(articles=10)
    for number in range(1000):
        store.add(message("articles.raw", raw(), id_=f"n{number}", offset=number, at=1000 + number))
    assert len(store) == 10
    assert {article.summary.id for article in store} == {f"n{number}" for number in range(990, 1000)}
    store.add(message("articles.raw", raw(), id_="late", offset=2000, at=5))
    assert store.get("late") is None, "older than all that are held"


def test_no_more_memory_is_taken_than_asked_for() -> None:
    store = make_store(articles=1000, max_bytes=1_000_000)
    for number in range(200):
        store.add(message("articles.raw", raw("x" * 50_000), id_=f"n{number}", offset=number, at=1000 + number))
        assert store.bytes <= 1_000_000
    assert store.bytes == sum(article.bytes for article in store)
    assert 10 < len(store) < 20


def test_versions_that_were_replaced_leave_nothing_behind() -> None:
    store = make_store(articles=20)
    for number in range(5000):
        store.add(message("articles.raw", raw(), id_=f"n{number % 15}", offset=number, at=1000 + number))
    assert len(store) == 15
    assert store.bytes == sum(article.bytes for article in store)
    assert len(store._arrivals) <= 60


# ------------------------------------------------------------------------------------------------ listeners


def fill(store: ArticleStore, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        store.add(message("articles.raw", raw(), id_=f"n{number}", partition=number % 3, offset=number // 3))


def ids(store: ArticleStore, cursor: int, limit: int, *, seen: Positions | None = None) -> tuple[list[str], int]:
    changed, cursor = store.changes_since(cursor, limit, seen=seen)
    return [article.summary.id for article in changed], cursor


def test_a_listener_finds_every_article_once_however_often_it_changed() -> None:
    store = make_store()
    fill(store, 10)
    first, cursor = ids(store, 0, 4)
    assert first == ["n0", "n1", "n2", "n3"]
    for _ in range(50):  # many changes while the listener is slow
        store.add(message("articles.raw", raw(title="Again"), id_="n1", partition=1, offset=0))
        store.add(message("articles.raw", raw(title="Again"), id_="n9", partition=0, offset=3))
    rest: list[str] = []
    while cursor < store.last_change:
        some, cursor = ids(store, cursor, 4)
        rest += some
    assert sorted(rest) == ["n1", "n4", "n5", "n6", "n7", "n8", "n9"]
    assert ids(store, cursor, 4) == ([], cursor)


def test_a_listener_that_comes_back_gets_what_it_has_not_seen() -> None:
    store = make_store()
    fill(store, 9)
    seen = dict(store.positions)
    fill(store, 5, start=9)
    assert store.has_reached(seen)
    assert ids(store, 0, 100, seen=seen)[0] == ["n9", "n10", "n11", "n12", "n13"]


def test_another_server_that_reads_the_topics_from_the_start_gives_the_same() -> None:
    before = make_store()
    fill(before, 9)
    seen = dict(before.positions)
    after = make_store()
    messages = [
        message("articles.raw", raw(), id_=f"n{number}", partition=number % 3, offset=number // 3)
        for number in range(14)
    ]
    random.Random(1).shuffle(messages)
    for each in messages:
        after.add(each)
    assert after.has_reached(seen)
    assert set(ids(after, 0, 100, seen=seen)[0]) == {"n9", "n10", "n11", "n12", "n13"}


def test_positions_that_lie_ahead_are_of_another_log() -> None:
    store = make_store()
    fill(store, 3)
    assert not store.has_reached({("articles.raw", 0): 400})


@given(st.data())
def test_nothing_is_lost_on_the_way_however_it_is_cut(data: st.DataObject) -> None:
    store = make_store()
    known: dict[str, int] = {}
    cursor, seen = 0, None
    for _ in range(data.draw(st.integers(1, 12))):
        for _ in range(data.draw(st.integers(0, 6))):
            id_ = data.draw(st.sampled_from("abcdefgh"))
            offset = store.positions.get(("articles.raw", 0), 0)
            store.add(message("articles.raw", raw(), id_=id_, offset=offset))
        if seen is not None and data.draw(st.booleans()):  # the connection broke and was opened again
            cursor = 0
        changed, cursor = store.changes_since(cursor, data.draw(st.integers(1, 4)), seen=seen)
        for article in changed:
            known[article.summary.id] = article.summary.offset
        if cursor >= store.last_change:
            seen = dict(store.positions)
    while cursor < store.last_change:
        changed, cursor = store.changes_since(cursor, 4)
        known |= {article.summary.id: article.summary.offset for article in changed}
    if seen is not None or known:
        assert known == {article.summary.id: article.summary.offset for article in store}


async def test_changes_wake_every_listener_and_a_closed_store_lets_nobody_wait() -> None:
    store = make_store()
    waiting = [asyncio.create_task(store.wait_for_changes()) for _ in range(3)]
    await asyncio.sleep(0)
    fill(store, 1)
    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)
        store.close()
        await store.wait_for_changes()


# -------------------------------------------------------------------------------------------------- hostile


@given(
    topic=st.sampled_from(sorted(topic_ranks())),
    value=st.none() | st.binary(max_size=60) | st.just(scored()) | st.text(max_size=30).map(raw),
    id_=st.text(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(["copydesk-origin", "ce_ingestedtime", "dlq.offset"]), st.text(max_size=40)
    ),
)
def test_whatever_lies_in_a_topic_finds_its_place(
    topic: str, value: bytes | None, id_: str, headers: dict[str, str]
) -> None:
    store = make_store()
    store.add(message(topic, value, id_=id_, headers=headers))
    (article,) = store
    assert 0 < len(article.summary.id.encode()) <= 256
    assert store.get(article.summary.id) is article
    assert max(map(len, (article.summary.title, article.summary.lead, article.summary.why))) <= 200


def test_every_topic_has_a_rank_and_a_stage_s_dead_letters_lie_between_what_it_reads_and_makes() -> None:
    assert set(topic_ranks()) < set(topics()), "those of articles"
    assert sorted(topic_ranks(), key=topic_ranks().__getitem__) == [
        "articles.raw", "articles.cleaner.dlq", "articles.cleaned", "articles.extractor.dlq", "articles.extracted",
        "articles.coherence.dlq", "articles.scored",
    ]  # fmt: skip
