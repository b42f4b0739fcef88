"""Offsets that were retried, in one committed offset."""

from __future__ import annotations

import pytest
from aiokafka.structs import OffsetAndMetadata
from hypothesis import given
from hypothesis import strategies as st

from copydesk.operations.offset_ranges import OffsetRanges


@given(st.sets(st.integers(0, 40)))
def test_what_is_committed_is_read_again(offsets: set[int]) -> None:
    ranges = OffsetRanges.from_offset(None)
    for offset in offsets:
        ranges.add(offset)
    again = OffsetRanges.from_offset(ranges.as_offset())
    assert {offset for offset in range(42) if offset in again} == offsets


def test_a_copy_changes_alone() -> None:
    ranges = OffsetRanges.from_offset(OffsetAndMetadata(2, "5-6,9"))
    ranges.copy().add(2)
    assert 2 not in ranges
    assert ranges.as_offset() == OffsetAndMetadata(2, "5-6,9")


def test_more_gaps_than_the_metadata_holds_are_refused() -> None:
    with pytest.raises(ValueError, match="too many gaps"):
        OffsetRanges(0, range(1, 4_000, 2)).as_offset()
