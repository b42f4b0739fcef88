"""A whole article on a terminal."""

from __future__ import annotations

import msgspec
import pytest

from copydesk.cli.render.overview import print_article
from unit.cli.render.articles import example, printed


@pytest.mark.parametrize("kind", ["direct", "mixed", "indirect"])
def test_only_what_was_said_word_for_word_stands_in_quotation_marks(kind: str) -> None:
    full = example("full")
    quote = msgspec.structs.replace(full.quotes[0], type=kind, text="it will rain")
    text = printed(print_article, msgspec.structs.replace(full, quotes=(quote,)))
    assert ("“it will rain”" in text) == (kind == "direct")
    assert (f"it will rain ({kind})" in text) == (kind != "direct")
