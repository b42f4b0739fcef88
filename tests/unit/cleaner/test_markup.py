"""Markup left in plain text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cleaner.markup import read_markup
from unit.cleaner.articles import BODY, TITLE, Clean, article, check_blocks


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("The town&#8217;s &ldquo;good day&rdquo; &amp; caf&eacute;s", "The town’s “good day” & cafés"),
        ("The budget&amp;#8217;s &lt; 4 million", "The budget’s < 4 million"),
        ("He <b>never</b> said <em>that <i>word</i></em>.", "He never said that word."),
        ('She told <a href="https://post.example" target="_blank">The Post</a> so.', "She told The Post so."),
        ("One line<br/>and another", "One line\nand another"),
        ("**It was closed.**", "It was closed."),
        ("## A building from 1911", "A building from 1911"),
        ("She told [The Post](https://post.example/a) so.", "She told The Post so."),
        ('[caption id="a_1" width="640"]The pier in March[/caption]', "The pier in March"),
        ("[embed]https://video.example/a[/embed]", ""),
        ("{{ad_slot_2}}", ""),
        ("<!-- wp:paragraph -->", ""),
        (".story { color: red; margin: 0 }", ""),
    ],
)
def test_markup_is_read_as_what_it_is(line: str, words: str) -> None:
    assert read_markup(line).strip() == words


@pytest.mark.parametrize(
    "line",
    [
        "Weights < 5 kg and > 40 kg, prices as A&B or C&D.",
        "Use <p> for a paragraph and <b> for bold.",
        "He said: [The] council #1 voted [sic] on 2*3*4 and snake_case_names.",
        "You are f***ing late, she said, and f***ing rude.",
        "Read C:\\new\\reports first.",
        "The set {a: 1} of [1, 2] holds.",
        "&nosuchname; & so on",
    ],
)
def test_what_only_looks_like_markup_stays(line: str) -> None:
    assert read_markup(line) == line


@pytest.mark.parametrize("line_break", ["\\n", "\\n\\n", "\\r\\n"])
def test_line_breaks_that_are_written_out_part_paragraphs(clean: Clean, line_break: str) -> None:
    source = line_break.join(BODY)
    result = clean(article(source, title=TITLE))
    assert result.text == "\n\n".join(BODY)
    assert result.source.kind == "text"
    assert any("markup" in warning for warning in result.cleaning.warnings)
    check_blocks(source, result)


def test_a_text_without_markup_is_its_own_source(clean: Clean) -> None:
    assert clean(article("\n\n".join(BODY))).source.text is None


def test_offsets_point_into_the_text_without_markup(clean: Clean) -> None:
    source = "\n\n".join(f"**{line}**" for line in BODY)
    result = clean(article(source, title="The harbour&#8217;s bridge"))
    assert result.title == "The harbour’s bridge"
    assert result.source.text is not None
    assert [line.rstrip() for line in result.source.text.splitlines() if line] == BODY
    assert len(result.source.text) == len(source)
    check_blocks(source, result)


@given(st.text(alphabet="<>&;[]{}*_#\\nrab =\"'/!-:()", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert isinstance(read_markup(text), str)


@pytest.mark.parametrize(
    "unit",
    [
        "<!-- ",
        "<b>",
        "<a href='",
        "__a ",
        "**a ",
        "[a](",
        "[embed]",
        "[a b=c ",
        "&#",
        "{{",
        "a{:",
        "<b><b>x</b>",
        "\\n",
        "`![a](",
    ],
)
def test_reading_takes_time_by_length_alone(unit: str) -> None:
    begin = time.process_time()
    read_markup(unit * (300_000 // len(unit)))
    assert time.process_time() - begin < 3
