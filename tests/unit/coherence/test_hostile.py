"""Input that is hardly an article: valid documents, in bounded time."""

from __future__ import annotations

import time
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from unit.coherence.articles import SENTENCE, check_document, plain_article, score

NO_SURROGATES: tuple[Literal["Cs"]] = ("Cs",)

# words that recur, so that every part of the stage has work to do
_WORDS = st.sampled_from(
    ["the", "Council", "of", "bridge", "Berg", "said", "12", "é́", "“", "\x00", "نص", "新", "\ufffd", "s", "ß", "İ"]
)
LINES = st.one_of(
    st.text(st.characters(exclude_categories=NO_SURROGATES), max_size=60), st.lists(_WORDS, max_size=25).map(" ".join)
)


@given(
    paragraphs=st.lists(LINES, max_size=14),
    removed=st.lists(st.booleans(), max_size=14),
    title=st.none() | LINES,
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_unicode_gives_a_valid_document(paragraphs: list[str], removed: list[bool], title: str | None) -> None:
    check_document(score(plain_article(paragraphs, removed, title=title)))


@given(
    starts=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=8),
    name=st.text(st.characters(exclude_categories=NO_SURROGATES), min_size=1, max_size=20),
)
@settings(deadline=None, max_examples=60)
def test_any_mention_and_quote_gives_a_valid_document(starts: list[tuple[int, int]], name: str) -> None:
    spans = [{"start": a, "end": z, "text": name} for a, z in starts]
    entities = [
        {
            "id": "e1",
            "name": name,
            "type": "other",
            "label": "",
            "mentions": [span | {"kind": "name", "section": "body"} for span in spans],
            "salience": 1.0,
            "confidence": 1.0,
        }
    ]
    quotes = [
        span
        | {
            "id": f"q{number}",
            "type": "direct",
            "section": "body",
            "speaker": {"basis": "none", "confidence": 0.0},
            "confidence": 1.0,
        }
        for number, span in enumerate(spans)
    ]
    check_document(score(plain_article([SENTENCE] * 6, entities=entities, quotes=quotes)))


@pytest.mark.parametrize(
    "paragraphs",
    [
        [f"Sentence number {i} speaks of item {i % 7} and of the town council again." for i in range(5000)],
        [f"w{i} x{i} y{i} z{i} v{i} u{i} t{i}" for i in range(5000)],
        ["the same four words and more of them " * 20] * 5000,
        [SENTENCE * 20_000, SENTENCE, SENTENCE],
        ["a" * 1_000_000, "“" * 1_000_000, "a.b'" * 200_000, " " * 500_000 + "x", SENTENCE, SENTENCE, SENTENCE],
    ],
    ids=["5,000 sentences", "5,000 without a common word", "5,000 identical", "a line of 2 MB", "runs"],
)
@pytest.mark.no_cover  # tracing every branch would be measured as well
def test_a_huge_article_takes_seconds(paragraphs: list[str]) -> None:
    extracted = plain_article(paragraphs)
    began = time.process_time()
    result = score(extracted)
    took = time.process_time() - began
    assert took < 20  # measured: a sixth of it; a quadratic step would take minutes
    check_document(result)
