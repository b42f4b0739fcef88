"""The cue beside a quotation decides who speaks."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle, Quote

Extract = Callable[..., ExtractedArticle]


def _speaker(quote: Quote) -> str | None:
    return quote.speaker.mention.text if quote.speaker.mention else None


def test_whoever_reports_the_whole_speaks_not_whoever_is_reported(extract: Extract) -> None:
    text = 'Anna Berg said she knew that Carl Dahl had called the bridge "a monument to the waste of money".'
    assert {quote.speaker.name for quote in extract(text).quotes} == {"Anna Berg"}


def test_as_x_put_it(extract: Extract) -> None:
    text = 'The works are "a monument to the waste of money of the town," as Anna Berg put it in May.'
    (quote,) = extract(text).quotes
    assert (_speaker(quote), quote.cue and quote.cue.text) == ("Anna Berg", "put it")
