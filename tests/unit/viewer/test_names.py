"""Names joined over articles: keys, aliases, the index, and the page of a name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contracts.articles import ScoredArticle
from copydesk.extractor.english import names as english
from copydesk.viewer.name_index import NameIndex
from copydesk.viewer.name_page import PAGE_ARTICLES, make_name_page
from copydesk.viewer.names import MAX_NAMES, TITLES, Name, is_same, name_key, names_of
from copydesk.viewer.statistics import compute_statistics
from copydesk.viewer.store import ArticleStore
from harness.viewing import TEXT, put, scored


def store_of(*documents: bytes, articles: int = 1000) -> ArticleStore:
    store = ArticleStore(articles=articles, max_bytes=1 << 28)
    for number, document in enumerate(documents):
        put(store, json.loads(document)["id"], document, offset=number, at=1_000 + number)
    return store


def quoting(speaker: str, id_: str, **fields: Any) -> bytes:
    """A scored article that quotes this speaker."""
    return scored(id_, text=TEXT.replace("Ana Ruiz", speaker), speaker=speaker, **fields)


def test_every_title_that_the_extractor_knows_is_left_aside() -> None:
    assert english.TITLES <= TITLES


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Constable Moira Finch", "Moira Finch", True),
        ("Detective Chief Inspector Ann-Marie Low", "ANN-MARIE LOW MP", True),
        ("José Álvarez", "Jose Alvarez", True),
        ("Sean O’Neill’s", "Sean O'Neill", True),
        ("Mrs Dean", "Mr Dean", False),
        ("Major Garrett", "Garrett", False),
        ("Pope Francis", "Francis", False),
    ],
)
def test_titles_and_ranks_are_no_part_of_a_name_and_single_names_keep_them(one: str, other: str, same: bool) -> None:  # noqa: FBT001 - a case
    assert (name_key(one, "person") == name_key(other, "person")) is same


@given(st.text(min_size=1), st.sampled_from(["person", "organization", "location", "country"]))
def test_any_text_has_a_key_that_is_its_own_key(name: str, kind: str) -> None:
    assert name_key(name, kind)
    assert not is_same(name_key(name, kind), "", kind) or kind != "person"


def test_a_surname_alone_is_no_alias_in_other_articles() -> None:
    article = json.loads(scored())
    article["entities"][0] |= {"name": "Ana María Ruiz", "aliases": ["Ruiz", "Ana Ruiz", "Bo Lind"]}
    (person, place) = names_of(ScoredArticle.read(json.dumps(article).encode(), None))
    assert (person.kind, person.key, person.aliases, person.said) == ("person", "ana maria ruiz", ("ana ruiz",), 1)
    assert (place.kind, place.name, place.said) == ("location", "Lisbon", 0)


def test_a_speaker_without_an_entity_has_a_page_and_the_number_of_names_is_bounded() -> None:
    article = json.loads(scored())
    article["quotes"][0]["speaker"] |= {"entity_id": None, "name": "Dr Bo Lind"}
    article["entities"] = []
    assert [name.key for name in names_of(ScoredArticle.read(json.dumps(article).encode(), None))] == ["bo lind"]
    entity = json.loads(scored())["entities"][0]
    article["entities"] = [{**entity, "id": f"e{n}", "name": f"Ana Ruiz {n}"} for n in range(3000)]
    assert len(names_of(ScoredArticle.read(json.dumps(article).encode(), None))) <= MAX_NAMES


def test_the_index_forgets_what_the_store_drops() -> None:
    store = store_of(*(quoting(f"Ana Ruiz{number}", f"n{number}") for number in range(30)), articles=10)
    assert not store.named("person", ["ana ruiz0"])
    assert [article.summary.id for article in store.named("person", ["ana ruiz29"])] == ["n29"]
    assert len(store.named("location", ["lisbon"])) == 10
    put(store, "n29", quoting("Bo Lind", "n29"), offset=29)
    assert not store.named("person", ["ana ruiz29"])
    index = NameIndex()
    names = [Name("person", "ana ruiz", "Ana Ruiz", ("a ruiz",), 1, 1, "Portugal")]
    index.add("a", names)
    assert index.find("country", ["portugal"]) == ["a"]
    index.remove("a", names)
    assert len(index) == 0


def test_a_page_joins_the_spellings_and_counts_by_site_and_day() -> None:
    store = store_of(
        quoting("Constable Moira Finch", "a", site="one.example", published_at="2026-11-10T09:00:00Z"),
        quoting("Moira Finch", "b", site="two.example", published_at="2026-11-12T09:00:00Z", said=2),
        quoting("Moira Finch", "c", site="two.example", published_at="2026-11-11T09:00:00Z"),
        quoting("Ian Finch", "d"),
    )
    page = make_name_page(store, "person", "moira finch")
    assert (page.name, page.articles, page.quotes, page.next) == ("Moira Finch", 3, 4, None)
    assert page.spellings == (("Moira Finch", 2), ("Constable Moira Finch", 1))
    assert [item.id for item in page.items] == ["b", "c", "a"]
    assert page.sites == (("two.example", 2, 3), ("one.example", 1, 1))
    assert page.days == (("2026-11-10", 1, 1), ("2026-11-11", 1, 1), ("2026-11-12", 1, 2))
    assert [quote.text for quote in page.items[2].quotes] == ["“We will 🔋 build it”"]
    assert page.items[2].quotes[0].name == "Constable Moira Finch"
    of_site = make_name_page(store, "person", "Moira Finch", site="one.example")
    assert [item.id for item in of_site.items] == ["a"]
    assert of_site.sites == page.sites


def test_a_person_with_a_rank_whom_an_article_takes_for_an_organisation_is_joined() -> None:
    firm = json.loads(quoting("Constable Moira Finch", "b"))
    firm["entities"][0]["type"] = "organization"
    mistaken = json.dumps(firm).encode()
    page = make_name_page(store_of(quoting("Moira Finch", "a"), mistaken), "person", "Moira Finch")
    assert (page.articles, page.quotes, [len(item.quotes) for item in page.items]) == (2, 2, [1, 1])
    alone = store_of(mistaken)
    assert make_name_page(alone, "person", "Moira Finch").articles == 0, "nobody else says that she is a person"
    assert make_name_page(alone, "organization", "Constable Moira Finch").articles == 1
    shown = [(article.summary, article.names) for article in store_of(quoting("Moira Finch", "a"), mistaken)]
    assert [(speaker.name, speaker.quotes) for speaker in compute_statistics(shown).quoted] == [("Moira Finch", 2)]


def test_people_with_the_same_surname_are_named_and_not_joined() -> None:
    store = store_of(
        quoting("Moira Finch", "a"), quoting("Finch", "b"), quoting("Ian Finch", "c"), quoting("Bo Lind", "d")
    )
    assert make_name_page(store, "person", "Finch").perhaps == (("Ian Finch", 1), ("Moira Finch", 1))
    assert make_name_page(store, "person", "Moira Finch").perhaps == (("Finch", 1),)
    assert make_name_page(store, "person", "Moira Finch").articles == 1


def test_a_page_is_bounded_and_goes_on() -> None:
    store = store_of(*(quoting("Ana Ruiz", f"n{number:02}", said=90) for number in range(PAGE_ARTICLES + 5)))
    first = make_name_page(store, "person", "Ana Ruiz")
    rest = make_name_page(store, "person", "Ana Ruiz", offset=first.next or 0)
    assert (len(first.items), len(rest.items), rest.next) == (PAGE_ARTICLES, 5, None)
    assert not {item.id for item in first.items} & {item.id for item in rest.items}
    assert (len(first.items[0].quotes), first.items[0].more) == (40, 50)


def test_places_and_organisations_are_shown_in_their_words() -> None:
    page = make_name_page(store_of(scored("a")), "location", "Lisbon")
    assert page.articles == 1
    assert page.items[0].context == ("“We will 🔋 build it”, said Ana Ruiz in ", "Lisbon", ".")
    assert make_name_page(store_of(scored("a")), "organization", "Lisbon").articles == 0


def test_a_country_has_all_places_that_lie_in_it() -> None:
    lisbon, porto = json.loads(scored("a")), json.loads(scored("b", text=TEXT.replace("Lisbon", "Porto")))
    for article in (lisbon, porto):
        article["entities"][1]["place"] = {"geoname_id": 1, "name": "?", "country": "PT", "lat": None, "lon": None}
    porto["entities"][1] |= {"name": "Porto"}
    store = store_of(*(json.dumps(article).encode() for article in (lisbon, porto)), scored("c"))
    page = make_name_page(store, "country", "pt")
    assert (page.name, page.articles, sorted(page.spellings)) == ("PT", 2, [("Lisbon", 1), ("Porto", 1)])
    assert make_name_page(store, "location", "Lisbon").countries == ("PT",)


def test_names_that_nobody_has_have_an_empty_page() -> None:
    page = make_name_page(store_of(), "person", "<b>Nobody</b>")
    assert (page.name, page.articles, page.items) == ("<b>Nobody</b>", 0, ())
