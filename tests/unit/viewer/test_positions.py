"""Event ids hold the positions of all partitions, for any server."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from copydesk.client import Connection
from copydesk.viewer.positions import format_event_id, log_id, parse_event_id

NAMES = ("articles.raw", "articles.cleaned", "articles.scored")
LOG = log_id(Connection())


@given(st.dictionaries(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), st.integers(0, 2**62)))
def test_positions_come_back_as_they_were(positions: dict[tuple[str, int], int]) -> None:
    parsed = parse_event_id(format_event_id(LOG, NAMES, positions), LOG, NAMES)
    assert parsed is not None
    assert positions.items() <= parsed.items()
    assert set(parsed.values()) <= {0, *positions.values()}


@given(st.text(max_size=200) | st.text("0123456789abcdefz~.", max_size=200).map(lambda rest: LOG + rest))
def test_an_invented_id_gives_no_positions_or_harmless_ones(event_id: str) -> None:
    positions = parse_event_id(event_id, LOG, NAMES)
    assert positions is None or all(name in NAMES and offset >= 0 for (name, _), offset in positions.items())


def test_an_id_of_another_log_is_refused() -> None:
    other = log_id(Connection(brokers="127.0.0.1:9999"))
    assert parse_event_id(format_event_id(other, NAMES, {("articles.raw", 0): 4}), LOG, NAMES) is None
    assert log_id(Connection(topic_prefix="x-")) != LOG


def test_an_endless_id_is_not_read() -> None:
    assert parse_event_id(f"{LOG}~{'0.' * 100_000}~~", LOG, NAMES) is None
