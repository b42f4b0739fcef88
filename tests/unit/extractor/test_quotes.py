"""Who said what: what a reader of the published document sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import CleanedArticle, ExtractedArticle, Quote
from copydesk.extractor import ExtractorSettings, load

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


def test_what_is_reported_belongs_to_a_mixed_quotation(extract: Extract) -> None:
    (quote,) = extract('Anna Berg said that if the bridge opens in May, "it will be a good day for the town."').quotes
    assert quote.text.startswith("if the bridge opens")
    (quote,) = extract('Anna Berg called for an end to the "senseless and tragic delays" of the works.').quotes
    assert quote.text.startswith("an end")


def test_whoever_reports_the_whole_speaks_not_whoever_is_reported(extract: Extract) -> None:
    text = 'Anna Berg said she knew that Carl Dahl had called the bridge "a monument to the waste of money".'
    assert {quote.speaker.name for quote in extract(text).quotes} == {"Anna Berg"}


def test_a_dash_signs_a_quotation(extract: Extract) -> None:
    text = "“The bridge was never going to be ready by the spring.” ― Xyzzy Qarlo"
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Xyzzy Qarlo"


def test_a_pull_quote_is_signed_on_its_next_line(extract: Extract) -> None:
    text = '"The bridge was never going to be ready by the spring.\n\nAnna Berg, mayor of Malmo."\n\nThe works go on.'
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Anna Berg"


def test_a_name_before_a_colon_leads_in(extract: Extract) -> None:
    text = 'Voters agree on the bridge - Anna Berg: "They were asked on three days, and they said yes."'
    (quote,) = extract(text).quotes
    assert _speaker(quote) == "Anna Berg"


def test_as_x_put_it(extract: Extract) -> None:
    text = 'The works are "a monument to the waste of money of the town," as Anna Berg put it in May.'
    (quote,) = extract(text).quotes
    assert (_speaker(quote), quote.cue and quote.cue.text) == ("Anna Berg", "put it")


def test_she_is_whoever_spoke_last(extract: Extract) -> None:
    text = (
        "Anna Berg opened the bridge in Malmo. Later Maria Dahl said that the works had cost too much.\n\n"
        '"We will never see that money again," she said.'
    )
    assert extract(text).quotes[-1].speaker.name == "Maria Dahl"


def test_he_is_no_woman(extract: Extract) -> None:
    text = 'Anna Berg met Robert Dahl in Malmo. "We will never see that money again," he said.'
    assert extract(text).quotes[-1].speaker.name == "Robert Dahl"


def test_plain_paragraphs_may_be_spared_the_parser(article: Callable[..., CleanedArticle]) -> None:
    text = '"We will open it," Anna Berg said.\n\nCarl Dahl went home to Malmo.\n\nAnna Berg said that it was done.'
    every, some = (load(ExtractorSettings(model="sm", parse=parse))(article(text)) for parse in ("all", "quoting"))
    assert some.quotes == every.quotes
    assert some.entities == every.entities
    assert not some.extraction.degraded


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('Giving evidence at Leeds Crown Court, Susan Wright, 44, said: "It was red."', "Susan Wright"),
        ('Foreign Minister Jean-Luc Moreau said: "We will not accept this."', "Jean-Luc Moreau"),
        ('Prosecutor James Hartley KC asked her: "Did you sign it?"', "James Hartley"),
        ('Dr Anita Rao OBE told reporters: "We are at breaking point."', "Anita Rao"),
        ("'Rubbish,' replied Lord Ashcombe.", "Ashcombe"),
        ('Ursula von der Leyen came on Monday. "It is a good day," von der Leyen said.', "Ursula von der Leyen"),
        ('Miriam Adeyemi has written eight novels. "Every morning," Adeyemi said, laughing.', "Miriam Adeyemi"),
    ],
)
def test_neither_ages_nor_titles_nor_hyphens_hide_who_speaks(extract: Extract, text: str, name: str) -> None:
    assert [quote.speaker.name for quote in extract(text).quotes] == [name]


def test_a_surname_of_places_stays_a_place_where_things_happen(extract: Extract) -> None:
    found = extract("Michael Berlin met the press in Berlin. Officials in Berlin were silent.")
    assert "location" in {entity.type for entity in found.entities if entity.name == "Berlin"}


def test_he_who_said_it_after_a_stranger_spoke_is_not_somebody_with_a_name(extract: Extract) -> None:
    told = 'Tom Smith runs the bakery with his sister. A customer said the bread was "the best in town". '
    assert extract(told + '"I come every day," he said.').quotes[-1].speaker.name is None
    known = told + 'Tom Smith said it was "the flour". "I come every day," he said.'
    assert extract(known).quotes[-1].speaker.name == "Tom Smith"
