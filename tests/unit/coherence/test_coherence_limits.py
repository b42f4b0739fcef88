"""What coherence does with what is hardly an article: defined for everything, in bounded time."""

from __future__ import annotations

import hashlib
import math
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.coherence import CoherenceSettings, stage
from copydesk.coherence.coefficients import read_coefficients
from copydesk.coherence.heads import read_heads
from copydesk.coherence.units import GENERATION, Vocabulary, find_tokens
from copydesk.contracts.articles import ExtractedArticle, ScoredArticle
from copydesk.vectors.table import SHA256

score = stage.load(CoherenceSettings())
NO_HALVES: tuple[Literal["Cs"]] = ("Cs",)
SENTENCE = "The council met on Tuesday evening to vote on the new budget for the town library and its staff."


def article(paragraphs: Sequence[str], removed: Sequence[bool] = (), **more: Any) -> ExtractedArticle:
    """An extracted article of these blocks; those marked as removed are not in its text."""
    blocks: list[dict[str, Any]] = []
    kept: list[str] = []
    at = 0
    for number, words in enumerate(paragraphs):
        block: dict[str, Any] = {"source_start": 0, "source_end": len(words), "noise_probability": 0.5}
        if number < len(removed) and removed[number]:
            block |= {"kept": False, "reason": "other", "text": words}
        else:
            block |= {"kept": True, "start": at, "end": at + len(words)}
            kept.append(words)
            at += len(words) + 2
        blocks.append(block)
    text = "\n\n".join(kept)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    fields = {
        "id": "test/1",
        "text": text,
        "text_sha256": digest,
        "blocks": blocks,
        "source": {"kind": "text", "sha256": digest},
        "cleaning": {"model": "none", "noise_share": 0.0},
        "provenance": [],
        "entities": [],
        "quotes": [],
        "extraction": {"model": {"name": "none", "version": "1"}},
    }
    return msgspec.convert(fields | more, ExtractedArticle)


def numbers(document: object) -> Iterator[float]:
    if isinstance(document, dict):
        for member in document.values():
            yield from numbers(member)
    elif isinstance(document, list):
        for member in document:
            yield from numbers(member)
    elif isinstance(document, float):
        yield document


def check(result: ScoredArticle) -> None:
    """What must hold of every result."""
    found = result.coherence
    assert all(map(math.isfinite, numbers(msgspec.to_builtins(found))))
    if found.status in {"ok", "degraded"}:
        assert [unit.block for unit in found.units] == list(range(len(result.blocks)))
        assert [number for one in found.segments for number in range(one.first_unit, one.last_unit + 1)] == list(
            range(len(result.blocks))
        )
    else:
        assert found.score is None
        assert found.raw_score is None
        assert not found.units
    assert all(unit.reasons for unit in found.units if unit.flag != "none")
    assert ScoredArticle.read(result.write(), None) == result


@pytest.mark.parametrize(
    ("paragraphs", "status"),
    [
        ([], "no_text"),
        ([" \u200b\u202e", "\x00\x07"], "no_text"),
        (["Word"], "too_short"),
        ([SENTENCE], "too_short"),
        ([SENTENCE * 50], "too_short"),
        ([SENTENCE, SENTENCE], "too_short"),
        (["12 34", "--", "***", "99"] * 3, "too_short"),
        (["“", "”", '"', "..."], "too_short"),
        (["市長が演説しました。新しい予算について話しました。"] * 6, "unsupported_language"),
        (["สภาเมืองประชุมเมื่อเย็นวันอังคาร"] * 6, "unsupported_language"),
        ([SENTENCE] * 12, "ok"),
        (
            ["Городской совет собрался во вторник вечером, чтобы утвердить бюджет библиотеки и её сотрудников."] * 5,
            "ok",
        ),
        (["a\u200b\u202e😀 b", "\x07", "e\u0301" * 3000] * 3, "too_short"),
    ],
)
def test_status_of_odd_input(paragraphs: list[str], status: str) -> None:
    result = score(article(paragraphs))
    assert result.coherence.status == status
    check(result)


