"""Related articles on the page: what is kept, and what is told."""

from __future__ import annotations

import random
from typing import Any

from copydesk.viewer.related_answer import MAX_FORMS, describe_related
from copydesk.viewer.related_records import ARTICLES, QUOTES, RelatedRecords
from copydesk.viewer.store import ArticleStore
from harness.relations import group, member, related, sighting, traced, traced_document
from harness.viewing import message, scored


def make_records(max_bytes: int = 1 << 20) -> RelatedRecords:
    return RelatedRecords(max_bytes=max_bytes)


def held(*ids: str) -> Any:
    return lambda id_: id_ in ids


def test_an_article_without_relations_has_none() -> None:
    records = make_records()
    records.put(ARTICLES, b"other", related("other", group="ap/1"))
    assert describe_related(records, "a", held("a")) is None


def test_a_copy_has_its_place_by_time_its_group_and_what_is_held() -> None:
    records = make_records()
    records.put(ARTICLES, b"ap/1", group("ap/1", "ap/1", [f"ap/{number}" for number in range(1, 6)]))
    records.put(ARTICLES, b"ap/4", related("ap/4", group="ap/1"))
    found = describe_related(records, "ap/4", held("ap/4", "ap/1", "elsewhere"))
    assert found is not None
    assert (found["copies"]["place"], found["copies"]["members"], found["copies"]["origin"]) == (3, 5, "ap/1")
    assert [one["article"] for one in found["copies"]["articles"]] == [f"ap/{number}" for number in range(1, 6)]
    assert found["held"] == ["ap/1", "ap/4"]
    assert (found["versions"], found["quotes"]) == (None, {})
    origin = describe_related(records, "ap/1", held())
    assert origin is not None
    assert origin["copies"]["place"] == 0


def test_a_place_is_told_only_if_the_group_lists_everybody() -> None:
    records = make_records()
    records.put(ARTICLES, b"ap/1", group("ap/1", "ap/1", ["ap/1", "b"], members=431))
    records.put(ARTICLES, b"b", related("b", group="ap/1"))
    found = describe_related(records, "b", held())
    assert found is not None
    assert (found["copies"]["place"], found["copies"]["members"]) == (None, 431)


def test_a_copy_whose_group_is_not_known_here_names_its_origin() -> None:
    records = make_records()
    records.put(ARTICLES, b"b", related("b", group="ap/1"))
    found = describe_related(records, "b", held())
    assert found is not None
    assert (found["copies"]["origin"], found["copies"]["place"], found["copies"]["articles"]) == ("ap/1", None, [])


def test_a_group_that_its_first_article_has_left_is_none_of_its_copies() -> None:
    records = make_records()
    records.put(ARTICLES, b"ap/1", group("ap/1", "b", ["b", "c"], copies=False))
    assert describe_related(records, "ap/1", held()) is None


def test_a_quotation_is_told_by_its_id_in_the_article() -> None:
    records = make_records()
    records.put(QUOTES, b"ap/1#q1", traced("ap/1#q1", [sighting("ap/1", "q1"), sighting("b", "q7")]))
    found = describe_related(records, "b", held("ap/1"))
    assert found is not None
    assert list(found["quotes"]) == ["q7"]
    assert found["quotes"]["q7"]["first"]["article"] == "ap/1"
    assert found["held"] == ["ap/1"]
    assert describe_related(records, "c", held()) is None


def test_the_answer_is_bounded() -> None:
    records = make_records()
    rows = [sighting(f"n{number}", "q1", form=number) for number in range(50)]
    document = traced_document("n0#q1", rows, forms=[f"form {number}" for number in range(50)])
    records.put(QUOTES, b"n0#q1", document.write())
    found = describe_related(records, "n3", held())
    assert found is not None
    assert (len(found["quotes"]["q1"]["forms"]), found["quotes"]["q1"]["more_forms"]) == (MAX_FORMS, 50 - MAX_FORMS)


