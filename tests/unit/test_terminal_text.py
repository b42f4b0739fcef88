"""Text that is safe in a terminal."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from copydesk.cli.render.overview import print_article
from copydesk.cli.render.quotations import print_quotations
from copydesk.cli.render.relevance_table import print_relevance
from copydesk.contracts.articles import ScoredArticle
from copydesk.terminal_text import sanitize
from unit.cli.render.articles import example, printed


@pytest.mark.parametrize("show", [print_article, print_quotations, print_relevance])
def test_an_article_cannot_command_the_terminal(show: Callable[[ScoredArticle, Console], None]) -> None:
    article = example()
    evil = "\x1b]0;owned\x07\x9b31m\u202eevil"
    body = evil + article.text[len(evil) :]
    entities = tuple(msgspec.structs.replace(entity, name=evil) for entity in article.entities)
    article = msgspec.structs.replace(
        article, title=evil, id=f"x{evil}", text=body, entities=entities, captions=(evil,)
    )
    text = printed(show, article)
    assert not set(text) & {"\x1b", "\x07", "\x9b", "\u202e"}
    assert "evil" in text


@given(st.text())
def test_plain_textis_as_long_as_before(text: str) -> None:
    shown = sanitize(text)
    assert len(shown) == len(text)
    assert not set(shown) & {chr(code) for code in range(0x20)} - {"\n", "\t"}
