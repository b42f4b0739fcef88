"""Menus and footers of a page are one line each; everything of a plain text is shown."""

from __future__ import annotations

from typing import Literal

import msgspec

from copydesk.cli.render.overview import print_article
from copydesk.cli.render.relevance_svg import draw
from copydesk.cli.render.relevance_table import print_relevance
from copydesk.contracts.articles import Block, ScoredArticle
from unit.cli.render.articles import example, printed

MENU = ["Home", "News", "Sport", "Weather"]


def with_menu(kind: Literal["text", "html"]) -> ScoredArticle:
    article = example("full")
    menu = [
        Block(source_start=0, source_end=1, kept=False, reason="navigation", noise_probability=1.0, text=line)
        for line in MENU
    ]
    source = msgspec.structs.replace(article.source, kind=kind, text="not looked at")
    return msgspec.structs.replace(article, blocks=(*article.blocks, *menu), source=source)


def test_a_run_outside_the_article_is_one_line() -> None:
    text = printed(print_article, with_menu("html"))
    assert "4 blocks outside the article: Home · News · Sport · Weather" in text
    assert text.count("✂ navigation") == 1
    assert "4 blocks outside the article" in printed(print_relevance, with_menu("html"))


def test_a_plain_text_is_shown_whole() -> None:
    text = printed(print_article, with_menu("text"))
    assert "outside the article" not in text
    assert text.count("✂ navigation") == len(MENU)


def test_the_picture_has_no_bars_for_them() -> None:
    assert draw(with_menu("html")).count("<g>") == draw(example("full")).count("<g>")
