"""Views of the list: conditions, orders, and search in the texts."""

from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.viewer import search
from copydesk.viewer.query import read_query
from copydesk.viewer.search import MAX_SNIPPETS, Searcher
from copydesk.viewer.store import ArticleStore
from harness.viewing import dead, earlier, message, put, raw, scored


def make_store() -> ArticleStore:
    store = ArticleStore(articles=5000, max_bytes=1 << 28)
    put(
        store,
        "a",
        scored("a", "A bridge", site="one.example", published_at="2026-11-10T23:30:00Z", noise=0.1, score=0.9),
        offset=0,
        at=1000,
    )
    text = "Ein Café am Fluss. Es ist “schön” dort, said Bo Lind in Lisbon."
    lind = scored(
        "b",
        "Zwei",
        text,
        speaker="Bo Lind",
        site="two.example",
        language="de-AT",
        noise=0.7,
        score=0.2,
        published_at=None,
    )
    put(store, "b", lind, offset=1, at=2000)
    put(
        store,
        "c",
        earlier(scored("c", "Third", published_at=None), "articles.cleaned"),
        offset=2,
        at=3000,
        topic="articles.cleaned",
    )
    store.add(message("articles.cleaner.dlq", b"{nope", id_="d", offset=3, headers=dead("invalid", place=(0, 3))))
    store.add(message("articles.raw", raw("r\u00e9sum\u00e9 of the day"), id_="e", offset=4))
    return store


async def find(store: ArticleStore, **parameters: str) -> dict[str, str]:
    found = await Searcher(store).find(read_query(parameters))
    return found.found


@pytest.mark.parametrize(
    ("parameters", "ids"),
    [
        ({}, "abcde"),
        ({"q": "mayor"}, "ac"),
        ({"q": "MAYOR spoke bridge"}, "a"),
        ({"q": '"mayor spoke"'}, "ac"),
        ({"q": '"spoke mayor"'}, ""),
        ({"q": "café"}, "b"),
        ({"q": "CAFÉ schön"}, "b"),
        ({"q": "“schön”"}, "b"),
        ({"q": "résumé"}, "e"),
        ({"q": "ana ruiz"}, "ac"),
        ({"q": "two.example"}, "b"),
        ({"q": "source_start"}, ""),
        ({"q": ".*"}, ""),
        ({"state": "scored"}, "ab"),
        ({"state": "dead"}, "d"),
        ({"state": "nonsense"}, "abcde"),
        ({"site": "ONE"}, "a"),
        ({"language": "de"}, "b"),
        ({"language": "d"}, ""),
        ({"speaker": "lind"}, "b"),
        ({"speaker": "lisbon"}, ""),
        ({"from": "2026-11-10", "to": "2026-11-10"}, "a"),
        ({"from": "2026-11-11"}, ""),
        ({"from": "2026-11-11", "zone": "-60"}, "a"),
        ({"from": "2026-11-11", "zone": "x"}, ""),
        ({"from": "tomorrow"}, "abcde"),
        ({"to": "2026-11-09"}, ""),
        ({"q": "mayor", "site": "one", "state": "scored", "speaker": "ruiz"}, "a"),
    ],
)
async def test_conditions_narrow_the_list(parameters: dict[str, str], ids: str) -> None:
    assert "".join(sorted(await find(make_store(), **parameters))) == ids


async def test_a_snippet_shows_what_was_found() -> None:
    store = make_store()
    assert (await find(store, q="bridge"))["a"] == "", "the title has it"
    assert (await find(store, q="bridge built mayor")) == {}
    found = await find(store, q="bridge mayor")
    assert found["a"] == "The mayor spoke. “We will 🔋 build it”, said Ana Ruiz in Lisbon."
    assert (await find(store, q="one.example"))["a"] == "one.example"
    long = scored("f", "Long", "word " * 500 + "needle " + "word " * 500)
    put(store, "f", long, offset=9)
    (snippet,) = (await find(store, q="needle")).values()
    assert snippet.startswith("…word word")
    assert "needle" in snippet
    assert len(snippet) < 140


@pytest.mark.parametrize(
    ("sort", "ids"), [("newest", "cba"), ("published", "abc"), ("noise", "bca"), ("score", "bac"), ("quotes", "abc")]
)
async def test_articles_are_sorted(sort: str, ids: str) -> None:
    query = read_query({"q": "lisbon", "sort": sort})
    assert "".join(article.summary.id for article in await Searcher(make_store()).select(query)) == ids


async def test_later_answers_are_of_what_has_changed_only() -> None:
    store = make_store()
    searcher = Searcher(store)
    query = read_query({"q": '"in lisbon"'})
    first = await searcher.find(query)
    assert (first.anew, sorted(first.found), first.gone) == (True, ["a", "b", "c"], ())
    put(store, "g", scored("g"), offset=10)
    put(store, "b", scored("b", "Two", "Elsewhere, “now”, said Ana Ruiz of Lisbon."), offset=11)
    second = await searcher.find(query, first.cursor)
    assert (second.anew, sorted(second.found), second.gone) == (False, ["g"], ("b",))
    assert (await searcher.find(query, second.cursor)).found == {}
    for cursor in ("nonsense", f"0{second.cursor}", "1.99", f"{second.cursor}x"):
        assert (await searcher.find(query, cursor)).anew


async def test_a_search_lets_others_go_on_and_its_answer_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SLICE_SECONDS", 0.001)
    store = ArticleStore(articles=3000, max_bytes=1 << 28)
    for number in range(1500):
        put(store, f"n{number}", scored(f"n{number}"), offset=number)
    running = asyncio.create_task(find(store, q="mayor"))
    turns = 0
    while not running.done():
        await asyncio.sleep(0)
        turns += 1
    found = await running
    assert turns > 2
    assert len(found) == 1500
    assert sum(bool(snippet) for snippet in found.values()) == MAX_SNIPPETS


@given(st.dictionaries(st.sampled_from(["q", "site", "from", "to", "zone", "language", "speaker", "sort"]), st.text()))
def test_any_address_is_a_query(parameters: dict[str, str]) -> None:
    query = read_query(parameters)
    assert all(query.accepts(article) in {True, False} for article in make_store())


async def test_bytes_of_any_kind_can_be_searched() -> None:
    store = ArticleStore(articles=100, max_bytes=1 << 28)
    for number, value in enumerate(
        (b"\xff\xfe", b"[" * 100_000, b'{"text": 5}', b"null", b"", json.dumps("text").encode())
    ):
        store.add(message("articles.cleaner.dlq", value, id_=f"n{number}", offset=number, headers=dead()))
    assert await find(store, q="é") == {}
