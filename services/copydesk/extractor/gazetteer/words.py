"""Words of one language for places; a part of its `Lexicon`. Names are folded (`names.fold_name`)."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class PlaceWords(msgspec.Struct, frozen=True, kw_only=True):
    """Other names of countries and regions."""

    aliases: Mapping[str, str]
    """The table's name of a country for each other name of it: `uk`."""

    states: Mapping[str, str]
    """The table's name of a state for each abbreviation of it, which ends with a full stop: `calif`."""

    demonyms: Mapping[str, str]
    """Code of the country of each people: `dutch` has `NL`."""

    regions: Mapping[str, tuple[str, str]]
    """Codes of country and region that a name behind a town's name stands for: London, `ontario`."""
