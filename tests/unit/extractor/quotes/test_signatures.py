"""Names that sign a quotation are its speakers."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle, Quote

Extract = Callable[..., ExtractedArticle]


def _speaker(quote: Quote) -> str | None:
    return quote.speaker.mention.text if quote.speaker.mention else None


def test_a_dash_signs_a_quotation(extract: Extract) -> None:
    text = "“The bridge was never going to be ready by the spring.” ― Xyzzy Qarlo"
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Xyzzy Qarlo"


def test_a_pull_quote_is_signed_on_its_next_line(extract: Extract) -> None:
    text = '"The bridge was never going to be ready by the spring.\n\nAnna Berg, mayor of Malmo."\n\nThe works go on.'
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Anna Berg"