def test_a_tombstone_takes_out_a_record_and_every_entry_of_it() -> None:
    records = make_records()
    assert records.put(QUOTES, b"u", traced("u", [sighting("a", "q1"), sighting("b", "q1")])) == ("a", "b")
    assert records.put(QUOTES, b"u", traced("u", [sighting("b", "q1"), sighting("c", "q1")])) == ("a", "b", "c")
    assert describe_related(records, "a", held()) is None
    assert records.put(QUOTES, b"u", None) == ("b", "c")
    assert records.put(ARTICLES, b"unknown", None) == ()
    assert (len(records), records.bytes) == (0, 0)
    assert describe_related(records, "b", held()) is None


def test_a_record_that_cannot_be_read_replaces_the_older_one() -> None:
    records = make_records()
    records.put(ARTICLES, b"b", related("b", group="ap/1"))
    assert records.put(ARTICLES, b"b", b'{"id": 5}') == ("b",)
    assert len(records) == 0
    for value in (b"", b"\xff", b"[" * 100_000, b'{"id": "b", "copies": 7}'):
        assert records.put(ARTICLES, b"b", value) == ()


def test_memory_is_bounded_and_what_changed_last_stays() -> None:
    records = make_records(100_000)
    rng = random.Random(1)
    for number in range(2_000):
        key = f"u{rng.randrange(300)}"
        records.put(QUOTES, key.encode(), traced(key, [sighting(f"a{number % 50}", "q1"), sighting("b", "q1")]))
        assert records.bytes <= 100_000
    assert len(records) > 20
    assert list(records.quotes("b"))[-1].id == key
    for number in range(300):
        records.put(QUOTES, f"u{number}".encode(), None)
    assert (len(records), records.bytes, list(records.quotes("b"))) == (0, 0, [])


def test_a_record_larger_than_everything_is_not_kept() -> None:
    records = make_records(2_000)
    records.put(QUOTES, b"u", traced("u", [sighting(f"a{number}", "q1") for number in range(50)]))
    assert (len(records), records.bytes) == (0, 0)


def test_browsers_are_told_of_an_article_whose_relations_change() -> None:
    store = ArticleStore(articles=10, max_bytes=1 << 28)
    for number, id_ in enumerate("abc"):
        store.add(message("articles.scored", scored(id_), id_=id_, offset=number, origin=(0, number)))
    _, cursor = store.changes_since(0, 10)
    store.add_related(message(QUOTES, traced("u", [sighting("a", "q1"), sighting("gone", "q1")]), id_="u"))
    changed, cursor = store.changes_since(cursor, 10)
    assert [article.summary.id for article in changed] == ["a"]
    assert changed[0].summary.related
    store.add_related(message(QUOTES, None, id_="u"))
    changed, cursor = store.changes_since(cursor, 10)
    assert [article.summary.id for article in changed] == ["a"]
    assert "gone" not in store


def test_related_articles_and_articles_share_the_memory() -> None:
    store = ArticleStore(articles=10_000, max_bytes=400_000)
    for number in range(200):
        store.add(message("articles.scored", scored(f"n{number}"), id_=f"n{number}", offset=number, origin=(0, number)))
    alone = len(store)
    for number in range(200):
        key = f"u{number}"
        store.add_related(message(QUOTES, traced(key, [sighting(f"n{number}", "q1")] * 2), id_=key, offset=number))
    assert store.related.bytes <= 100_000
    assert store.bytes + store.related.bytes <= 400_000
    assert alone * 0.7 < len(store) < alone


def test_an_article_member_is_given_its_own_site() -> None:
    records = make_records()
    records.put(ARTICLES, b"ap/1", group("ap/1", "ap/1", [member("ap/1", "wire.example"), member("b", None)]))
    found = describe_related(records, "ap/1", held())
    assert found is not None
    assert [one["site"] for one in found["copies"]["articles"]] == ["wire.example", None]
