"""Boilerplate that is cut off a block that stays, and sentences that stay whole."""

from __future__ import annotations

import time

import pytest

from copydesk.cleaner import CleanerSettings, load
from copydesk.cleaner.rules.inline_boilerplate import find_inline_boilerplate
from copydesk.contracts.articles import RawArticle

SENTENCE = "The harbour bridge was closed on Tuesday after the storm had damaged two of its piers."
OTHERS = [
    "The city council voted on Wednesday to repair the bridge before the summer, mayor Anna Berg said.",
    "The bridge carries about nine thousand cars a day. Traders on the north bank said their shops stood empty.",
    "Engineers of the harbour office will inspect the piers again in April, before the first cars cross.",
]


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ("Mikhail Klimentyev TASS Getty Images", "photo"),
        ("Photo: Jo Park/Reuters", "photo"),
        ("(AP Photo/Jo Park)", "photo"),
        ("(Photo by Jo Park/Getty Images)", "photo"),
        ("Jo Park / AFP via Getty Images", "photo"),
        ("READ MORE: Mayor under fire over bridge repairs", "related"),
        ("Also read: Ten bridges to see in your life", "related"),
        ("Advertisement", "promo"),
        ("Story continues below advertisement", "promo"),
    ],
)
def test_what_hangs_on_a_sentence_is_cut_off(tail: str, reason: str) -> None:
    text = f"{SENTENCE} {tail}"
    segments = find_inline_boilerplate(text)
    assert [(text[segment.start : segment.end], segment.reason) for segment in segments] == [(tail, reason)]


def test_a_credit_in_brackets_is_cut_out_of_the_middle() -> None:
    text = f"{SENTENCE} (Photo: Jo Park/Reuters) Nobody was hurt."
    segments = find_inline_boilerplate(text)
    assert [text[segment.start : segment.end] for segment in segments] == ["(Photo: Jo Park/Reuters)"]


@pytest.mark.parametrize(
    "text",
    [
        SENTENCE,
        "The agency Getty Images sued the firm behind the tool, which had copied its pictures by the million.",
        "“We have seen the photo”, the mayor told Reuters.",
        "The picture was sold to Getty Images.",
        "He asked her to read more: books, papers, whatever the library had.",
        "Anna Berg, who took the photo, works for Reuters.",
        "The paper lives on advertisement.",
        "Photo: Jo Park/Reuters",  # nothing else in it: the model's to say
        "LONDON (Reuters) - The council voted.",
        "",
    ],
)
def test_sentences_about_photographs_and_agencies_stay_whole(text: str) -> None:
    assert find_inline_boilerplate(text) == []


@pytest.mark.parametrize("gap", [" ", "  ", "\u00a0"])
def test_the_credit_becomes_a_field_and_the_sentence_stays_where_it_stood(gap: str) -> None:
    clean = load(CleanerSettings(remove_from=1.0, topic=False))  # whatever the model says of the block
    credit = "(Photo by Jo Park/Getty Images)"
    source = "\n\n".join([OTHERS[0], f"{SENTENCE}{gap}{credit}", *OTHERS[1:]])
    result = clean(RawArticle(id="a", text=source, title="Bridge", language="en"))
    assert result.text == "\n\n".join([OTHERS[0], SENTENCE, *OTHERS[1:]])
    assert result.credits == (credit,)
    cut = next(block for block in result.blocks if block.text == credit)
    assert (source[cut.source_start : cut.source_end], cut.reason) == (credit, "photo")
    again = clean(RawArticle(id="a", text=result.text, title="Bridge", language="en"))
    assert again.text == result.text


def test_in_one_line_the_sentences_around_a_notice_rejoin() -> None:
    clean = load(CleanerSettings(remove_from=1.0, topic=False))
    line = " ".join([OTHERS[0], SENTENCE, "Advertisement", *OTHERS[1:]])
    result = clean(RawArticle(id="a", text=line, title="Bridge", language="en"))
    assert result.text == " ".join([OTHERS[0], SENTENCE, *OTHERS[1:]])


@pytest.mark.parametrize("text", ["Photo: " * 200_000, "A B/" * 300_000, "(Photo " * 200_000, f"{SENTENCE} " * 20_000])
def test_a_megabyte_takes_no_time(text: str) -> None:
    begin = time.process_time()
    find_inline_boilerplate(text)
    assert time.process_time() - begin < 10
