"""Mentions of speakers become names, or nobody."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle

Extract = Callable[..., ExtractedArticle]


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


def test_no_attribution_no_speaker(extract: Extract) -> None:
    (quote,) = extract('President Berg opens the bridge\n\n"It is a good day for all of us."').quotes
    assert quote.speaker.mention is None
    assert quote.speaker.name is None
    assert quote.speaker.basis == "none"


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


MAYOR = "The mayor, David Carter, opened the bridge on Monday.\n\n"


@pytest.mark.parametrize(
    "text",
    [
        MAYOR + 'The lorry driver was unhurt. "It came from nowhere," he said.',
        MAYOR + 'His brother was in the crowd. "It cost too much," he said.',
        MAYOR + 'A gardener told the paper that he would not use it. "It is ugly," he said.',
        'Clara Novak was told: "Pack your things."',
        'Clara Novak was branded a "coward and a fraud" at the meeting.',
        'Clara Novak denied that she had been "careless with the money".',
        'Clara Novak denied claims that she was "a danger to the firm".',
        'Clara Novak did not say that the bridge was "a waste".',
        'Paul Novak, 60, fell from a roof. Paul Novak was a builder. "He was kind to us all," Mrs Novak said.',
    ],
)
def test_words_of_somebody_else_or_of_nobody_get_no_name_in_reach(extract: Extract, text: str) -> None:
    names = {quote.speaker.name for quote in extract(text).quotes}
    assert not names & {"David Carter", "Clara Novak", "Paul Novak"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('"I did it for the money," Ivan Horak told a friend, according to the indictment.', "Ivan Horak"),
        ('Ivan Horak dismissed Clara Novak\'s claim that the firm was "bankrupt".', "Clara Novak"),
        ('Ivan Horak rejected claims by Clara Novak that the firm was "a den of thieves".', "Clara Novak"),
        ('Ivan Horak repeated his claim that the firm was "a den of thieves".', "Ivan Horak"),
        ('The scheme was condemned as "a scandal" by Clara Novak.', "Clara Novak"),
        ('"We shall not sell," the agency quoted Clara Novak as saying.', "Clara Novak"),
        ('Ivan Horak criticised Clara Novak for saying that the scheme was "a scandal".', "Clara Novak"),
        ('"You never learn, any of you, at all!" Clara Novak grinned.', "Clara Novak"),
        ('Critics said so. "Long may it last!" Clara Novak, the head of the fund, wrote.', "Clara Novak"),
        ('Ivan Horak had waited all day: "It was hard for me," Clara Novak said.', "Clara Novak"),
        ('"It is a waste of paint,"Clara Novak said.', "Clara Novak"),
        ("‹It is a waste of paint,› Clara Novak said.", "Clara Novak"),
        ("″It is a waste of paint,″ Clara Novak said.", "Clara Novak"),
        ('"We were ready," said Army Capt. Clara Novak.', "Clara Novak"),
        ('Clara Novak is heard saying: "We shall all go home now."', "Clara Novak"),
        ('On Monday, Will described it as "a sad end".', "Will"),
        ('Clara Novak - Chair: "We had a good year."', "Clara Novak"),
        ('Ivan Horak recalled how Clara Novak had called him "a thief".', "Clara Novak"),
        ('Ivan Horak has been asked to say what the auditor, Clara Novak, called "a hole".', "Clara Novak"),
        ('Clara Novak is reported to have said that it was "a lost year".', "Clara Novak"),
        ('The tunnel, branded "a scandal" by Clara Novak, was closed.', "Clara Novak"),
        ('"I thought of my son," said another of the passengers, Clara Novak.', "Clara Novak"),
        ('"I thought of my son," said a passenger named Clara Novak.', "Clara Novak"),
        ('Clara Novak (pilot): "We had no fuel left."', "Clara Novak"),
        ("Clara Novak (pilot): 'We had no fuel left.'", "Clara Novak"),
        ('"WE HAD NO FUEL LEFT," SAID CLARA NOVAK.', "CLARA NOVAK"),
        ('CLARA NOVAK TOLD THE COURT: "WE HAD NO FUEL LEFT."', "CLARA NOVAK"),
        ('Described by Clara Novak as "the last good man", Ivan Horak left office.', "Clara Novak"),
    ],
)
def test_whoever_said_it_has_it_and_not_whoever_passes_it_on(extract: Extract, text: str, name: str) -> None:
    assert [quote.speaker.name or quote.speaker.mention for quote in extract(text).quotes] == [name]


def test_both_of_two_who_speak_on_each_other_have_their_own_words(extract: Extract) -> None:
    text = 'Novak on Lane: "He is slow." Lane on Novak: "He is old." Ivan Novak and Mark Lane fight in May.'
    assert [quote.speaker.name for quote in extract(text).quotes] == ["Ivan Novak", "Mark Lane"]


def test_both_parts_of_a_split_quotation_are_of_a_role_with_an_owner(extract: Extract) -> None:
    quotes = extract('"The pilot," said Aerosud\'s chief executive, "did everything right."').quotes
    assert [quote.speaker.mention and quote.speaker.mention.text for quote in quotes] == [
        "Aerosud's chief executive",
        "Aerosud's chief executive",
    ]


@pytest.mark.parametrize("language", [None, "en"])
def test_a_text_in_another_script_gets_no_english_rules(extract: Extract, language: str | None) -> None:
    text = "أعلنت الوزارة النتائج اليوم وقالت إنها راضية. “نحن سعداء جدا بهذا”, said Anna Berg قالت الوزيرة أمس."
    document = extract(text, language=language)
    assert document.extraction.degraded
    assert {quote.speaker.name for quote in document.quotes} <= {None}
    assert document.entities == ()


@pytest.mark.parametrize(
    "text",
    [
        'Clara Novak said that her next album, "Red Hour", was ready.',
        'Clara Novak said her favourite film was "The Long Night".',
        'We were promised "seamless" travel.',
    ],
)
def test_titles_of_works_and_words_of_nobody_are_no_quotations(extract: Extract, text: str) -> None:
    assert all(quote.type == "indirect" for quote in extract(text).quotes)


def test_a_surname_of_two_people_is_nobody_without_a_sign(extract: Extract) -> None:
    text = (
        "Ida Novak was hurt at her home in Leeds. Ida Novak was 40.\n\n"
        'Carl Novak, 44, denied it. Novak told police: "I was asleep." Neighbours knew Ida Novak well.'
    )
    assert [quote.speaker.name for quote in extract(text).quotes] == [None]


def test_both_of_a_couple_have_the_surname(extract: Extract) -> None:
    document = extract('Mary and John Novak won. "I fell," said Mr Novak. "He did," said Mrs Novak.')
    assert [quote.speaker.name for quote in document.quotes] == ["John Novak", "Mary Novak"]


def test_a_title_that_fits_nobody_in_reach_is_part_of_the_name(extract: Extract) -> None:
    document = extract('Paul Novak fell from a roof. Paul Novak was 60. "He was my rock," Mrs Novak said.')
    assert [quote.speaker.name for quote in document.quotes] == ["Mrs Novak"]
