"""What the page knows of an article: the newest of it, in bounded memory, told to everybody who comes back."""

from __future__ import annotations

import asyncio
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.client import Message
from copydesk.contracts.topics import topics
from copydesk.viewer.desk import Desk
from copydesk.viewer.places import Positions
from copydesk.viewer.summary import ranks
from harness.viewing import dead, earlier, message, raw, scored

STAGES = ("articles.raw", "articles.cleaned", "articles.extracted", "articles.scored")


def desk(articles: int = 100, max_bytes: int = 1 << 28) -> Desk:
    return Desk(articles=articles, max_bytes=max_bytes)


def way(id_: str = "a", *, offset: int = 0, title: str = "A title") -> list[Message]:
    """All messages of an article that passes all stages."""
    document = scored(id_, title)
    at = 1_000_000 + offset
    return [
        message("articles.raw", raw(id=id_, title=title), id_=id_, offset=offset, at=at),
        *(
            message(name, earlier(document, name), id_=id_, offset=offset, at=at + 10, origin=(0, offset))
            for name in STAGES[1:]
        ),
    ]


def test_an_article_is_told_at_whatever_stage_it_is() -> None:
    here = desk()
    states = []
    for one in way():
        here.see(one)
        article = here.get("a")
        assert article is not None
        states.append(article.summary.state)
    assert states == ["raw", "cleaned", "extracted", "scored"]
    assert article is not None
    assert [step.topic for step in article.way.values()] == list(STAGES)
    assert (article.summary.noise, article.summary.quotes, article.summary.score) == (0.25, 1, 0.9)
    assert article.summary.people == ("Ana Ruiz",)
    assert article.summary.said == (("Ana Ruiz", 1),)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_topics_are_read_does_not_matter(seed: int) -> None:
    messages = [*way("a"), *way("b", offset=1), *way("a", offset=2, title="Newer")]
    random.Random(seed).shuffle(messages)
    here = desk()
    for one in messages:
        here.see(one)
    article = here.get("a")
    assert article is not None
    assert (article.summary.state, article.summary.title, article.origin[:2]) == ("scored", "Newer", (0, 2))
    assert len(article.way) == 4
    assert len(here) == 2


def test_a_newer_version_begins_its_way_anew_and_leftovers_of_the_old_one_are_passed_over() -> None:
    here = desk()
    old, new = way("a"), way("a", offset=7, title="Newer")
    for one in [*old[:3], new[0], old[3]]:
        here.see(one)
    article = here.get("a")
    assert article is not None
    assert (article.summary.state, article.summary.title) == ("raw", "Newer")
    assert list(article.way) == ["articles.raw"]


def test_a_version_on_another_partition_is_newer_by_its_time() -> None:
    here = desk()
    here.see(message("articles.raw", raw(title="First"), partition=3, offset=900, at=1000))
    here.see(message("articles.raw", raw(title="Second"), partition=1, offset=2, at=2000))
    here.see(message("articles.raw", raw(title="Zeroth"), partition=2, offset=5, at=500))
    article = here.get("a")
    assert article is not None
    assert article.summary.title == "Second"


def test_a_dead_letter_comes_before_what_the_stage_makes_of_a_retry() -> None:
    here = desk()
    steps = way()
    letter = message("articles.extractor.dlq", steps[1].value, headers=dead("failed", "extractor"), origin=(0, 0))
    for one in (steps[0], letter, steps[1]):
        here.see(one)
    article = here.get("a")
    assert article is not None
    summary = article.summary
    assert (summary.state, summary.stage, summary.reason) == ("dead", "extractor", "failed")
    assert summary.title == "A title", "what failed can still be read"
    here.see(steps[2])
    assert article.summary.state == "extracted"


