"""The place that a name in an article is: by what stands behind it, by the countries of the article, by its size."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.entities.names import fold_name
from copydesk.extractor.gazetteer.table import Gazetteer, Row
from copydesk.extractor.gazetteer.words import PlaceWords

DOMINANT = 10.0
"""Weight of a place over the next of its name where the article speaks of none of their countries: Dublin has 22."""

OVERRIDING = 50.0
"""The same where the article speaks of the country of another one: the Paris of "a senator flew to Paris" has 800."""

NEXT_HERE = 4.0  # over the next one, among places of countries of the article

CAPITAL = 10.0  # weight of a capital: Athens is in Greece, though an Athens of a sixth of its size is in Georgia

STATE = 0.1  # weight of a state: Washington is the capital

LARGE = 100_000
"""Population from which the only place of a name counts in an article that names no country."""

METROPOLIS = 250_000  # the same in an article that names other countries only

METROPOLIS_OF_STATE = 2_000_000
"""Population from which a town under another spelling is meant, not its state: New York, but not Oklahoma."""

POSTAL = 2  # letters of the post's abbreviation of a state

_BEHIND = re.compile(r",\s+(?P<name>[^\W\d_a-z][\w.'’-]*(?:\s[^\W\d_a-z][\w.'’-]*){0,2})")


class Area(NamedTuple):
    """A country, or a region of one; the region is empty for a whole country."""

    country: str
    region: str


def find_places(
    text: str, title: str, clusters: Sequence[Cluster], gazetteer: Gazetteer, words: PlaceWords
) -> dict[int, Row]:
    """The places of the article's locations, by the `id()` of their clusters; those in doubt have none.

    Args:
        text: The article's text.
        title: Its headline.
        clusters: Its things.
        gazetteer: The table.
        words: Other names of countries.
    """
    finder = _Finder(text, title, clusters, gazetteer, words)
    locations = [cluster for cluster in clusters if cluster.type == "location" and not finder.is_of_person(cluster)]
    chosen: dict[int, Row] = {}
    # the second time with the countries of the places that the first time was sure of
    for _ in range(2):
        context = finder.countries | {row.country for row in chosen.values()}
        for cluster in locations:
            if id(cluster) not in chosen and (row := finder.choose(cluster, context)) is not None:
                chosen[id(cluster)] = row
    return chosen


class _Finder:
    """The names of one article."""

    def __init__(
        self, text: str, title: str, clusters: Sequence[Cluster], gazetteer: Gazetteer, words: PlaceWords
    ) -> None:
        self.text, self.title, self.gazetteer, self.words = text, title, gazetteer, words
        self.found: dict[str, list[Row]] = {}
        self.people = {
            part
            for cluster in clusters
            if cluster.is_person
            for form in cluster.forms
            for part in (fold_name(form).split()[:1] + fold_name(form).split()[-1:] if " " in form else [])
        }
        self.countries = {
            country for cluster in clusters for form in cluster.forms if (country := self._find_country(cluster, form))
        }

    def is_of_person(self, cluster: Cluster) -> bool:
        """Return whether the name is a given name or a surname of somebody in the article."""
        return fold_name(cluster.name) in self.people

    def _find_country(self, cluster: Cluster, form: str) -> str | None:
        """Code of the country that a name says the article speaks of."""
        key = fold_name(form)
        if cluster.label == "NORP":
            return self.words.demonyms.get(key)
        if cluster.type != "location":
            return None
        if key in self.words.regions:
            return self.words.regions[key][0]
        rows = self.find(form)
        whole = [row for row in rows if row.kind in {"country", "state"}]
        return whole[0].country if len(whole) == len(rows) == 1 else None

    def find(self, name: str) -> list[Row]:
        """All places of a name."""
        if name not in self.found:
            self.found[name] = self._look_up(name)
        return self.found[name]

    def _look_up(self, name: str) -> list[Row]:
        key = fold_name(name)
        if name.endswith(".") and key in self.words.states:
            return [row for row in self.gazetteer.find(self.words.states[key]) if row.kind == "state"]
        return self.gazetteer.find(self.words.aliases.get(key, key))

    def choose(self, cluster: Cluster, context: Iterable[str]) -> Row | None:
        """The place of a location, or None."""
        base, _, behind = cluster.name.partition(", ")
        forms = [base, *(form for form in sorted(cluster.forms, key=lambda form: -cluster.forms[form]) if form != base)]
        rows = next((rows for form in forms if (rows := self.find(form))), [])
        is_region = fold_name(base) in self.words.regions and all(row.kind != "state" for row in rows)
        if not rows or is_region:
            return None  # Ontario is no town in California
        area = self._read_area(behind) if behind else self._find_area(cluster)
        if area is not None and any(row.kind not in {"country", "state"} for row in rows):
            inside = [row for row in rows if row.country == area.country and area.region in {"", row.region}]
            inside = [row for row in inside if row.kind not in {"country", "state"} or row.region != area.region]
            if inside or all(row.kind not in {"country", "state"} for row in rows):
                return _choose_dominant(inside, 1.0)
            rows = [row for row in rows if row.kind in {"country", "state"}]  # "Washington, Oregon and Idaho"
        return _choose_by_context(rows, set(context))

    def _find_area(self, cluster: Cluster) -> Area | None:
        """The country or state that some mention has behind it: "Paris, Texas"."""
        for mention in cluster.mentions:
            source = self.title if mention.section == "title" else self.text
            match = _BEHIND.match(source, mention.end)
            if mention.kind == "name" and match is not None:
                parts = match["name"].split(" ")
                for count in range(len(parts), 0, -1):
                    if (area := self._read_area(" ".join(parts[:count]))) is not None:
                        return area
        return None

    def _read_area(self, name: str) -> Area | None:
        key = fold_name(name)
        if key in self.words.regions:
            return Area(*self.words.regions[key])
        if len(name) == POSTAL and name.isupper():
            return Area("US", name) if self.gazetteer.has_state(name) else None
        for row in self.find(name):
            if row.kind == "state":
                return Area(row.country, row.region)
            if row.kind == "country":
                return Area(row.country, "")
        return None


def _weigh(row: Row) -> float:
    return row.population * {"capital": CAPITAL, "state": STATE}.get(row.kind, 1.0)


def _choose_dominant(rows: Iterable[Row], least: float) -> Row | None:
    """The place that outweighs every other one this many times, or None."""
    ranked = sorted(rows, key=lambda row: (-_weigh(row), row.geoname_id))
    if not ranked:
        return None
    return ranked[0] if len(ranked) == 1 or _weigh(ranked[0]) >= least * _weigh(ranked[1]) else None


def _choose_by_context(rows: Sequence[Row], context: set[str]) -> Row | None:
    """The place of several with one name that the countries of the article and their sizes ask for, or None."""
    rows = _part_states(rows)
    if len(rows) == 1:
        return rows[0] if _is_likely(rows[0], context) else None
    countries = [row for row in rows if row.kind == "country"]
    if countries:
        states = [row for row in rows if row.kind == "state"]
        inside = [row for row in (*countries, *states) if row.country in context]
        return countries[0] if not states else inside[0] if len(inside) == 1 else None  # Luxembourg; Georgia
    here = [row for row in rows if row.country in context]
    dominant = _choose_dominant(rows, DOMINANT)
    if dominant is None or dominant.population < LARGE:
        return _choose_dominant(here, NEXT_HERE)
    return dominant if not here or dominant in here else _choose_dominant(rows, OVERRIDING)


def _part_states(rows: Sequence[Row]) -> list[Row]:
    """The places without states that have the name of their own metropolis, and without towns of such states."""
    parted = list(rows)
    for state in (row for row in rows if row.kind == "state"):
        own = [row for row in rows if row.country == state.country and row.region == state.region and row != state]
        is_metropolis = max((row.population for row in own), default=0) >= METROPOLIS_OF_STATE
        dropped = [state] if is_metropolis else own
        parted = [row for row in parted if row not in dropped]
    return parted


def _is_likely(row: Row, context: set[str]) -> bool:
    """Return whether the only place of a name is large enough to be meant in an article of these countries."""
    if row.kind in {"country", "state"} or row.country in context:
        return True
    return row.population >= (METROPOLIS if context else LARGE)
