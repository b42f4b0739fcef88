"""Any article becomes a complete document with true offsets."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.extraction import ExtractionResult, extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser
from copydesk.extractor.parsing import Parser

Extract = Callable[..., ExtractedArticle]


def _check(text: str, title: str, result: ExtractionResult) -> None:
    """Every text is the slice that its offsets say, every id is known."""
    ids = {entity.id for entity in result.entities}
    assert len(ids) == len(result.entities)
    for entity in result.entities:
        for mention in entity.mentions:
            assert mention.text == (title if mention.section == "title" else text)[mention.start : mention.end]
    for number, quote in enumerate(result.quotes, start=1):
        assert quote.id == f"q{number}"
        source = title if quote.section == "title" else text
        assert quote.text == source[quote.start : quote.end]
        assert all(quote.start <= f.start < f.end <= quote.end for f in quote.fragments)
        for span in (quote.speaker.mention, quote.cue):
            assert span is None or span.text == source[span.start : span.end]
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
def test_offsets_are_true_on_any_text(parser: SpacyParser, lexicon: Lexicon, text: str, title: str) -> None:
    _check(text, title, extract_text(text, title, "en", parser, lexicon, max_chars=100_000))


@given(text=NEWS | st.text(max_size=500), language=st.sampled_from(["en", "de", None]))
def test_offsets_are_true_without_a_parse(no_parser: Parser, lexicon: Lexicon, text: str, language: str | None) -> None:
    _check(text, "", extract_text(text, "", language, no_parser, lexicon, max_chars=100_000))


def test_the_same_article_gives_the_same_bytes(extract: Extract) -> None:
    text = '"We will open it," Anna Berg said. The BBC said that Carl Dahl, who lives in Malmo, called it "a mess".'
    assert msgspec.json.encode(extract(text)) == msgspec.json.encode(extract(text))


def test_the_document_keeps_the_cleaner_s_fields_and_names_the_model(extract: Extract) -> None:
    document = extract("Anna Berg left.", title="Berg leaves")
    assert (document.title, document.text) == ("Berg leaves", "Anna Berg left.")
    assert [entry.stage for entry in document.provenance] == ["cleaner", "extractor"]
    assert document.provenance[-1].model == "en_core_web_md-3.7.1+rules-5"
    assert not document.extraction.degraded
    ExtractedArticle.read(document.write(), None)


def test_an_empty_text_has_nothing_in_it(extract: Extract) -> None:
    document = extract("")
    assert (document.entities, document.quotes, document.extraction.degraded) == ((), (), False)


def test_another_language_gets_marks_and_no_speakers(extract: Extract) -> None:
    document = extract("«Nous ouvrirons le pont en mai», said Anna Berg.", language="fr")
    (quote,) = document.quotes
    assert (quote.speaker.mention, quote.speaker.basis, quote.cue) == (None, "none", None)
    assert document.extraction.degraded
    assert document.entities == ()


@pytest.mark.parametrize("language", ["en", "en-GB", "EN-us", None])
def test_english_by_any_tag_is_parsed(extract: Extract, language: str | None) -> None:
    assert extract("Anna Berg left.", language=language).entities
