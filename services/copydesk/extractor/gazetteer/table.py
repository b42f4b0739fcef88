"""The table of places: a sorted text file in the page cache, searched by halves, so that it costs no memory to load."""

from __future__ import annotations

import mmap
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, NamedTuple, cast

from copydesk.extractor.entities.names import fold_name

FILE = "places.tsv"
"""File beside this module: folded name, kind, GeoNames id, name, country, region, latitude, longitude, population;
sorted by its bytes. The card names its source."""

PlaceKind = Literal["country", "state", "capital", "town", "variant"]


class Row(NamedTuple):
    """A place under one of its names.

    Latitude and longitude are None for the few countries without a town. ``variant`` is a town under another spelling.
    """

    kind: PlaceKind
    geoname_id: int
    name: str
    country: str
    region: str
    lat: float | None
    lon: float | None
    population: int


class Gazetteer:
    """Looks names up in the table."""

    def __init__(self, content: mmap.mmap | bytes) -> None:
        """Wrap the table's bytes."""
        self._content = content

    def find(self, name: str) -> list[Row]:
        """All places of a name, towns under another spelling only where nothing has the name itself.

        >>> {row.country for row in load_gazetteer().find("Tartus")}
        {'SY'}
        """
        key = fold_name(name).encode() + b"\t"
        rows = []
        start = self._first_at_least(key)
        while self._content[start : start + len(key)] == key:
            end = self._content.find(b"\n", start)
            rows.append(_read_row(self._content[start:end].decode()))
            start = end + 1
        has_town = any(row.kind in {"town", "capital"} for row in rows)
        return [row for row in rows if row.kind != "variant" or not has_town]

    @cached_property
    def _states(self) -> frozenset[str]:
        marked = re.findall(rb"\tstate\t\d+\t[^\t]+\tUS\t([A-Z]{2})\t", self._content)
        return frozenset(code.decode() for code in marked)

    def has_state(self, code: str) -> bool:
        """Return whether the United States have a state with the post's abbreviation: TX."""
        return code in self._states

    def _first_at_least(self, key: bytes) -> int:
        """Offset of the first line that does not come before a key."""
        low, high = 0, len(self._content)
        while low < high:
            middle = (low + high) // 2
            start = self._content.rfind(b"\n", low, middle) + 1 or low
            end = self._content.find(b"\n", middle)
            line_end = end + 1 if end >= 0 else len(self._content)
            if self._content[start:line_end] < key:
                low = line_end
            else:
                high = start
        return low


def _read_row(line: str) -> Row:
    _, kind, geoname_id, name, country, region, lat, lon, population = line.split("\t")
    return Row(
        cast("PlaceKind", kind),  # the file is ours
        int(geoname_id),
        name,
        country,
        region,
        float(lat) if lat else None,
        float(lon) if lon else None,
        int(population),
    )


@cache
def load_gazetteer() -> Gazetteer:
    """The table, mapped into memory once a process."""
    with Path(__file__).with_name(FILE).open("rb") as file:
        return Gazetteer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
