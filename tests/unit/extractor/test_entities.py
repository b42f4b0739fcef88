"""Spellings of one thing become one entity, two things stay two."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.entities import Cluster, RawName, clean_name, cluster, settle_headlines
from copydesk.extractor.extraction import read
from copydesk.extractor.syntax import Name, Parse


def _clusters(*names: tuple[str, str]) -> list[Cluster]:
    position, raw = 0, []
    for name, label in names:
        raw.append(RawName(position, position + len(name), name, label, "body", running=True))
        position += len(name) + 1
    return cluster(raw)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("Hmeimim", "NORP"), ("Khmeimim", "GPE")),
        (("Anna Berg", "PERSON"), ("Berg", "PERSON")),
        (("Anna Berg", "PERSON"), ("Berg", "ORG")),
        (("Donald J. Trump", "PERSON"), ("Donald Trump", "PERSON")),
        (("Bashar Assad", "PERSON"), ("Ashar Assad", "PERSON")),
        (("Federal Bureau of Investigation", "ORG"), ("FBI", "ORG")),
        (("Beyoncé Knowles", "PERSON"), ("Beyonce Knowles", "PERSON")),
        (("Douglas Holtz-Eakin", "PERSON"), ("Holtz-Eakin", "PERSON")),
        (("Bob Vander Plaats", "PERSON"), ("Vander Plaats", "PERSON")),
    ],
)
def test_one_thing(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert len(_clusters(one, two)) == 1
    assert len(_clusters(two, one)) == 1


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("Austria", "GPE"), ("Australia", "GPE")),
        (("Michael Brown", "PERSON"), ("Michelle Brown", "PERSON")),
        (("John Miller", "PERSON"), ("Joan Miller", "PERSON")),
        (("Russia", "GPE"), ("Russian", "NORP")),
        (("Denzel Washington", "PERSON"), ("Washington", "GPE")),
        (("Iran", "GPE"), ("Iraq", "GPE")),
        (("George H.W. Bush", "PERSON"), ("George W. Bush", "PERSON")),
    ],
)
def test_two_things(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert len(_clusters(one, two)) == 2


def test_a_form_seen_once_after_the_usual_one_names_nothing() -> None:
    (found,) = _clusters(("Assad", "PERSON"), ("Assad", "PERSON"), ("Ashar Assad", "PERSON"))
    assert found.name == "Assad"


def test_a_full_form_with_a_usual_given_name_names_the_person_however_late() -> None:
    (found,) = _clusters(("Berg", "PERSON"), ("Berg", "PERSON"), ("Anna Berg", "PERSON"))
    assert found.name == "Anna Berg"


def test_full_forms_decide_the_label() -> None:
    (found,) = _clusters(("Brock Holt", "PERSON"), ("Holt", "ORG"), ("Holt", "ORG"))
    assert found.type == "person"


@pytest.mark.parametrize(
    ("text", "label", "expected"),
    [
        ("the Islamic State's", "ORG", "Islamic State"),
        ("Donald Trump‘s", "PERSON", "Donald Trump"),
        ("another Ronald Reagan", "PERSON", "Ronald Reagan"),
        ("Grant McCool.", "PERSON", "Grant McCool"),
        ("James Comey Jr.", "PERSON", "James Comey Jr."),
        ("Ludwig van Beethoven", "PERSON", "Ludwig van Beethoven"),
        ("Governor(s", "PERSON", None),
        ("Jeff [Drake", "PERSON", "Jeff"),
        ("@iainlee", "PERSON", None),
        ("Jr.", "PERSON", None),
        ("Monday", "DATE", None),
    ],
)
def test_a_name_is_cleaned(text: str, label: str, expected: str | None) -> None:
    span = clean_name(text, 0, len(text), label)
    assert (span and text[slice(*span)]) == expected


def test_relatives_keep_apart_by_their_titles(extract: Callable[..., ExtractedArticle]) -> None:
    text = (
        "Hillary Clinton and Bill Clinton came to Iowa on Monday. Mrs. Clinton spoke in Ames. "
        "Mr. Clinton listened. Mrs. Clinton left the room."
    )
    people = {e.name: [m.text for m in e.mentions] for e in extract(text).entities if e.type == "person"}
    assert {name: len(mentions) for name, mentions in people.items()} == {"Hillary Clinton": 3, "Bill Clinton": 2}


def test_a_surname_that_was_overlooked_is_found_again() -> None:
    words = ["Anna", "Berg", "left", ".", "Berg", "won", "."]
    starts = [0, 5, 10, 14, 16, 21, 24]
    deps = ["compound", "nsubj", "ROOT", "punct", "nsubj", "ROOT", "punct"]
    parse = Parse(
        words, starts, [1, 2, 2, 2, 5, 5, 5], deps, [True, *[False] * 3, True, False, False], [Name(0, 2, "PERSON")]
    )
    reading = read("Anna Berg left. Berg won.", "", "en", Fixed(parse), 1_000)
    assert [[m.start for m in entity.mentions] for entity in reading.entities] == [[0, 16]]


class Fixed:
    """A parser that knows one paragraph."""

    name = "fixed"
    version = "0"

    def __init__(self, parse: Parse) -> None:
        self._parse = parse

    def parse(self, paragraphs: Sequence[tuple[int, str]]) -> list[Parse | None]:
        return [self._parse for _ in paragraphs]

    find_names = parse


def test_a_headline_lends_no_invented_persons() -> None:
    def name(text: str, *, running: bool) -> RawName:
        return RawName(0, len(text), text, "PERSON", "body", running=running, title_case=not running)

    headline = [
        name(text, running=False) for text in ("Ben Carson Slams", "Daughter Makes Strong Statement", "Anna Lee")
    ]
    settled = settle_headlines([*headline, name("Ben Carson", running=True)])
    assert [(found.text, found.running) for found in settled] == [
        ("Ben Carson", False),
        ("Anna Lee", False),
        ("Ben Carson", True),
    ]


def test_a_full_name_at_the_first_mention_names_the_person() -> None:
    (found,) = _clusters(("Anna Berg", "PERSON"), ("Berg", "PERSON"), ("Berg", "PERSON"))
    assert found.name == "Anna Berg"


def test_the_document_tells_names_aliases_and_salience(extract: Callable[..., ExtractedArticle]) -> None:
    text = "Anna Berg opened the bridge in Malmo. Berg said it was done. The BBC reported it."
    found = extract(text, title="Berg opens bridge")
    berg = found.entities[0]
    assert (berg.id, berg.name, berg.type, berg.aliases) == ("e1", "Anna Berg", "person", ("Berg",))
    assert berg.salience == max(entity.salience for entity in found.entities)
    assert berg.mentions[0].section == "title"
    assert {mention.text for entity in found.entities for mention in entity.mentions} >= {"BBC", "Malmo"}
