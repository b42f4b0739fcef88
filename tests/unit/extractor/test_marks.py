"""Quotation marks become segments, whatever the typist did."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.extractor.english import load_lexicon
from copydesk.extractor.marks import find_continued, find_segments
from copydesk.extractor.paragraphs import split_paragraphs

WORDS = load_lexicon().quotations

CASES = {
    "straight": ('"No", she said.', ['"No"']),
    "two of them": ('"No," she said. "Never."', ['"No,"', '"Never."']),
    "curly": ("“No,” she said.", ["“No,”"]),
    "doubled singles": ("''No,'' she said.", ["''No,''"]),
    "TeX": ("``No,'' she said.", ["``No,''"]),
    "guillemets": ("«Non», dit-elle.", ["«Non»"]),
    "singles as the outer marks": ("‘I will not go there,’ he said.", ["‘I will not go there,’"]),
    "nested singles stay inside": (
        "“He said ‘no, I will not’ to me,” she said.",
        ["“He said ‘no, I will not’ to me,”"],
    ),
    "pairs of the same kind inside": (
        "“He wore a “Vote for Lee” shirt,” she said. “So did I.”",
        ["“He wore a “Vote for Lee” shirt,”", "“So did I.”"],
    ),
    "an opener where the closer belongs": ("“Frozen“ is a film", ["“Frozen“"]),
    "a closer where the opener belongs": ("she said ”no” again", ["”no”"]),
    "inches": ('a 40" screen and the 6\'2" guard', []),
    "inches in a quotation": ('"I am 6\'2" tall," he said.', ['"I am 6\'2" tall,"']),
    "apostrophes": ("the boys' game of '98, rock 'n' roll, don't", []),
    "a nickname": ("Georgia 'Toff' Toffolo", []),
    "marks in markup": ('<a href="x" title="y">No</a>', []),
    "unclosed": ('He said: "I will not', ['"I will not']),
    "unclosed, then another": ('"No, he said. "Bye."', ['"No, he said.', '"Bye."']),
    "nothing in it": ('"" and " " and “”', []),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_segments(text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in find_segments(text, WORDS)] == expected


def test_an_unclosed_mark_is_flagged_and_ends_with_its_paragraph() -> None:
    (segment,) = find_segments('"I will not  ', WORDS)
    assert not segment.closed
    assert segment.end == len('"I will not')


def _runs(text: str) -> list[list[int]]:
    paragraphs = split_paragraphs(text, WORDS)
    return find_continued(text, [(p.start, p.end) for p in paragraphs], [p.segments for p in paragraphs])


def test_a_quotation_goes_on_where_the_mark_is_not_closed_and_the_next_paragraph_opens_with_one() -> None:
    assert _runs('"One.\n\n"Two.\n\n"Three," she said.\n\nEnd.') == [[0, 1, 2]]
    assert _runs("“One.\n\n“Two,” she said.") == [[0, 1]]


def test_closed_neighbours_stay_apart() -> None:
    assert _runs('"One."\n\n"Two."') == []


def test_an_unclosed_quotation_stops_before_plain_text() -> None:
    assert _runs('"One.\n\nPlain text.\n\n"Two."') == []


@given(st.text(alphabet="\"“”'‘’«» ab.,2<>\n", max_size=200))
def test_segments_lie_in_order_inside_the_text(text: str) -> None:
    position = 0
    for segment in find_segments(text, WORDS):
        assert position <= segment.start < segment.inner_start <= segment.inner_end <= segment.end <= len(text)
        assert any(map(str.isalnum, text[segment.inner_start : segment.inner_end]))
        position = segment.end


@given(st.text(max_size=300), st.integers(0, 50))
def test_a_paragraph_is_read_alone(text: str, before: int) -> None:
    alone = find_segments(text, WORDS)
    inside = find_segments('"' * before + text + '"', WORDS, before, before + len(text))
    assert [(s.start + before, s.end + before) for s in alone] == [(s.start, s.end) for s in inside]


@pytest.mark.parametrize("unit", ['"', "“", '" a ', "'a b c d e ", "<a ", "''", "5'2\" "])
@pytest.mark.no_cover  # tracing every branch would be measured as well
def test_time_is_linear_in_the_marks(unit: str) -> None:
    find_segments(unit * 100, WORDS)
    start = time.process_time()
    find_segments(unit * 10_000, WORDS)
    assert time.process_time() - start < 3  # a quadratic one takes minutes
