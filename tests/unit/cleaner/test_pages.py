"""Pages of many layouts through the cleaner: all of the body, and a reason for every other block."""

from __future__ import annotations

import json

import pytest

from copydesk.contracts.articles import CleanedArticle, RawArticle
from unit.cleaner.articles import BODY, TITLE, Clean, check_blocks, reasons

MENU = "".join(f"<li><a href='/{word}'>{word}</a></li>" for word in ("Home", "News", "Sport", "Weather", "Culture"))
HEAD = f"<head><title>{TITLE} | The Post</title><meta property='og:title' content='{TITLE}'>"
PARAGRAPHS = "".join(f"<p>{line}</p>" for line in BODY)


def page(body: str, head: str = "", lang: str = "en") -> str:
    return (
        f"<html lang='{lang}'>{HEAD}{head}</head><body><header><nav><ul>{MENU}</ul></nav></header>{body}"
        "<footer><p>All rights reserved.</p><a href='/privacy'>Privacy</a></footer></body></html>"
    )


def cleaned(clean: Clean, html: str) -> CleanedArticle:
    result = clean(RawArticle(id="p", html=html))
    check_blocks(html, result)
    return result


def box(*lines: str, of: str = "p") -> str:
    return "".join(f"<{of}>{line}</{of}>" for line in lines)


@pytest.mark.parametrize(
    "body",
    [
        f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>",
        (
            f"<main><h1>{TITLE}</h1><div class='story'>{box(*BODY[:2])}</div><div class='ad'>Advertisement</div>"
            f"<div class='story'>{box(*BODY[2:])}</div></main>"
        ),
        f"<main><h1>{TITLE}</h1>{''.join(f'<section>{box(line)}</section>' for line in BODY)}</main>",
        f"<main><h1>{TITLE}</h1><div class='text'>{'<br><br>'.join(BODY)}</div></main>",
        f"<main><h1>{TITLE}</h1><table><tr><td>{box(*BODY)}</td><td><a href='/x'>More</a></td></tr></table></main>",
        f"<main><h1>{TITLE}</h1><div class='text'>{box(*BODY, of='span')}</div></main>",
        f"<main><h1>{TITLE}</h1><div class='text'>{box(*BODY, of='div')}</div></main>",
        (
            f"<main><div class='cookie'><p>We use cookies on this site.</p></div><aside class='content'>"
            f"<h1>{TITLE}</h1>{PARAGRAPHS}</aside></main>"
        ),
    ],
    ids=["article", "two boxes", "a box each", "line breaks", "layout table", "spans", "divs", "aside"],
)
def test_layouts_of_one_article_give_one_text(clean: Clean, body: str) -> None:
    result = cleaned(clean, page(body))
    assert result.text.split("\n\n") == BODY
    # whatever the page shows besides is there, with a reason
    removed = reasons(result)
    assert removed["Privacy"] == "navigation"
    assert removed["Weather"] == "navigation"


def test_every_visible_word_of_the_page_is_in_a_block(clean: Clean) -> None:
    result = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>"))
    assert result.source.text is not None
    assert [line for line in result.source.text.split("\n") if line] == [
        "Home", "News", "Sport", "Weather", "Culture", TITLE, *BODY, "All rights reserved.", "Privacy",
    ]  # fmt: skip
    assert len(result.blocks) == len(BODY) + 8


def test_what_stands_outside_the_article_counts_for_nothing(clean: Clean) -> None:
    few = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>"))
    links = "".join(f"<li><a href='/{k}'>Another headline of the day, number {k}</a></li>" for k in range(300))
    many = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article><ul>{links}</ul>"))
    assert many.text == few.text
    assert many.cleaning.noise_share == few.cleaning.noise_share
    assert not many.cleaning.uncertain


@pytest.mark.parametrize(
    "head",
    [
        "<p class='standfirst'>{}</p>",
        "<h2 class='article-subtitle'>{}</h2>",
        "<header><div class='dek'>{}</div></header>",
        "<ul class='key-points'><li>{}</li></ul>",
    ],
)
def test_a_standfirst_stays_in_the_text_and_is_a_field(clean: Clean, head: str) -> None:
    line = "Traders on both banks have waited for this day since the great storm"
    result = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{head.format(line)}<div>{PARAGRAPHS}</div></article>"))
    assert result.standfirst == line
    assert result.text.split("\n\n") == [line, *BODY]


def test_an_ordinary_article_is_not_uncertain_and_has_no_standfirst(clean: Clean) -> None:
    result = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>"))
    assert not result.cleaning.uncertain
    assert result.standfirst is None


def test_a_page_of_headlines_with_a_paragraph_each_is_uncertain(clean: Clean) -> None:
    cards = "".join(
        f"<div class='card'><h3><a href='/{k}'>Story number {k}</a></h3><p>{line}</p></div>"
        for k, line in enumerate(BODY)
    )
    result = cleaned(clean, page(f"<main><h1>News</h1>{cards}</main>"))
    assert result.cleaning.uncertain


