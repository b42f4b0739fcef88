"""Paragraphs that go on with what stands before them."""

from __future__ import annotations

import pytest

from copydesk.cleaner.rules.back_references import refers_back
from copydesk.cleaner.rules.block_shape import BlockShape


@pytest.mark.parametrize(
    "text",
    [
        "“The bridge was never closed for good”, she said.",
        "She also asked for a ferry.",
        "In March he sold the boat.",
        "But the council had no money.",
        "However, the pier is older than the town.",
        "These were the last trams.",
    ],
)
def test_speech_pronouns_and_connectives_go_on_with_the_story(text: str) -> None:
    assert refers_back(text, BlockShape(text).words)


@pytest.mark.parametrize(
    "text",
    [
        "A singer has shown her new house to the readers of a magazine.",
        "Shares in the bank fell after it cut its forecast.",
        "The actor and his wife were seen in Rome.",
        "",
        "...",
    ],
)
def test_a_paragraph_that_names_what_it_is_about_begins_anew(text: str) -> None:
    assert not refers_back(text, BlockShape(text).words)
