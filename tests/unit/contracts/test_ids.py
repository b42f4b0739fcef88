from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contracts.ids import NAMESPACE, event_id, id_from_content, id_from_key, id_from_url, id_problem


def test_ids_never_change() -> None:
    """Each of these is in somebody's archive: another namespace or another recipe would rename every article."""
    assert UUID("5b1d5a3e-6f0e-5c7e-9d55-3c0c7a6f2a10") == NAMESPACE
    assert id_from_url("https://news.example.org/fog") == "178cad96-9129-5a7e-9a0e-886d5aa51c26"
    assert id_from_content("Fog.") == "c242134e-0375-56a7-9ff7-39745330bd04"
    id_ = event_id("in-1", stage="cleaner", version="1.0.0", model="cues-1", settings="abc")
    assert id_ == "f05de2aa-fe60-5112-b6a9-0f7b5af92d70"


@pytest.mark.parametrize(
    "other",
    [
        {"cause": "in-2"},
        {"stage": "extractor"},
        {"version": "1.0.1"},
        {"model": "cues-2"},
        {"model": None},
        {"settings": "abd"},
    ],
)
def test_an_events_id_depends_on_all_that_the_result_depends_on(other: dict[str, Any]) -> None:
    known: dict[str, Any] = {
        "cause": "in-1",
        "stage": "cleaner",
        "version": "1.0.0",
        "model": "cues-1",
        "settings": "abc",
    }
    assert event_id(**known) == event_id(**known)
    assert event_id(**{**known, **other}) != event_id(**known)


def test_an_url_and_a_content_of_the_same_letters_are_two_articles() -> None:
    assert id_from_url("https://a.org") != id_from_content("https://a.org")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("bbc/42", None),
        ("é" * 128, None),
        ("", "is empty"),
        ("é" * 129, "has 258 bytes, over 256"),
        ("\ud83d", "holds half a surrogate pair"),
    ],
)
def test_what_can_be_an_id(value: str, problem: str | None) -> None:
    assert id_problem(value) == problem


@given(st.binary(max_size=300))
def test_a_key_is_the_id_that_it_spells_or_none(key: bytes) -> None:
    try:
        id_ = id_from_key(key)
    except ValueError as error:
        assert str(error).startswith("the message key is no id: it ")  # noqa: PT017 - it need not be raised
    else:
        assert id_.encode() == key
        assert 1 <= len(key) <= 256
