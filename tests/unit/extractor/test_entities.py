"""Spellings of one thing become one entity, two things stay two."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.entities import Cluster, RawName, cluster


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
    ],
)
def test_two_things(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert len(_clusters(one, two)) == 2


def test_a_form_seen_once_after_the_usual_one_names_nothing() -> None:
    (found,) = _clusters(("Assad", "PERSON"), ("Assad", "PERSON"), ("Ashar Assad", "PERSON"))
    assert found.name == "Assad"


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
