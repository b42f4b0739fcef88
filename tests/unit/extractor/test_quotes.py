"""Who said what: what a reader of the published document sees."""

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


def test_a_split_quotation_shares_speaker_and_part(extract: Extract) -> None:
    one, two = extract('"We will open it," Anna Berg said, "and not a day later than May."').quotes
    assert one.part_of is not None
    assert one.part_of == two.part_of
    assert one.speaker.name == two.speaker.name == "Anna Berg"


def test_two_speakers_share_no_part(extract: Extract) -> None:
    one, two = extract('"We will open it," Anna Berg said.\n\n"We will not," Carl Dahl said.').quotes
    assert one.part_of is None
    assert two.part_of is None
    assert (one.speaker.name, two.speaker.name) == ("Anna Berg", "Carl Dahl")


def test_the_next_quotation_of_a_paragraph_goes_on(extract: Extract) -> None:
    _, two = extract('"We will open it," Anna Berg said. "The works are done."').quotes
    assert (two.speaker.name, two.speaker.basis) == ("Anna Berg", "continued")


def test_a_quotation_over_paragraphs_is_one_with_a_fragment_each(extract: Extract) -> None:
    text = '"We will open it in May," Anna Berg said. "The works are done.\n\n"They cost three millions."\n\nShe left.'
    *_, last = extract(text).quotes
    assert [text[f.start : f.end] for f in last.fragments] == [
        '"The works are done.',
        '"They cost three millions."',
    ]
    assert last.closed
    assert last.speaker.name == "Anna Berg"


def test_according_to(extract: Extract) -> None:
    (quote,) = extract("The works cost three million euros, according to Anna Berg.").quotes
    assert (quote.type, quote.text) == ("indirect", "The works cost three million euros")
    assert quote.speaker.name == "Anna Berg"
    assert quote.cue is not None
    assert quote.cue.text == "according to"


def test_indirect_speech_leaves_that_out(extract: Extract) -> None:
    (quote,) = extract("Anna Berg said that the bridge would open in May.").quotes
    assert (quote.type, quote.text, quote.fragments) == ("indirect", "the bridge would open in May", ())


def test_fragments_under_one_cue_are_one_mixed_quotation(extract: Extract) -> None:
    text = 'Anna Berg said that the bridge was "a symbol" of the town and "a lifeline" for its shops.'
    (quote,) = extract(text).quotes
    assert quote.type == "mixed"
    assert quote.text.startswith('the bridge was "a symbol"')
    assert [text[f.start : f.end] for f in quote.fragments] == ['"a symbol"', '"a lifeline"']


def test_nobody_in_particular_is_anonymous_and_never_resolved(extract: Extract) -> None:
    text = (
        "Anna Berg opened the bridge.\n\n"
        '"It took them far too long to do it", said another. Officials said the works cost too much.'
    )
    first, second = extract(text).quotes
    for quote in (first, second):
        assert quote.speaker.anonymous
        assert quote.speaker.name is None
        assert quote.speaker.entity_id is None


def test_a_pronoun_is_resolved(extract: Extract) -> None:
    (quote,) = extract('Anna Berg opened the bridge on Monday. "It is a good day for us," she said.').quotes
    assert (_speaker(quote), quote.speaker.name, quote.speaker.basis) == ("she", "Anna Berg", "pronoun")


def test_no_attribution_no_speaker(extract: Extract) -> None:
    (quote,) = extract('President Berg opens the bridge\n\n"It is a good day for all of us."').quotes
    assert quote.speaker.mention is None
    assert quote.speaker.name is None
    assert quote.speaker.basis == "none"


def test_titles_scare_quotes_and_nicknames_are_no_quotations(extract: Extract) -> None:
    text = (
        'Georgia \'Toff\' Toffolo read "Gone with the Wind" on the train. The so-called "reform" failed in parliament.'
    )
    assert extract(text).quotes == ()


def test_an_unclosed_mark_is_told(extract: Extract) -> None:
    (quote,) = extract('Anna Berg said: "It is a good day for all of us.\n\nThe bridge is old.').quotes
    assert not quote.closed


def test_quotes_said_counts_them(extract: Extract) -> None:
    found = extract('"We will open it," Anna Berg said. "The works are done."')
    assert [(e.name, e.quotes_said) for e in found.entities if e.type == "person"] == [("Anna Berg", 2)]
