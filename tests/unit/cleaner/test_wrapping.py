"""Lines that wrapping has cut."""

from __future__ import annotations

import textwrap

import pytest

from copydesk.cleaner.wrapping import unwrap
from unit.cleaner.articles import BODY, TITLE, Clean, article, check_blocks

QUOTES = [line.replace("“", '"').replace("”", '"') for line in BODY]


@pytest.mark.parametrize("width", [60, 72, 80])
def test_wrapped_paragraphs_are_joined(clean: Clean, width: int) -> None:
    source = "\n\n".join(textwrap.fill(line, width) for line in [TITLE, *QUOTES])
    result = clean(article(source))
    assert result.title == TITLE
    assert result.text == "\n\n".join(QUOTES)
    check_blocks(source, result)


def test_without_blank_lines_a_paragraph_ends_where_its_last_line_is_short(clean: Clean) -> None:
    lines = [line + " It is." if len(textwrap.wrap(line, 70)[-1]) > 50 else line for line in QUOTES]
    source = "\n".join(textwrap.fill(line, 70) for line in lines)
    assert clean(article(source, title=TITLE)).text.split("\n\n") == lines


def test_a_word_cut_at_a_hyphen_is_whole_again(clean: Clean) -> None:
    source = "\n\n".join([QUOTES[0].replace("harbour bridge", "har-\nbour bridge"), *QUOTES[1:]])
    result = clean(article(source, title=TITLE))
    assert result.text == "\n\n".join(QUOTES)
    check_blocks(source, result)


@pytest.mark.parametrize(
    ("block", "words"),
    [
        ("the old fer-\nry", "the old ferry"),
        ("a well-\nknown", "a well-known"),
        ("the Smith-\nJones", "the Smith-Jones"),
        ("in 2019-\n2020", "in 2019-\n2020"),
        ("a break -\nand on", "a break -\nand on"),
    ],
)
def test_hyphens_of_compounds_stay(block: str, words: str) -> None:
    assert unwrap(block) == words


@pytest.mark.parametrize(
    "lines",
    [
        [
            "The tide comes in, the tide goes out,",
            "and nobody will ask it why,",
            "the boats lie still,",
            "the gulls fly by.",
        ],
        [
            "Ann Lee, 43, baker",
            "Tom Osei, 51, who runs the ferry to the north bank",
            "and Ruth Amadi, teacher",
            "voted for",
        ],
        [QUOTES[0], "a note of the paper without a capital letter", QUOTES[1]],
    ],
    ids=["verse", "list", "paragraphs"],
)
def test_lines_that_end_where_they_like_stay_apart(clean: Clean, lines: list[str]) -> None:
    source = "\n".join(lines)
    result = clean(article(source, title=TITLE))
    assert len(result.blocks) == len(lines)
