"""Ids of the articles in which a name stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from copydesk.viewer.names import Name, name_key

Entry = tuple[str, str]
"""Kind of a name, or `country`, and a key (`name_key`)."""


def entries(names: Iterable[Name]) -> Iterator[Entry]:
    """Entries under which an article with these names is found."""
    for name in names:
        for key in name.keys:
            yield name.kind, key
        if name.bearer:
            yield "person", name.bearer
        if name.country:
            yield "country", name_key(name.country, "country")


class NameIndex:
    """Articles by name. It holds what the store holds: an article that is dropped is removed here, too."""

    def __init__(self) -> None:
        """No article is indexed."""
        self._ids: dict[Entry, dict[str, None]] = {}

    def __len__(self) -> int:
        """Number of different entries."""
        return len(self._ids)

    def add(self, id_: str, names: Iterable[Name]) -> None:
        """Add an article's names."""
        for entry in entries(names):
            self._ids.setdefault(entry, {})[id_] = None

    def remove(self, id_: str, names: Iterable[Name]) -> None:
        """Remove an article, given the names with which it was added."""
        for entry in set(entries(names)):
            ids = self._ids.get(entry, {})
            ids.pop(id_, None)
            if not ids:
                self._ids.pop(entry, None)

    def find(self, kind: str, keys: Iterable[str]) -> list[str]:
        """Ids of the articles that have one of these keys."""
        return list(dict.fromkeys(id_ for key in keys for id_ in self._ids.get((kind, key), ())))

    def share_surname(self, key: str) -> list[str]:
        """Keys of people that may be the same: full names with this surname, or the surname of this full name."""
        surname = key.rpartition(" ")[2]
        is_full = surname != key
        return [
            other
            for kind, other in self._ids
            if kind == "person" and other != key and (other == surname if is_full else other.endswith(f" {surname}"))
        ]


__all__ = ["Entry", "NameIndex", "entries"]
