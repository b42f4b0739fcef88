"""Paragraphs beyond the limits are not parsed, with a warning."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import CleanedArticle
from copydesk.extractor import ExtractorSettings, load
from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser
from copydesk.extractor.parsing import MAX_PARAGRAPHS


def test_a_long_article_is_parsed_up_to_the_limit(article: Callable[..., CleanedArticle]) -> None:
    process = load(ExtractorSettings(model="sm", max_chars=50))
    document = process(article('Anna Berg left for Malmo.\n\n"We will open it in May," Carl Dahl said.'))
    assert document.extraction.degraded
    assert document.extraction.warnings == ("longer than 50 characters or 5000 paragraphs: the rest is not parsed",)
    assert [quote.speaker.mention and quote.speaker.mention.text for quote in document.quotes] == ["Carl Dahl"]
    assert "Anna Berg" in [entity.name for entity in document.entities]


def test_paragraphs_that_are_not_parsed_give_a_warning(parser: SpacyParser, lexicon: Lexicon) -> None:
    many = "a\n" * (MAX_PARAGRAPHS + 1)
    assert extract_text(many, "", "en", parser, lexicon, max_chars=10**6).warnings == (
        f"longer than 1000000 characters or {MAX_PARAGRAPHS} paragraphs: the rest is not parsed",
    )
    assert extract_text("x" * 400, "", "en", parser, lexicon, max_chars=10**6).warnings == (
        "1 paragraphs with words of 300 characters: not parsed",
    )


def test_a_long_paragraph_that_is_no_prose_is_not_parsed(parser: SpacyParser, lexicon: Lexicon) -> None:
    data = '{"a": [1, {"b": "c"}]}, ' * 200
    prose = "The mayor of Graz, Anna Huber, said on Monday that the bridge would open. " * 40
    text = f"{data}\n\n{prose}\n\n{data[:200]}"
    result = extract_text(text, "", "en", parser, lexicon, max_chars=10**6)
    assert result.warnings == ("1 long paragraphs that are no prose: not parsed",)
    assert "Anna Huber" in [entity.name for entity in result.entities]


def test_plain_paragraphs_may_be_spared_the_parser(article: Callable[..., CleanedArticle]) -> None:
    text = '"We will open it," Anna Berg said.\n\nCarl Dahl went home to Malmo.\n\nAnna Berg said that it was done.'
    every, some = (load(ExtractorSettings(model="sm", parse=parse))(article(text)) for parse in ("all", "quoting"))
    assert some.quotes == every.quotes
    assert some.entities == every.entities
    assert not some.extraction.degraded
