"""Any article comes out as a complete document with true offsets."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.contracts.articles import CleanedArticle, ExtractedArticle
from copydesk.extractor import ExtractorSettings, load, nlp, stage
from copydesk.extractor.extraction import Reading, read
from copydesk.extractor.nlp import SpacyParser
from copydesk.extractor.syntax import Parse

Extract = Callable[..., ExtractedArticle]


class NoParser:
    """A parser that fails on everything."""

    name = "none"
    version = "0"

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        return [None for _ in paragraphs]

    find_names = parse


def _check(text: str, title: str, reading: Reading) -> None:
    """Every text is the slice that its offsets say, every id is known."""
    ids = {entity.id for entity in reading.entities}
    assert len(ids) == len(reading.entities)
    for entity in reading.entities:
        for mention in entity.mentions:
            assert mention.text == (title if mention.section == "title" else text)[mention.start : mention.end]
    for number, quote in enumerate(reading.quotes, start=1):
        assert quote.id == f"q{number}"
        assert quote.text == text[quote.start : quote.end]
        assert all(quote.start <= f.start < f.end <= quote.end for f in quote.fragments)
        for span in (quote.speaker.mention, quote.cue):
            assert span is None or span.text == text[span.start : span.end]
        assert quote.speaker.entity_id is None or quote.speaker.entity_id in ids


NEWS = st.lists(
    st.sampled_from(
        ['"', "“", "”", "''", "'", " said ", "Anna Berg", "he", " according to ", ", ", ". ", "\n", "\n\n", ": ", "?",
         "the plan ", "is bad", " that ", "told", " who ", "—", "(", "\u202e", "\ufffd", "e\u0301", "\x00", "5'2\""]
    ),
    max_size=60,
).map("".join)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=NEWS | st.text(max_size=300), title=st.text(max_size=30))
def test_offsets_are_true_on_any_text(parser: SpacyParser, text: str, title: str) -> None:
    _check(text, title, read(text, title, "en", parser, 100_000))


@given(text=NEWS | st.text(max_size=500), language=st.sampled_from(["en", "de", None]))
def test_offsets_are_true_without_a_parse(text: str, language: str | None) -> None:
    _check(text, "", read(text, "", language, NoParser(), 100_000))


def test_the_same_article_gives_the_same_bytes(extract: Extract) -> None:
    text = '"We will open it," Anna Berg said. The BBC said that Carl Dahl, who lives in Malmo, called it "a mess".'
    assert msgspec.json.encode(extract(text)) == msgspec.json.encode(extract(text))


def test_the_document_keeps_the_cleaner_s_fields_and_names_the_model(extract: Extract) -> None:
    found = extract("Anna Berg left.", title="Berg leaves")
    assert (found.title, found.text) == ("Berg leaves", "Anna Berg left.")
    assert [entry.stage for entry in found.provenance] == ["cleaner", "extractor"]
    assert found.provenance[-1].model == "en_core_web_md-3.7.1+rules-2"
    assert not found.extraction.degraded
    ExtractedArticle.read(found.write(), None)


def test_an_empty_text_has_nothing_in_it(extract: Extract) -> None:
    found = extract("")
    assert (found.entities, found.quotes, found.extraction.degraded) == ((), (), False)


def test_without_a_parse_marks_and_plain_attributions_remain() -> None:
    text = 'The bridge is old. "We will open it in May," Anna Berg said.'
    reading = read(text, "", "en", NoParser(), 100_000)
    (quote,) = reading.quotes
    assert quote.speaker.mention is not None
    assert (quote.speaker.mention.text, quote.speaker.name) == ("Anna Berg", None)
    assert reading.warnings == ("the parser failed on 1 of 1 paragraphs",)


def test_another_language_gets_marks_and_no_speakers(extract: Extract) -> None:
    found = extract("«Nous ouvrirons le pont en mai», said Anna Berg.", language="fr")
    (quote,) = found.quotes
    assert (quote.speaker.mention, quote.speaker.basis, quote.cue) == (None, "none", None)
    assert found.extraction.degraded
    assert found.entities == ()


@pytest.mark.parametrize("language", ["en", "en-GB", "EN-us", None])
def test_english_by_any_tag_is_parsed(extract: Extract, language: str | None) -> None:
    assert extract("Anna Berg left.", language=language).entities


def test_a_long_article_is_parsed_up_to_the_limit(article: Callable[..., CleanedArticle]) -> None:
    process = load(ExtractorSettings(model="sm", max_chars=50))
    found = process(article('Anna Berg left for Malmo.\n\n"We will open it in May," Carl Dahl said.'))
    assert found.extraction.degraded
    assert found.extraction.warnings == ("longer than 50 characters or 5000 paragraphs: the rest is not parsed",)
    assert [quote.speaker.mention and quote.speaker.mention.text for quote in found.quotes] == ["Carl Dahl"]
    assert "Anna Berg" in [entity.name for entity in found.entities]


def test_one_bad_paragraph_costs_only_itself(parser: SpacyParser, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = parser._read_alone
    monkeypatch.setattr(parser._nlp, "pipe", lambda *_, **__: 1 / 0)
    monkeypatch.setattr(parser, "_read_alone", lambda at, text, _: None if "bad" in text else alone(at, text, []))
    reading = read('"It is bad," Anna Berg said.\n\nCarl Dahl left.', "", "en", parser, 1000)
    assert reading.warnings == ("the parser failed on 1 of 2 paragraphs",)
    assert [entity.name for entity in reading.entities] == ["Carl Dahl"]


def test_nothing_of_two_thousand_articles_stays(parser: SpacyParser) -> None:
    def read_some(first: int, last: int) -> int:
        for number in range(first, last):
            read(f'"It is zyx{number}qu," Anna Bx{number}rg said.', "", "en", parser, 1_000)
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    memory = read_some(0, 200)  # whatever grows once has grown
    strings = len(parser._nlp.vocab.strings)
    grown = read_some(200, 2_200) - memory
    assert len(parser._nlp.vocab.strings) == strings  # without a memory zone: 6,000 more
    assert grown < 5_000_000  # seen: nothing; a document that stayed alive would cost five kilobytes and more


def test_the_indices_of_words_do_not_grow_and_the_answers_stay(
    parser: SpacyParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zone frees its words, not their places in spaCy's tables."""

    def read_some(count: int) -> list[object]:
        texts = [f'"It is zyx{number}qu in Xq{number}," Anna Bx{number}rg said.' for number in range(count)]
        return [read(text, "", "en", parser, 1_000) for text in texts]

    vocab = parser._nlp.vocab
    before = read_some(50)
    monkeypatch.setattr(nlp, "FORGET_AFTER", 40)
    assert read_some(50) == before
    assert len(vocab) < 100  # without it two a text more, for ever
    assert vocab["bridge"].is_alpha
    assert "nsubj" in vocab.strings


def test_importing_the_stage_loads_no_model_and_no_library() -> None:
    code = (
        "import sys, copydesk.extractor; "
        "print([m for m in ('spacy', 'numpy', 'faust', 'rapidfuzz', 'thinc') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_stage_is_wired() -> None:
    assert (stage.source, stage.sink) == ("articles.cleaned", "articles.extracted")
    assert stage.input is CleanedArticle
    assert stage.output is ExtractedArticle
    assert stage.settings is ExtractorSettings
