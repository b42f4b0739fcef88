"""Structure and segments of an article."""

from __future__ import annotations

from itertools import pairwise

from unit.coherence.articles import BRIDGE, COOKS, measure


def test_off_topic_paragraphs_at_the_end_are_a_tail() -> None:
    result = measure([*BRIDGE, *COOKS[:2]])
    assert [unit.block for unit in result.units if unit.flag == "off_topic"] == [7, 8]
    assert result.structure == "tail"


def test_segments_cover_all_units_in_order_and_name_their_words() -> None:
    result = measure([*BRIDGE, *COOKS])
    assert result.segments[0].first_unit == 0
    assert result.segments[-1].last_unit == 11
    assert all(segment.last_unit + 1 == following.first_unit for segment, following in pairwise(result.segments))
    assert any(segment.last_unit == 6 for segment in result.segments)  # where the second story begins
    assert "bridge" in result.segments[0].terms
    assert "Sugar" in {term for segment in result.segments if segment.first_unit >= 7 for term in segment.terms}
