"""The language model fails on one paragraph at a time and keeps nothing of an article."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from copydesk.extractor import nlp
from copydesk.extractor.extraction import extract_text
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.nlp import SpacyParser
from copydesk.extractor.numpy_model import word_rows


def test_one_bad_paragraph_costs_only_itself(
    parser: SpacyParser, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse_alone = parser._parse_alone
    monkeypatch.setattr(parser, "_parse_many", lambda *_: 1 / 0)
    monkeypatch.setattr(
        parser, "_parse_alone", lambda at, text, _: None if "bad" in text else parse_alone(at, text, [])
    )
    result = extract_text('"It is bad," Anna Berg said.\n\nCarl Dahl left.', "", "en", parser, lexicon, max_chars=1000)
    assert result.warnings == ("the parser failed on 1 of 2 paragraphs",)
    assert [entity.name for entity in result.entities] == ["Carl Dahl"]


def test_nothing_of_two_thousand_articles_stays(
    parser: SpacyParser, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_rows, "MAX_WORDS", 300)  # so that the memory of words has its full size at once

    def extract_some(first: int, last: int) -> int:
        for number in range(first, last):
            text = f'"It is zyx{number}qu," Anna Bx{number}rg said.'
            extract_text(text, "", "en", parser, lexicon, max_chars=1_000)
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")

    memory = extract_some(0, 200)  # whatever grows once has grown
    strings = len(parser._nlp.vocab.strings)
    grown = extract_some(200, 2_200) - memory
    assert len(parser._nlp.vocab.strings) == strings  # without a memory zone: 6,000 more
    assert grown < 5_000_000  # seen: nothing; a document that stayed alive would cost five kilobytes and more


def test_the_indices_of_words_do_not_grow_and_the_answers_stay(
    parser: SpacyParser, lexicon: Lexicon, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zone frees its words, not their slots in spaCy's tables."""

    def extract_some(count: int) -> list[object]:
        texts = [f'"It is zyx{number}qu in Xq{number}," Anna Bx{number}rg said.' for number in range(count)]
        return [extract_text(text, "", "en", parser, lexicon, max_chars=1_000) for text in texts]

    vocab = parser._nlp.vocab
    before = extract_some(50)
    monkeypatch.setattr(nlp, "FORGET_AFTER", 40)
    assert extract_some(50) == before
    assert len(vocab) < 100  # without it two a text more, for ever
    assert vocab["bridge"].is_alpha
    assert "nsubj" in vocab.strings
