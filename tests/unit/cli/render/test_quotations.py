"""Quotes on a terminal."""

from __future__ import annotations

from copydesk.cli.render.quotations import describe_speaker, print_quotations
from unit.cli.render.articles import example, printed


def test_quotes_stand_beside_their_speaker_and_in_his_list() -> None:
    full = example("full")
    text = printed(print_quotations, full)
    for quote in full.quotes:
        assert f"[{describe_speaker(quote)}]" in " ".join(text.split())
    for entity in full.entities:
        assert entity.name in text
