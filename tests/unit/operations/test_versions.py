"""The order of versions, and the memory of newest versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.operations.versions import NewestVersions, Version, version_of

FIRST = Version(0, 10, 0, 10, 1_000)

numbers = st.integers(0, 3)
versions = st.builds(Version, numbers, numbers, numbers, numbers, numbers)


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (Version(0, 11, 0, 11, 1_000), "behind it, at the same time"),
        (Version(0, 11, 0, 11, 900), "by two of three, although its producer's clock is late"),
        (Version(0, 9, 0, 11, 1_001), "the older one was written again behind it"),
        (Version(0, 9, 0, 11, 1_000), "the same, within a millisecond"),
        (Version(0, 11, 0, 2, 2_000), "the raw topic was created anew"),
        (Version(0, 11, 0, 10, 1_000), "the same version, processed again"),
        (Version(1, 3, 1, 3, 1_001), "on another partition only the time counts"),
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
    newest = NewestVersions()
    assert not newest.add("a", FIRST, wanted=True, remember=True)
    assert not newest.add("b", FIRST, wanted=True, remember=True)
    assert newest.wants("a", 0, 10)
    assert not newest.wants("a", 0, 9)
    assert not newest.wants("unknown", 0, 10)
    assert newest.add("a", Version(0, 12, 0, 12, 2_000), wanted=False, remember=False), "a wanted one is replaced"
    assert not newest.add("a", Version(0, 13, 0, 13, 2_000), wanted=False, remember=False), "it was replaced before"
    assert not newest.wants("a", 0, 10)
    newest.done("b")
    assert not newest.wants("b", 0, 10)
    assert not newest.add("b", Version(0, 14, 0, 14, 2_000), wanted=False, remember=False), "it is done"
    newest.add("c", FIRST, wanted=False, remember=False)
    newest.add("c", FIRST, wanted=True, remember=True)
    assert list(newest.wanted_places()) == [(0, 10)]


def test_an_older_version_that_is_read_later_is_not_wanted() -> None:
    """It may come from another partition, if an article is keyed by something else than its id."""
    newest = NewestVersions()
    newest.add("a", Version(1, 3, 1, 3, 2_000), wanted=False, remember=True)
    newest.add("a", FIRST, wanted=True, remember=True)
    assert not newest.wants("a", 0, 10)


def test_a_watched_article_has_no_version_until_one_is_read() -> None:
    newest = NewestVersions()
    newest.watch("a")
    assert "a" in newest
    assert "b" not in newest
    assert newest.newest("a") is None
    assert not newest.wants("a", 0, 10)
    assert list(newest.wanted_places()) == []
    newer = Version(0, 12, 0, 12, 2_000)
    assert not newest.add("a", newer, content=b"digest")
    assert not newest.add("a", FIRST, content=b"other")
    newest.watch("a")
    assert newest.newest("a") == (newer, b"digest")


def version(name: str, **headers: str) -> Version:
    pairs = [(key.replace("_origin", "-origin"), value.encode()) for key, value in headers.items()]
    return version_of(name, 1, 5, 7_000, pairs)


def test_the_version_of_a_raw_article_is_its_place() -> None:
    assert version("articles.raw", copydesk_origin="3/9") == Version(1, 5, 1, 5, 7_000)


def test_the_version_behind_a_stage_is_in_the_headers() -> None:
    when = "1970-01-01T00:00:02.500Z"
    found = version("articles.cleaned", copydesk_origin="3/9", ce_ingestedtime=when)
    assert found == Version(1, 5, 3, 9, 2_500)
    found = version("articles.cleaned", copydesk_origin="nonsense", ce_ingestedtime="never")
    assert found == Version(1, 5, 1, 5, 7_000)
