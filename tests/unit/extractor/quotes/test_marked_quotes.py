"""Stretches in quotation marks become quotations with speakers, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from copydesk.contracts.articles import ExtractedArticle, Quote

Extract = Callable[..., ExtractedArticle]


def _speaker(quote: Quote) -> str | None:
    return quote.speaker.mention.text if quote.speaker.mention else None


def test_the_comma_may_stand_outside_the_mark(extract: Extract) -> None:
    (quote,) = extract('"We will open it in May", Anna Berg said.').quotes
    assert (quote.type, quote.text) == ("direct", '"We will open it in May"')
    assert (_speaker(quote), quote.speaker.name, quote.speaker.basis) == ("Anna Berg", "Anna Berg", "named")
    assert quote.cue is not None
    assert (quote.cue.text, quote.cue.lemma) == ("said", "say")


def test_said_x(extract: Extract) -> None:
    (quote,) = extract('"It will cost three million euros," said Anna Berg, the mayor of the town.').quotes
    assert quote.speaker.name == "Anna Berg"


def test_a_colon_leads_in(extract: Extract) -> None:
    (quote,) = extract('Anna Berg said: "It will cost three million euros."').quotes
    assert quote.speaker.name == "Anna Berg"


def test_a_name_before_a_colon_leads_in(extract: Extract) -> None:
    text = 'Voters agree on the bridge - Anna Berg: "They were asked on three days, and they said yes."'
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Anna Berg"


def test_titles_scare_quotes_and_nicknames_are_no_quotations(extract: Extract) -> None:
    text = (
        'Georgia \'Toff\' Toffolo read "Gone with the Wind" on the train. The so-called "reform" failed in parliament.'
    )
    assert extract(text).quotes == ()
