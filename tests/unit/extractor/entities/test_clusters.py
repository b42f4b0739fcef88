"""Spellings of one thing become one cluster, two things stay two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.entities.clusters import Cluster, cluster_names
from copydesk.extractor.entities.names import RawName
from copydesk.extractor.lexicon import Lexicon

Clusters = Callable[..., list[Cluster]]


@pytest.fixture
def clusters(lexicon: Lexicon) -> Clusters:
    """Clusters of names with their labels, one after the other in running text."""

    def build(*names: tuple[str, str]) -> list[Cluster]:
        position, raw = 0, []
        for name, label in names:
            raw.append(RawName(position, position + len(name), name, label, "body", running=True))
            position += len(name) + 1
        return cluster_names(raw, lexicon)

    return build


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
def test_one_thing(clusters: Clusters, one: tuple[str, str], two: tuple[str, str]) -> None:
    assert len(clusters(one, two)) == 1
    assert len(clusters(two, one)) == 1


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
def test_two_things(clusters: Clusters, one: tuple[str, str], two: tuple[str, str]) -> None:
    assert len(clusters(one, two)) == 2


def test_a_form_seen_once_after_the_usual_one_names_nothing(clusters: Clusters) -> None:
    (person,) = clusters(("Assad", "PERSON"), ("Assad", "PERSON"), ("Ashar Assad", "PERSON"))
    assert person.name == "Assad"


def test_a_full_form_with_a_usual_given_name_names_the_person_however_late(clusters: Clusters) -> None:
    (person,) = clusters(("Berg", "PERSON"), ("Berg", "PERSON"), ("Anna Berg", "PERSON"))
    assert person.name == "Anna Berg"


def test_full_forms_decide_the_label(clusters: Clusters) -> None:
    (person,) = clusters(("Brock Holt", "PERSON"), ("Holt", "ORG"), ("Holt", "ORG"))
    assert person.type == "person"


def test_a_full_name_at_the_first_mention_names_the_person(clusters: Clusters) -> None:
    (person,) = clusters(("Anna Berg", "PERSON"), ("Berg", "PERSON"), ("Berg", "PERSON"))
    assert person.name == "Anna Berg"


def test_relatives_keep_apart_by_their_titles(extract: Callable[..., ExtractedArticle]) -> None:
    text = (
        "Hillary Clinton and Bill Clinton came to Iowa on Monday. Mrs. Clinton spoke in Ames. "
        "Mr. Clinton listened. Mrs. Clinton left the room."
    )
    people = {e.name: [m.text for m in e.mentions] for e in extract(text).entities if e.type == "person"}
    assert {name: len(mentions) for name, mentions in people.items()} == {"Hillary Clinton": 3, "Bill Clinton": 2}


def test_both_orders_of_a_name_are_one_person(extract: Callable[..., ExtractedArticle]) -> None:
    article = extract(
        "Clara Novak won the vote in May. Clara Novak is 60. The list has Novak Clara first, then Horak Ivan."
    )
    assert [entity.name for entity in article.entities if "Clara" in entity.name] == ["Clara Novak"]


def test_a_surname_of_several_words_is_no_full_name(extract: Callable[..., ExtractedArticle]) -> None:
    article = extract(
        'Coach Joop van der Berg was glad. "We won," Van der Berg said. Van der Berg left. "We did," said Van der Berg.'
    )
    assert {quote.speaker.name for quote in article.quotes} == {"Joop van der Berg"}
