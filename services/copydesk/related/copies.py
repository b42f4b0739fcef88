"""Articles of the same text on other sites, in one pass over the articles in the order in which they come."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

MIN_CONTAINMENT = 0.35
"""Share of the smaller text's fingerprints that two copies have in common."""

MIN_SHARED = 3
"""Number of fingerprints that two copies have in common at least."""

MAX_POSTINGS = 64
"""Number of groups under a fingerprint beyond which it tells nothing, and is not looked up."""


class Group(NamedTuple):
    """Articles of one text."""

    id: str
    """Id of its first article."""

    share: float
    """Share of the smaller text's fingerprints that the article has in common with the group; 1 for its first."""


class CopyIndex:
    """Groups of copies. An article joins the group with which it shares most, and never another one later.

    A fingerprint that another text of the same site has shown is furniture of the site, and does not count.
    """

    def __init__(self) -> None:
        """Start without articles."""
        self._postings: dict[int, list[tuple[str, str]]] = {}
        """Groups and sites by fingerprint."""
        self._sizes: dict[str, int] = {}
        """Number of fingerprints of the first article of a group."""
        self._groups: dict[str, tuple[str, tuple[int, ...], str]] = {}
        """Group, fingerprints and site of each article."""

    def __len__(self) -> int:
        """Number of articles."""
        return len(self._groups)

    def add(self, id_: str, site: str, fingerprints: tuple[int, ...]) -> Group:
        """Add an article; a new version of one replaces it.

        Args:
            id_: Id of the article.
            site: Its site.
            fingerprints: Fingerprints of its cleaned text.
        """
        self.remove(id_)
        own, shared = 0, Counter[str]()
        for value in fingerprints:
            postings = self._postings.get(value, ())
            if any(other == site for _, other in postings):
                continue
            own += 1
            if len(postings) < MAX_POSTINGS:
                shared.update({group for group, _ in postings})
        best = min(
            ((-count / max(1, min(own, self._sizes[group])), group) for group, count in shared.items()
             if count >= MIN_SHARED),
            default=(0.0, id_),
        )  # fmt: skip
        group = Group(best[1], min(1.0, -best[0])) if -best[0] >= MIN_CONTAINMENT else Group(id_, 1.0)
        if group.id == id_:
            self._sizes[id_] = max(1, own)
        self._groups[id_] = (group.id, fingerprints, site)
        for value in fingerprints:
            known = self._postings.setdefault(value, [])
            if (group.id, site) not in known and len(known) < MAX_POSTINGS:
                known.append((group.id, site))
        return group

    def remove(self, id_: str) -> None:
        """Remove an article: withdrawn, replaced, or older than the window. Its group stays for the other members."""
        found = self._groups.pop(id_, None)
        if found is None:
            return
        group, fingerprints, site = found
        kept = {(other, where) for other, _, where in self._groups.values() if other == group}
        if (group, site) in kept:
            return
        for value in fingerprints:
            postings = self._postings.get(value)
            if postings and (group, site) in postings:
                postings.remove((group, site))
                if not postings:
                    del self._postings[value]
        if not any(other == group for other, _ in kept):
            self._sizes.pop(group, None)


__all__ = ["CopyIndex", "Group"]
