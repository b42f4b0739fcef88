"""Pages that no parser gets to see; the scan before the parsers reads tags as libxml2 does."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from copydesk.cleaner.html import read_page
from copydesk.cleaner.page import bounds
from copydesk.cleaner.page.page_model import PageModel

MAX_CHARACTERS = 2_000_000

PARAGRAPH = "<p>The council met on Monday and voted for the new bridge, said the mayor, who had not expected it.</p>"
MANY = " ".join(f"a{number}" for number in range(bounds.MAX_ATTRIBUTES + 1))

MARKUP = (
    *("<p", "<b ", "</p", "</", "<", "<!--", "-->", "--!>", "--", "<!", "<?", "<![CDATA[", "]]>", "<!DOCTYPE "),
    *("<script>", "</script>", "<SCRIPT ", "</Script ", "<style>", "</style>", "<title>", "</title", "<textarea>"),
    *("</textarea>", "<xmp>", "</xmp>", "<iframe>", "</iframe>", "<svg>", "<noscript>", "</noscript>", "<noembed>"),
    *('"', "'", "=", "/", ">", ">", " ", "\n", "\f", "\v", "\u00a0", "x", "&quot;", ' k="', " k='", " a b c d"),
)


@pytest.mark.parametrize(
    "before",
    [
        "",
        '<!-- <p a="-->',
        "<!-->",
        "<script><p a='</script>",
        "<title><p a='</title>",
        "<!x <p a='>",
        "<p a='>'><b \"",
    ],
)
def test_a_tag_with_too_many_attributes_is_seen_behind_anything(before: str) -> None:
    assert bounds.has_large_tag(f"{before}<div {MANY}>{PARAGRAPH}")


@pytest.mark.parametrize(
    "html",
    [
        f'<div data-json="{MANY}">',
        f"<!-- <div {MANY}> -->",
        f"<script>if (a <b {MANY}</script>",
        f"a < b {MANY}",
        "<p a=1 b=2>" * 20_000,
    ],
)
def test_what_are_no_attributes_of_one_tag_are_not_counted(html: str) -> None:
    assert not bounds.has_large_tag(html)


@given(parts=st.lists(st.sampled_from(MARKUP), max_size=25))
@example(parts=["<b ", "\u00a0", " a b c d"])
@example(parts=["<script>", "</Script<?/", " a b c d", "</script>", "<b ", " a b c d"])
def test_no_tag_has_more_attributes_than_the_scan_counts(parts: list[str]) -> None:
    # each attribute has a name of its own: libxml2 drops a second one of the same name
    html = "".join(f"{part}{number}" if part.endswith("d") else part for number, part in enumerate(parts))
    parser = lxml_html.HTMLParser(encoding="utf-8", recover=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(html.encode(), parser)
    except etree.XMLSyntaxError:
        return
    if root is None:
        return
    most = max(len(element.attrib) for element in root.iter())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bounds, "MAX_ATTRIBUTES", most - 1)
        assert most == 0 or bounds.has_large_tag(html)


@pytest.mark.parametrize(
    "html",
    [
        f"<article><p {MANY}>{PARAGRAPH}</article>",
        "<div>" * 190 + '<a href="/x">Read more</a>' * 20_000 + PARAGRAPH,
        "<div>" * 190 + "<p>x</p>" * 1_000 + PARAGRAPH,
        PARAGRAPH + "<p>x" * 9_000,
        "<div>" * 230 + PARAGRAPH,
    ],
    ids=["attributes", "links in divs", "paragraphs in divs", "elements", "depth"],
)
def test_a_page_past_a_bound_is_read_without_its_tags_and_says_so(html: str) -> None:
    page = read_page(html, None, PageModel.load(), max_characters=MAX_CHARACTERS)
    assert "The council met on Monday and voted for the new bridge" in page.text
    assert "<" not in page.text
    assert [warning for warning in page.warnings if warning.endswith("tags stripped")]


@pytest.mark.parametrize(
    "unit", ["<script>", "<!-- ", "<!x ", "<?x ", "</ ", "<p a='", '<p a="', "<title>", "<", "<p ", " = ", "<p =/ "]
)
def test_the_scan_takes_time_by_length_alone(unit: str) -> None:
    begin = time.process_time()
    bounds.has_large_tag(unit * (1_500_000 // len(unit)))
    assert time.process_time() - begin < 3