def test_identical_paragraphs_are_one_story_of_duplicates() -> None:
    units = score(article([SENTENCE] * 12)).coherence.units
    assert [unit.flag for unit in units] == ["none"] + ["duplicate"] * 11


def test_vowel_signs_and_accents_on_their_own_do_not_split_words() -> None:
    hindi = "नगर परिषद ने मंगलवार को बंदरगाह का पुल फिर से खोलने का निर्णय लिया।"
    assert len(find_tokens(hindi)) == len(hindi.split())
    accented = "cafe\u0301s l'e\u0301te\u0301"
    assert [word for word, _ in find_tokens(accented)] == accented.split()


def test_paragraphs_without_a_common_word_are_scored() -> None:
    words = [f"{chr(97 + i)}{chr(97 + j)}{chr(97 + k)}qx" for i in range(8) for j in range(8) for k in range(2)]
    result = score(article([" ".join(words[at : at + 12]) + "." for at in range(0, 120, 12)]))
    assert result.coherence.status == "ok"
    assert result.coherence.score is not None
    check(result)


def test_a_text_that_the_cleaner_removed_whole_has_no_score() -> None:
    result = score(article([SENTENCE] * 5, [True] * 5))
    assert result.coherence.status == "no_text"


# words that meet, so that every part of the stage has something to do
_words = st.sampled_from(
    ["the", "Council", "of", "bridge", "Berg", "said", "12", "é́", "“", "\x00", "نص", "新", "\ufffd", "s", "ß", "İ"]
)
_lines = st.one_of(
    st.text(st.characters(exclude_categories=NO_HALVES), max_size=60), st.lists(_words, max_size=25).map(" ".join)
)


@given(
    paragraphs=st.lists(_lines, max_size=14),
    removed=st.lists(st.booleans(), max_size=14),
    title=st.none() | _lines,
)
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_unicode_gives_a_sound_document(paragraphs: list[str], removed: list[bool], title: str | None) -> None:
    check(score(article(paragraphs, removed, title=title)))


@given(
    starts=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=8),
    name=st.text(st.characters(exclude_categories=NO_HALVES), min_size=1, max_size=20),
)
@settings(deadline=None, max_examples=60)
def test_any_mention_and_quote_gives_a_sound_document(starts: list[tuple[int, int]], name: str) -> None:
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
    check(score(article([SENTENCE] * 6, entities=entities, quotes=quotes)))


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
    made = article(paragraphs)
    began = time.process_time()
    result = score(made)
    took = time.process_time() - began
    assert took < 20  # a sixth of it here; a quadratic step would take minutes
    check(result)


def test_importing_the_stage_loads_no_library() -> None:
    code = "import sys, copydesk.coherence; print([m for m in ('numpy', 'spacy', 'faust') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_model_names_the_file_that_repeats_a_score() -> None:
    model = score(article([SENTENCE] * 6)).coherence.model
    data = (files("copydesk.coherence") / "heads-1.json").read_bytes()
    assert model.sha256 == hashlib.sha256(data).hexdigest()
    assert model.prior["articles"] == 0.5
    assert {"off_topic", "furniture"} <= set(model.thresholds)


def test_the_heads_were_trained_with_this_table_and_these_coefficients() -> None:
    file = read_heads().file
    assert file.table == SHA256
    assert file.coefficients == read_coefficients().sha256


def test_every_coefficient_says_why() -> None:
    file = msgspec.json.decode((files("copydesk.coherence") / "coefficients.json").read_bytes())
    reasons = [number["why"] for section in file.values() if isinstance(section, dict) for number in section.values()]
    assert len(reasons) > 30
    assert all(len(reason) > 10 for reason in reasons)
    assert read_coefficients().version == file["version"]


def test_the_memory_for_words_is_bounded_and_keeps_those_that_come_again() -> None:
    vocabulary = Vocabulary(read_coefficients())
    bridge = vocabulary["Bridges"]
    for number in range(3 * GENERATION):
        vocabulary[f"word{number}"]
        if number % 1_000 == 0:
            assert vocabulary["Bridges"] is bridge
    assert bridge.stem == "bridge"
    assert len(vocabulary) <= GENERATION
    assert len(vocabulary.old) <= GENERATION
