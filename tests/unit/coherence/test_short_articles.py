"""Short articles: what they score, and that foreign paragraphs lower it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.coherence.scoring import find_prior_log_odds
from unit.coherence.articles import BRIDGE, COOKS, check_document, measure, plain_article, score

UNRELATED = [
    "Two lifeguards were honoured by the mayor in Saltmouth on Friday for saving a swimmer.",
    "A dog show at the old fairground drew forty owners, nine judges and one parrot.",
    "Night buses run until four, and the ring road stays closed for resurfacing.",
    "Chess champion Ivo Marek lost his title in thirty moves to a pupil of twelve.",
]


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_a_short_story_is_not_called_several_stories(count: int) -> None:
    result = measure(BRIDGE[:count])
    assert result.score is None or result.score >= 0.5
    assert result.structure == "single"


@given(st.integers(3, 7), st.integers(0, 4), st.integers(1, 7))
def test_a_foreign_paragraph_does_not_raise_the_score(count: int, foreign: int, place: int) -> None:
    before = measure(BRIDGE[:count]).score
    at = min(place, count)
    after = measure([*BRIDGE[:at], COOKS[foreign], *BRIDGE[at:count]]).score
    assert before is not None
    assert after is None or after <= before


def test_paragraphs_that_share_nothing_give_units_and_no_score_or_a_low_one() -> None:
    result = score(plain_article(UNRELATED))
    coherence = result.coherence
    assert coherence.status in {"inconclusive", "ok"}
    assert len(coherence.units) == len(UNRELATED)
    if coherence.status == "inconclusive":
        assert (coherence.score, coherence.raw_score) == (None, None)
    check_document(result)


def test_the_shorter_an_article_the_more_it_takes_to_doubt_it() -> None:
    odds = [find_prior_log_odds(count, 0.1) for count in range(1, 30)]
    assert odds == sorted(odds, reverse=True)
    assert odds[0] > 2
    assert odds[-1] == 0