def test_a_dead_letter_of_the_cleaner_lies_with_its_raw_article() -> None:
    here = desk()
    here.see(message("articles.raw", raw(id="own"), id_="key", partition=4, offset=9))
    here.see(message("articles.cleaner.dlq", raw(id="own"), id_="key", offset=0, headers=dead("failed", place=(4, 9))))
    assert len(here) == 1
    article = here.get("own")
    assert article is not None
    assert article.summary.state == "dead"
    assert article.origin[:2] == (4, 9)


def test_what_is_no_document_is_told_as_such() -> None:
    here = desk()
    here.see(message("articles.raw", b"{nope", id_="broken"))
    here.see(message("articles.scored", b'{"id": "foreign"}', id_="foreign"))
    assert {one.summary.id: one.summary.state for one in here} == {"broken": "unreadable", "foreign": "unreadable"}


def test_a_tombstone_withdraws_it_and_its_publication_brings_it_back() -> None:
    here = desk()
    for one in way():
        here.see(one)
    here.see(message("articles.raw", None, offset=5, at=2_000_000))
    article = here.get("a")
    assert article is not None
    assert (article.summary.state, article.value) == ("withdrawn", None)
    here.see(message("articles.raw", raw(title="Back"), offset=6, at=2_000_001))
    article = here.get("a")
    assert article is not None
    assert article.summary.title == "Back"


def test_a_wrong_clock_does_not_keep_an_article_on_top() -> None:
    here = desk()
    here.see(message("articles.scored", scored(), origin=(0, 0), headers={"ce_ingestedtime": "9999-01-01T00:00:00Z"}))
    article = here.get("a")
    assert article is not None
    assert article.summary.arrived <= time.time() * 1000


def test_no_more_articles_are_held_than_asked_for_and_the_newest_stay() -> None:
    here = desk(articles=10)
    for number in range(1000):
        here.see(message("articles.raw", raw(), id_=f"n{number}", offset=number, at=1000 + number))
    assert len(here) == 10
    assert {one.summary.id for one in here} == {f"n{number}" for number in range(990, 1000)}
    here.see(message("articles.raw", raw(), id_="late", offset=2000, at=5))
    assert here.get("late") is None, "older than all that are held"


def test_no_more_memory_is_taken_than_asked_for() -> None:
    here = desk(articles=1000, max_bytes=1_000_000)
    for number in range(200):
        here.see(message("articles.raw", raw("x" * 50_000), id_=f"n{number}", offset=number, at=1000 + number))
        assert here.bytes <= 1_000_000
    assert here.bytes == sum(one.bytes for one in here)
    assert 10 < len(here) < 20


def test_versions_that_were_replaced_leave_nothing_behind() -> None:
    here = desk(articles=20)
    for number in range(5000):
        here.see(message("articles.raw", raw(), id_=f"n{number % 15}", offset=number, at=1000 + number))
    assert len(here) == 15
    assert here.bytes == sum(one.bytes for one in here)
    assert len(here._oldest) <= 60


# ------------------------------------------------------------------------------------------------ listeners


