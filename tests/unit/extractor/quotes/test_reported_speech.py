"""Clauses that a cue reports become indirect quotations."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


def test_according_to(extract: Extract) -> None:
    (quote,) = extract("The works cost three million euros, according to Anna Berg.").quotes
    assert (quote.type, quote.text) == ("indirect", "The works cost three million euros")
    assert quote.speaker.name == "Anna Berg"
    assert quote.cue is not None
    assert quote.cue.text == "according to"


def test_indirect_speech_leaves_that_out(extract: Extract) -> None:
    (quote,) = extract("Anna Berg said that the bridge would open in May.").quotes
    assert (quote.type, quote.text, quote.fragments) == ("indirect", "the bridge would open in May", ())
