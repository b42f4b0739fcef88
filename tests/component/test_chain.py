"""All three stages, one after the other, through the worker's own code: whatever comes in, whole documents come out."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.contracts.articles import RawArticle, ScoredArticle
from copydesk.runtime import execution
from copydesk.stage import Stage, chain
from harness.require import ROOT

SAMPLES = ROOT / "services" / "copydesk" / "samples"

lines = st.lists(
    st.one_of(
        st.text(max_size=80),
        st.sampled_from(
            [
                '"We will not go", said Anna Berg, the mayor.',
                "“One thing led to another,",
                "By Tom Field",
                "Photo: Reuters",
                "Read more: Something else",
                "The council met on Tuesday and voted for the new bridge. Nobody was surprised by that.",
                "<p>Some <b>markup</b> &amp; entities</p>",
                "\ufeff\u202e\u0000\u0301",
            ]
        ),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def steps() -> list[tuple[Stage, Callable[[Any], Any]]]:
    names = ("cleaner", "extractor", "coherence")  # not those that are made for tests
    return [(stage, execution.load(stage)) for stage in chain(names)]


def run(steps: list[tuple[Stage, Callable[[Any], Any]]], value: bytes) -> execution.Outcome:
    for stage, process in steps:
        outcome = execution.run(stage, process, value, b"key")
        if outcome.disposition != "passed":
            return outcome
        value = outcome.value
    return outcome


@pytest.mark.timeout(600)  # hypothesis takes a time-out for a failure of the example at hand, and shrinks it
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(lines=lines, break_=st.sampled_from(["\n", "\n\n", " ", "\r\n"]), title=st.none() | st.text(max_size=40))
def test_any_text_comes_out_whole_and_every_offset_slices_to_what_it_claims(
    steps: list[tuple[Stage, Callable[[Any], Any]]], lines: list[str], break_: str, title: str | None
) -> None:
    text = break_.join(lines)
    value = json.dumps({"text": text, "title": title}).encode()
    outcome = run(steps, value)
    if outcome.disposition == "invalid":
        assert "visible character" in (outcome.error.message if outcome.error else "")
        return
    assert outcome.disposition == "passed", outcome.error
    check(ScoredArticle.read(outcome.value, None), RawArticle.read(value, b"key").source)
    assert run(steps, value) == outcome, "the same input gives the same bytes"


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.txt")), ids=lambda path: path.stem)
def test_samples_come_out_whole(steps: list[tuple[Stage, Callable[[Any], Any]]], path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    outcome = run(steps, json.dumps({"text": text}).encode())
    assert outcome.disposition == "passed", outcome.error
    scored = ScoredArticle.read(outcome.value, None)
    check(scored, text)
    assert scored.blocks
    assert scored.quotes or scored.language != "en"


def check(scored: ScoredArticle, given: str) -> None:
    """Everything that points somewhere points at what it says."""
    source = given if scored.source.kind == "text" else scored.source.text or ""
    end = 0
    for block in scored.blocks:
        assert end <= block.source_start < block.source_end <= len(source)
        end = block.source_end
        if block.kept:
            assert scored.text[block.start : block.end].strip()
    for entity in scored.entities:
        for mention in entity.mentions:
            text = scored.title or "" if mention.section == "title" else scored.text
            assert text[mention.start : mention.end] == mention.text
    names = {entity.id for entity in scored.entities}
    for quote in scored.quotes:
        text = scored.title or "" if quote.section == "title" else scored.text
        assert text[quote.start : quote.end] == quote.text
        assert all(quote.start <= fragment.start < fragment.end <= quote.end for fragment in quote.fragments)
        assert quote.speaker.entity_id is None or quote.speaker.entity_id in names
        for place in (quote.speaker.mention, quote.cue):
            assert place is None or text[place.start : place.end] == place.text
    if scored.coherence.status in {"ok", "degraded"}:
        assert [unit.block for unit in scored.coherence.units] == list(range(len(scored.blocks)))
    assert set(scored.coherence.off_topic_quotes) <= {quote.id for quote in scored.quotes}
    assert set(scored.coherence.off_topic_entities) <= names
