"""Recomputes groups of copies and utterances from articles in their order, the slow way: every pair is compared.

It shares no index, no rows and no code of the stage, but the functions that compare two texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from copydesk.related.fingerprints import fingerprint
from copydesk.related.quotations import compare, make_keys, split_fragments
from copydesk.related.words import load_weights

DAY_MS = 86_400_000


@dataclass
class Said:
    """A quotation of an article."""

    id: str
    text: str
    speaker: str | None = None


@dataclass
class Told:
    """An article as the log tells it; `text` None withdraws it."""

    id: str
    site: str
    at: int
    text: str | None
    quotes: list[Said] = field(default_factory=list)


@dataclass
class _Group:
    id: str
    core: Told
    size: int
    members: list[Told] = field(default_factory=list)


@dataclass
class _Utterance:
    id: str
    time: int
    sightings: list[tuple[Told, Said]] = field(default_factory=list)


class Recount:
    """Groups and utterances after a log of articles, none of which leaves the window."""

    def __init__(self, log: Iterable[Told], *, window_days: int = 14) -> None:
        """Go through a log."""
        self._window = window_days * DAY_MS
        self._weights = load_weights()
        self._groups: list[_Group] = []
        self._utterances: list[_Utterance] = []
        newest: dict[str, Told] = {}
        for article in log:
            if newest.get(article.id) is article and article.text is not None:
                continue  # the same again
            newest[article.id] = article
            self._remove(article.id)
            if article.text is not None:
                self._join(article, article.text)
                for said in article.quotes:
                    self._say(article, said)

    @property
    def groups(self) -> dict[str, tuple[str, frozenset[str]]]:
        """Origin and members of every group of two or more, by id."""
        return {
            group.id: (
                min(group.members, key=lambda one: (one.at, one.id)).id,
                frozenset(one.id for one in group.members),
            )
            for group in self._groups
            if len(group.members) > 1
        }

    @property
    def utterances(self) -> dict[str, tuple[str, frozenset[tuple[str, str]]]]:
        """First article and quotations of every utterance in two or more articles, by id."""
        return {
            one.id: (
                min(one.sightings, key=lambda pair: (pair[0].at, pair[0].id, pair[1].id))[0].id,
                frozenset((article.id, said.id) for article, said in one.sightings),
            )
            for one in self._utterances
            if len({article.id for article, _ in one.sightings}) > 1
        }

    def _remove(self, id_: str) -> None:
        for group in self._groups:
            group.members = [one for one in group.members if one.id != id_]
            if group.core.id == id_ and group.members:
                group.core = group.members[0]
                group.size = len(set(fingerprint(group.core.text or "")))
        for utterance in self._utterances:
            utterance.sightings = [pair for pair in utterance.sightings if pair[0].id != id_]
        self._groups = [group for group in self._groups if group.members]
        self._utterances = [one for one in self._utterances if one.sightings]

    def _join(self, article: Told, text: str) -> None:
        values = set(fingerprint(text))
        shown = {
            value
            for group in self._groups
            for one in group.members
            if one.site == article.site
            for value in fingerprint(one.text or "")
        }
        own = values - shown
        best, most = None, (0.0, 0)
        for group in self._groups:
            common = len(own & set(fingerprint(group.core.text or "")))
            share = min(1.0, common / max(1, min(len(own), group.size)))
            if common >= 3 and share >= 0.35 and (share, common) > most:
                best, most = group, (share, common)
        if best is None:
            taken = {group.id for group in self._groups}
            best = _Group(_free(article.id, taken), article, max(1, len(own)))
            self._groups.append(best)
        best.members.append(article)

    def _say(self, article: Told, said: Said) -> None:
        mine = split_fragments(said.text)
        keys = make_keys(mine)
        if sum(map(len, mine)) < 4:
            return
        best, most = None, 0.55
        for one in self._utterances:
            shares = any(keys & make_keys(split_fragments(other.text)) for _, other in one.sightings)
            if not shares or abs(one.time - article.at) > self._window:
                continue
            score = compare(mine, split_fragments(one.sightings[0][1].text), self._weights)
            if score > most or (score == most and best is None):
                best, most = one, score
        if best is None:
            taken = {one.id for one in self._utterances}
            best = _Utterance(_free(f"{article.id}#{said.id}", taken), article.at)
            self._utterances.append(best)
        best.sightings.append((article, said))


def _free(id_: str, taken: set[str]) -> str:
    while id_ in taken:
        id_ += "+2"
    return id_


__all__ = ["Recount", "Said", "Told"]
