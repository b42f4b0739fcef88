"""Text blocks of a page: what a reader sees as paragraphs and lines, in order, with no words glued or lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.cleaner.html import parse
from copydesk.cleaner.page.bounds import Bounds
from copydesk.cleaner.page.text_blocks import TextBlock, TooLargeError, cut_blocks

FIRST = "The ferry leaves the north pier at nine every morning."
SECOND = "It comes back in the evening, when the wind allows it."


def cut(html: str) -> list[TextBlock]:
    return cut_blocks(parse(html))


def texts(html: str) -> list[str]:
    return [block.text for block in cut(html)]


@pytest.mark.parametrize(
    "html",
    [
        f"<p>{FIRST}</p><p>{SECOND}</p>",
        f"<p>{FIRST}<p>{SECOND}",
        f"<div>{FIRST}<p>{SECOND}</p></div>",
        f"<div><p>{FIRST}</p>{SECOND}</div>",
        f"{FIRST}<br><br>{SECOND}",
        f"<td>{FIRST}<br/>{SECOND}</td>",
        f"<table><tr><td>{FIRST}</td></tr><tr><td>{SECOND}</td></tr></table>",
        f'<div><span class="p">{FIRST}</span><span class="p">{SECOND}</span></div>',
        f"<pre>{FIRST}\n\n{SECOND}</pre>",
        f"<ul><li>{FIRST}</li><li>{SECOND}</li></ul>",
        f"<section>{FIRST}</section>\n<section>{SECOND}</section>",
        f"<a href='/x'><div>{FIRST}</div><div>{SECOND}</div></a>",
        f"<script>x</script><p>{FIRST}</p><style>p {{}}</style><noscript>Please.</noscript><p>{SECOND}</p>",
    ],
)
def test_paragraphs_stay_apart(html: str) -> None:
    assert texts(f"<html><body>{html}</body></html>") == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>The <b>north</b> pier is <i>closed</i>.</p>", ["The north pier is closed."]),
        ("<p><span>T</span><span>he</span> north pier</p>", ["The north pier"]),
        ("<p>T<small>he council</small> met</p>", ["The council met"]),
        ("<div><a href='/1'>News</a><a href='/2'>Sport</a></div>", ["News Sport"]),
        ("<div><span>Ann Rolfe</span><span>Updated</span></div>", ["Ann Rolfe Updated"]),
        ("<p>The ferry leaves<br>at nine.</p>", ["The ferry leaves at nine."]),
        ("<p>Where:<br>The old hall<br>When:<br>Friday</p>", ["Where:", "The old hall", "When:", "Friday"]),
        ("<table><tr><td>North</td><td>4</td></tr><tr><td>South</td><td>3</td></tr></table>", ["North 4", "South 3"]),
        ("<p>The &amp;quot;old&amp;quot; pier</p>", ['The "old" pier']),
        ("<p>Ben &amp; Co</p>", ["Ben & Co"]),
    ],
)
def test_words_are_neither_glued_nor_torn(html: str, expected: list[str]) -> None:
    assert texts(f"<html><body>{html}</body></html>") == expected


def test_links_are_counted_in_characters() -> None:
    menu, mixed, anchor = cut(
        "<body><li><a href='/'>Home page</a></li><p>See <a href='/x'>the plan</a> here</p><p><a>No link</a></p></body>"
    )
    assert (menu.link_characters, mixed.link_characters, anchor.link_characters) == (8, 7, 0)


def test_a_block_knows_the_element_that_holds_all_of_it() -> None:
    whole, part = cut("<body><p><em>About the author.</em></p><p><em>He</em> wrote.</p></body>")
    assert whole.inner.tag == "em"
    assert part.inner is None
    assert part.place.tag == "p"


def test_a_tree_beyond_its_bounds_is_refused() -> None:
    root = parse("<div>" * 40 + FIRST)
    with pytest.raises(TooLargeError):
        cut_blocks(root, Bounds(elements=1_000, depth=20, depths=100_000))
    with pytest.raises(TooLargeError):
        cut_blocks(root, Bounds(elements=10, depth=200, depths=100_000))
    with pytest.raises(TooLargeError):
        cut_blocks(root, Bounds(elements=1_000, depth=200, depths=100))


TAGS = ("p", "div", "span", "b", "a", "li", "td", "br", "pre", "button", "h2", "em")


@given(
    parts=st.lists(
        st.one_of(
            st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
            st.sampled_from(["word ", " Other.", "x", "\n\n", " ", "&amp;", "ein", "!"]),
        ),
        max_size=40,
    )
)
def test_no_character_is_lost(parts: list[str]) -> None:
    root = parse("<html><body>" + "".join(parts) + "</body></html>")
    if root is None:
        return
    seen = "".join("".join(root.itertext()).split())
    assert "".join("".join(block.text for block in cut_blocks(root)).split()) == seen
