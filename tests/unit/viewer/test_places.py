"""Event ids say how far the topics were read, at whatever server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copydesk.client import Connection
from copydesk.viewer.places import log_name, read_event_id, write_event_id

NAMES = ("articles.raw", "articles.cleaned", "articles.scored")
LOG = log_name(Connection())


@given(st.dictionaries(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), st.integers(0, 2**62)))
def test_positions_come_back_as_they_were(positions: dict[tuple[str, int], int]) -> None:
    told = read_event_id(write_event_id(LOG, NAMES, positions), LOG, NAMES)
    assert told is not None
    assert positions.items() <= told.items()
    assert set(told.values()) <= {0, *positions.values()}


@given(st.text(max_size=200) | st.text("0123456789abcdefz~.", max_size=200).map(lambda rest: LOG + rest))
def test_what_a_browser_makes_up_is_no_position_or_a_harmless_one(told: str) -> None:
    found = read_event_id(told, LOG, NAMES)
    assert found is None or all(name in NAMES and offset >= 0 for (name, _), offset in found.items())


def test_an_id_of_another_log_says_nothing() -> None:
    other = log_name(Connection(brokers="127.0.0.1:9999"))
    assert read_event_id(write_event_id(other, NAMES, {("articles.raw", 0): 4}), LOG, NAMES) is None
    assert log_name(Connection(topic_prefix="x-")) != LOG


def test_an_endless_id_is_not_read() -> None:
    assert read_event_id(f"{LOG}~{'0.' * 100_000}~~", LOG, NAMES) is None
