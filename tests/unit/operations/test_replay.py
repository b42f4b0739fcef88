"""Which of two versions is the newer, and what a replay remembers of them."""

from __future__ import annotations

import json

import pytest
from copydesk_teststages import relay
from copydesk_teststages import stage as probe
from hypothesis import given
from hypothesis import strategies as st

from copydesk.client.versions import Version, version_of
from copydesk.operations.replay import Newest, article_id

FIRST = Version(0, 10, 0, 10, 1_000)

numbers = st.integers(0, 3)
versions = st.builds(Version, numbers, numbers, numbers, numbers, numbers)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Version(0, 11, 0, 11, 1_000), "behind it, at the same time"),
        (Version(0, 11, 0, 11, 900), "by two of three, a producer's clock aside"),
        (Version(0, 9, 0, 11, 1_001), "the older one was written again behind it"),
        (Version(0, 9, 0, 11, 1_000), "ditto, within a millisecond"),
        (Version(0, 11, 0, 2, 2_000), "the raw topic was made anew"),
        (Version(0, 11, 0, 10, 1_000), "the same version, processed again"),
        (Version(1, 3, 1, 3, 1_001), "on another partition only the time tells"),
    ],
)
def test_the_newer_version(other: Version, why: str) -> None:
    assert other.is_newer_than(FIRST), why
    assert not FIRST.is_newer_than(other), why


@given(versions, versions)
def test_never_is_each_newer_than_the_other(one: Version, other: Version) -> None:
    assert not (one.is_newer_than(other) and other.is_newer_than(one))


@given(versions)
def test_none_is_newer_than_itself(one: Version) -> None:
    assert not one.is_newer_than(one)


def test_an_article_is_wanted_until_it_is_replaced_or_done() -> None:
    newest = Newest()
    assert not newest.add("a", FIRST, wanted=True, remember=True)
    assert not newest.add("b", FIRST, wanted=True, remember=True)
    assert newest.wants("a", 0, 10)
    assert not newest.wants("a", 0, 9)
    assert not newest.wants("unknown", 0, 10)
    assert newest.add("a", Version(0, 12, 0, 12, 2_000), wanted=False, remember=False), "one to be replayed is replaced"
    assert not newest.add("a", Version(0, 13, 0, 13, 2_000), wanted=False, remember=False), "it was replaced before"
    assert not newest.wants("a", 0, 10)
    newest.done("b")
    assert not newest.wants("b", 0, 10)
    assert not newest.add("b", Version(0, 14, 0, 14, 2_000), wanted=False, remember=False), "it is done"
    newest.add("c", FIRST, wanted=False, remember=False)
    newest.add("c", FIRST, wanted=True, remember=True)
    assert list(newest.places()) == [(0, 10)]


def test_an_older_version_that_is_read_later_is_not_wanted() -> None:
    """As from two partitions, where an article is keyed by something else than its id."""
    newest = Newest()
    newest.add("a", Version(1, 3, 1, 3, 2_000), wanted=False, remember=True)
    newest.add("a", FIRST, wanted=True, remember=True)
    assert not newest.wants("a", 0, 10)


@pytest.mark.parametrize(
    ("value", "key", "id_"),
    [
        (b'{"text": "x", "id": "own"}', b"key", "own"),
        (b'{"text": "x"}', b"key", "key"),
        (b'{"text": "x", "id": 5}', b"key", "key"),
        (b'{"text": " ", "id": "claimed"}', b"key", "claimed"),
        (b'{"text": "\\ud83d", "id": "half"}', b"key", "half"),
        (b"{no json", b"key", "key"),
        (b"{no json", None, None),
        (None, b"key", "key"),
        (None, b"\xff", None),
        (None, None, None),
    ],
)
def test_the_id_is_the_one_under_which_the_result_would_be(
    value: bytes | None, key: bytes | None, id_: str | None
) -> None:
    assert article_id(probe, value, key) == id_


def test_without_id_and_key_it_is_made_of_the_content() -> None:
    id_ = article_id(probe, b'{"text": "x"}', None)
    assert id_ is not None
    assert id_ == article_id(probe, b'{"text": "x", "site": "other"}', None)
    assert id_ != article_id(probe, b'{"text": "y"}', None)


def test_behind_a_stage_it_is_in_the_document() -> None:
    assert article_id(relay, json.dumps({"id": "a", "text": "x"}).encode(), b"key") == "a"


def version(name: str, **headers: str) -> Version:
    pairs = [(key.replace("_origin", "-origin"), value.encode()) for key, value in headers.items()]
    return version_of(name, 1, 5, 7_000, pairs)


def test_the_version_of_a_raw_article_is_its_place() -> None:
    assert version("articles.raw", copydesk_origin="3/9") == Version(1, 5, 1, 5, 7_000)


def test_behind_a_stage_the_headers_tell_it() -> None:
    when = "1970-01-01T00:00:02.500Z"
    told = version("articles.cleaned", copydesk_origin="3/9", ce_ingestedtime=when)
    assert told == Version(1, 5, 3, 9, 2_500)
    told = version("articles.cleaned", copydesk_origin="nonsense", ce_ingestedtime="never")
    assert told == Version(1, 5, 1, 5, 7_000)
