"""Blocks of a source text."""

from __future__ import annotations

from unit.cleaner.articles import BODY, TITLE, Clean, article, check_blocks


def test_text_on_one_line_is_cut_into_sentences_and_rejoins(clean: Clean) -> None:
    source = "  ".join(BODY)
    result = clean(article(source, title=TITLE))
    assert len(result.blocks) > len(BODY)
    assert result.text == " ".join(BODY)
    check_blocks(source, result)


def test_initials_and_short_forms_do_not_end_a_sentence(clean: Clean) -> None:
    source = " ".join(["Mr. J. Smith of the U.S. Senate met Dr. Jones on Tuesday.", *BODY])
    first = clean(article(source, title=TITLE)).blocks[0]
    assert source[first.source_start : first.source_end].endswith("Tuesday.")