def fill(here: Desk, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        here.see(message("articles.raw", raw(), id_=f"n{number}", partition=number % 3, offset=number // 3))


def ids(here: Desk, number: int, most: int, *, seen: Positions | None = None, until: int = 0) -> tuple[list[str], int]:
    changed, then = here.since(number, most, seen=seen)
    return [one.summary.id for one in changed], then


def test_a_listener_finds_every_article_once_however_often_it_changed() -> None:
    here = desk()
    fill(here, 10)
    first, number = ids(here, 0, 4)
    assert first == ["n0", "n1", "n2", "n3"]
    for _ in range(50):  # much happens while it is slow
        here.see(message("articles.raw", raw(title="Again"), id_="n1", partition=1, offset=0))
        here.see(message("articles.raw", raw(title="Again"), id_="n9", partition=0, offset=3))
    rest: list[str] = []
    while number < here.number:
        some, number = ids(here, number, 4)
        rest += some
    assert sorted(rest) == ["n1", "n4", "n5", "n6", "n7", "n8", "n9"]
    assert ids(here, number, 4) == ([], number)


def test_who_comes_back_is_told_what_it_has_not_seen() -> None:
    here = desk()
    fill(here, 9)
    seen = dict(here.positions)
    fill(here, 5, start=9)
    assert here.knows(seen)
    assert ids(here, 0, 100, seen=seen)[0] == ["n9", "n10", "n11", "n12", "n13"]


def test_another_server_that_reads_the_topics_anew_tells_the_same() -> None:
    before = desk()
    fill(before, 9)
    seen = dict(before.positions)
    after = desk()
    messages = [
        message("articles.raw", raw(), id_=f"n{number}", partition=number % 3, offset=number // 3)
        for number in range(14)
    ]
    random.Random(1).shuffle(messages)
    for one in messages:
        after.see(one)
    assert after.knows(seen)
    assert set(ids(after, 0, 100, seen=seen)[0]) == {"n9", "n10", "n11", "n12", "n13"}


def test_positions_that_lie_ahead_are_of_another_log() -> None:
    here = desk()
    fill(here, 3)
    assert not here.knows({("articles.raw", 0): 400})


@given(st.data())
def test_nothing_is_lost_on_the_way_however_it_is_cut(data: st.DataObject) -> None:
    here = desk()
    known: dict[str, int] = {}
    number, seen = 0, None
    for _ in range(data.draw(st.integers(1, 12))):
        for _ in range(data.draw(st.integers(0, 6))):
            id_ = data.draw(st.sampled_from("abcdefgh"))
            offset = here.positions.get(("articles.raw", 0), 0)
            here.see(message("articles.raw", raw(), id_=id_, offset=offset))
        if seen is not None and data.draw(st.booleans()):  # the connection breaks, and it comes back
            number = 0
        changed, number = here.since(number, data.draw(st.integers(1, 4)), seen=seen)
        for one in changed:
            known[one.summary.id] = one.summary.offset
        if number >= here.number:
            seen = dict(here.positions)
    while number < here.number:
        changed, number = here.since(number, 4)
        known |= {one.summary.id: one.summary.offset for one in changed}
    if seen is not None or known:
        assert known == {one.summary.id: one.summary.offset for one in here}


async def test_news_wake_everybody_and_a_closed_desk_lets_nobody_wait() -> None:
    here = desk()
    waiting = [asyncio.create_task(here.news()) for _ in range(3)]
    await asyncio.sleep(0)
    fill(here, 1)
    async with asyncio.timeout(10):
        await asyncio.gather(*waiting)
        here.close()
        await here.news()


# -------------------------------------------------------------------------------------------------- hostile


@given(
    topic=st.sampled_from(sorted(topics())),
    value=st.none() | st.binary(max_size=60) | st.just(scored()) | st.text(max_size=30).map(raw),
    id_=st.text(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(["copydesk-origin", "ce_ingestedtime", "dlq.offset"]), st.text(max_size=40)
    ),
)
def test_whatever_lies_in_a_topic_finds_its_place(
    topic: str, value: bytes | None, id_: str, headers: dict[str, str]
) -> None:
    here = desk()
    here.see(message(topic, value, id_=id_, headers=headers))
    (article,) = here
    assert 0 < len(article.summary.id.encode()) <= 256
    assert here.get(article.summary.id) is article
    assert max(map(len, (article.summary.title, article.summary.lead, article.summary.why))) <= 200


def test_every_topic_has_a_rank_and_a_stage_s_dead_letters_lie_between_what_it_reads_and_makes() -> None:
    assert set(ranks()) == set(topics())
    assert sorted(ranks(), key=ranks().__getitem__) == [
        "articles.raw", "articles.cleaner.dlq", "articles.cleaned", "articles.extractor.dlq", "articles.extracted",
        "articles.coherence.dlq", "articles.scored",
    ]  # fmt: skip