def test_lists_and_tables_between_paragraphs_are_part_of_the_article(clean: Clean) -> None:
    middle = "<ul><li>Two new piers</li><li>One new deck</li></ul><table><tr><td>North</td><td>4</td></tr></table>"
    body = f"<article><h1>{TITLE}</h1>{box(*BODY[:3])}{middle}{box(*BODY[3:])}</article>"
    result = cleaned(clean, page(body))
    # a list right behind a table or a paragraph
    assert result.text.split("\n\n") == [*BODY[:3], "Two new piers", "One new deck", "North 4", *BODY[3:]]


def test_two_sentences_are_an_article(clean: Clean) -> None:
    lines = ["The harbour bridge was closed on Monday after a plank broke.", "Nobody was hurt."]
    body = f"<article><h1>{TITLE}</h1>{box(*lines)}</article><div class='rel'><h3>More news</h3><ul>{MENU}</ul></div>"
    assert cleaned(clean, page(body)).text.split("\n\n") == lines


def test_a_body_that_stands_in_the_data_alone_is_read_from_there(clean: Clean) -> None:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(BODY)}
    script = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    empty = cleaned(clean, page("<main><div id='app'></div></main>", script))
    assert empty.text.split("\n\n") == BODY
    teased = cleaned(clean, page(f"<main><h1>{TITLE}</h1><p>{BODY[0]}</p><p>Subscribe to read on.</p></main>", script))
    assert teased.text.split("\n\n") == BODY


def test_data_of_another_story_is_left_alone(clean: Clean) -> None:
    other = "\n".join(
        f"The museum of {word} opens a new wing next year, its director said." for word in "ABCDEFGHIJKLM"
    )
    data = {"@type": "NewsArticle", "headline": TITLE, "articleBody": other}
    script = f"<script type='application/ld+json'>{json.dumps(data)}</script>"
    result = cleaned(clean, page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article>", script))
    assert result.text.split("\n\n") == BODY


def test_captions_and_credits_are_fields(clean: Clean) -> None:
    figure = (
        "<figure><img src='a.jpg'><figcaption>The harbour bridge in the evening light"
        "<span class='credit'> Photo: Jo Park/Reuters</span></figcaption></figure>"
    )
    body = f"<article><h1>{TITLE}</h1>{box(*BODY[:2])}{figure}{box(*BODY[2:])}</article>"
    result = cleaned(clean, page(body))
    assert result.text.split("\n\n") == BODY
    assert result.captions == ("The harbour bridge in the evening light",)
    assert any("Jo Park/Reuters" in credit for credit in result.credits)


def test_the_copy_of_a_body_for_small_screens_goes(clean: Clean) -> None:
    body = (
        f"<article><h1>{TITLE}</h1><div class='mobile' style='display:none'>{PARAGRAPHS}</div>"
        f"<div class='desktop'>{PARAGRAPHS}</div></article>"
    )
    result = cleaned(clean, page(body))
    assert result.text.split("\n\n") == BODY
    assert [block.reason for block in result.blocks if block.text in BODY] == ["duplicate"] * len(BODY)


CHINESE = [
    "海边小城的议会星期二晚上决定重新开放港口大桥，结束了自去年冬天风暴以来的封闭。",
    "市长在会后对记者说：“我们将在五月开放大桥，一天也不会晚。”",
    "这座大桥每天有大约九千辆汽车通过，北岸的商人说他们的店铺一直空着。",
    "港务局的工程师将在四月再次检查桥墩，然后第一批汽车才能通过。",
]


def test_words_of_scripts_without_blanks_are_counted_by_characters(clean: Clean) -> None:
    title = "港口大桥将于五月重新开放"
    html = (
        f"<html lang='zh'><head><title>{title}</title></head><body><ul>{MENU}</ul><article><h1>{title}</h1>"
        f"{box(*CHINESE)}</article><div class='footer'><a href='/p'>隐私</a></div></body></html>"
    )
    result = cleaned(clean, html)
    assert result.text.split("\n\n") == CHINESE
    assert not result.cleaning.uncertain


def test_a_page_of_menus_alone_is_uncertain(clean: Clean) -> None:
    result = cleaned(clean, f"<html><body><ul>{MENU}</ul></body></html>")
    assert result.text
    assert result.cleaning.uncertain


def test_a_page_of_too_many_blocks_says_that_some_are_left_out(clean: Clean) -> None:
    links = "<li><a href='/x'>Another headline of this day stands here</a></li>" * 5_200
    result = clean(RawArticle(id="p", html=page(f"<article><h1>{TITLE}</h1>{PARAGRAPHS}</article><ul>{links}</ul>")))
    assert result.text.split("\n\n") == BODY
    assert any("left out" in warning for warning in result.cleaning.warnings)
