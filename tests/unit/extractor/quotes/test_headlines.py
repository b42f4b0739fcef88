"""Quotations in headlines: who speaks, and what is none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle, Quote

Extract = Callable[..., ExtractedArticle]

BODY = (
    "The old pier at Saltmouth will be pulled down in May, the harbour board decided on Monday.\n\n"
    "Harbour master Petra Lindqvist said that the piles were rotten. Anglers had asked for a delay."
)


def find_quotes(extract: Extract, title: str, body: str = BODY) -> list[Quote]:
    return [quote for quote in extract(body, title=title).quotes if quote.section == "title"]


@pytest.mark.parametrize(
    "title",
    [
        "Dr Lindqvist: 'The piles were rotten'",
        "Petra Lindqvist: “The piles were rotten”",
        "'The piles were rotten', says Petra Lindqvist",
        '"The piles were rotten," says harbour master Petra Lindqvist',
        "'The piles were rotten', Petra Lindqvist says",
        "Lindqvist on pier: 'The piles were rotten'",
        "Pier to go as ‘the piles were rotten’, says Petra Lindqvist",
    ],
)
def test_a_quotation_in_the_headline_has_its_speaker(title: str, extract: Extract) -> None:
    (quote,) = find_quotes(extract, title)
    assert quote.text[1:-1].rstrip(",").lower() == "the piles were rotten"
    assert title[quote.start : quote.end] == quote.text
    assert (quote.speaker.name, quote.speaker.basis) == ("Petra Lindqvist", "named")
    assert quote.speaker.mention is not None
    assert quote.speaker.mention.text in title


def test_a_speaker_without_a_name_is_told_by_the_headlines_words(extract: Extract) -> None:
    (quote,) = find_quotes(extract, "Loss of pier 'a crime', says angler")
    assert quote.speaker.name is None
    assert quote.speaker.mention is not None
    assert (quote.speaker.mention.text, quote.speaker.anonymous) == ("angler", True)


@pytest.mark.parametrize(
    "title",
    [
        "'A crime': anglers' fury as pier goes",
        "'They never asked us once'",
        "Fury at the pier: 'They never asked us once'",
        "Lindqvist lawyer: 'They never asked us once'",
        "Anglers mourn Lindqvist: 'They never asked us once'",
        "Lindqvist's lawyer: 'They never asked us once'",
    ],
)
def test_words_that_nobody_is_said_to_have_said_have_no_speaker(title: str, extract: Extract) -> None:
    (quote,) = find_quotes(extract, title)
    assert quote.speaker.name is None


@pytest.mark.parametrize(
    "title",
    [
        "Board defends 'secret' vote on pier",
        "Lindqvist denies pier was 'rotten'",
        "Review: 'The Last Pier of England'",
        "Anglers' fury at board's vote on members' pier",
        "Board makes six claims of 'rotten piles'",
    ],
)
def test_terms_titles_and_denied_words_in_headlines_are_no_quotations(title: str, extract: Extract) -> None:
    assert find_quotes(extract, title) == []


def test_who_speaks_in_the_headline_counts_a_quotation_more(extract: Extract) -> None:
    article = extract(BODY, title="Lindqvist: 'The piles were rotten'")
    counts = {entity.name: entity.quotes_said for entity in article.entities}
    assert counts["Petra Lindqvist"] == sum(quote.speaker.name == "Petra Lindqvist" for quote in article.quotes)
