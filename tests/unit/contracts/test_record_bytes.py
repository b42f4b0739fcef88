"""A record that `record_bytes` lets pass is never refused by the broker: it says too much, not too little."""

from __future__ import annotations

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from hypothesis import given, settings
from hypothesis import strategies as st

from copydesk.contracts.envelope import Header
from copydesk.contracts.topics import HEADER_OVERHEAD, RECORD_OVERHEAD, record_bytes, topics

HEADERS = st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=40) | st.none()), max_size=20)


def batch_bytes(key: bytes | None, value: bytes | None, headers: list[Header]) -> int:
    """The size of this record alone in its batch, as a producer's library builds it and a broker measures it."""
    builder = DefaultRecordBatchBuilder(2, 0, 1, 2**62, 2**15 - 1, 2**31 - 1, 2**26)
    # far from the batch's first timestamp is more bytes, but there is none before it
    assert builder.append(0, 2**62, key, value, headers) is not None
    return len(builder.build())


@settings(deadline=None)
@given(key=st.none() | st.binary(max_size=300), value=st.none() | st.binary(max_size=3000), headers=HEADERS)
def test_a_record_takes_no_more_than_it_says(key: bytes | None, value: bytes | None, headers: list[Header]) -> None:
    assert batch_bytes(key, value, headers) <= record_bytes(key, value, headers)


@pytest.mark.parametrize("limit", sorted({topic.max_message_bytes for topic in topics().values()}))
def test_at_a_topics_limit_too(limit: int) -> None:
    headers: list[Header] = [("h" * 200, b"x" * 9000)] * 30
    value = bytes(limit - record_bytes(b"key", None, headers))
    assert record_bytes(b"key", value, headers) == limit
    assert batch_bytes(b"key", value, headers) <= limit


def test_what_is_added_is_little() -> None:
    """An upper bound that is far off would refuse articles that fit."""
    assert record_bytes(b"key", bytes(1000), [("a", b"b")]) - 1005 == RECORD_OVERHEAD + HEADER_OVERHEAD
    assert record_bytes(b"key", bytes(1000), [("a", b"b")]) - batch_bytes(b"key", bytes(1000), [("a", b"b")]) < 100


def test_nothing_takes_no_room_of_its_own() -> None:
    assert record_bytes(None, None, []) == record_bytes(b"", b"", []) == RECORD_OVERHEAD
