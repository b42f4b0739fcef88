"""From a mention to a name: who the speaker is, or null."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from copydesk.contracts.articles import Basis
from copydesk.extractor import cues
from copydesk.extractor.attribution import Source
from copydesk.extractor.entities import Cluster
from copydesk.extractor.pronouns import resolve, sentences
from copydesk.extractor.quotes import Draft, Paragraph
from copydesk.extractor.syntax import Parse

MIN_NAME_CONFIDENCE = 0.5
"""Below it a speaker stays unnamed: a wrong name in print costs more than a missing one."""

MIN_INFERRED_CONFIDENCE = 0.5
"""The same for speakers that nothing attributes: the subject of the sentence before is a guess."""


class Identity(msgspec.Struct, frozen=True):
    """Who a mention is."""

    cluster: Cluster | None
    basis: Basis
    confidence: float
    by_name: bool = False
    """The mention is the name itself."""


NOBODY = Identity(None, "none", 0.0)

COUNTRIES = {
    "american": "united states", "russian": "russia", "british": "britain", "french": "france", "german": "germany",
    "chinese": "china", "japanese": "japan", "canadian": "canada", "israeli": "israel", "iranian": "iran",
    "syrian": "syria", "turkish": "turkey", "ukrainian": "ukraine", "mexican": "mexico", "indian": "india",
    "egyptian": "egypt", "iraqi": "iraq", "australian": "australia", "italian": "italy", "spanish": "spain",
    "polish": "poland", "filipino": "philippines", "brazilian": "brazil", "dutch": "netherlands",
}  # fmt: skip
"""Countries of the demonyms that stand before "leader", "president" and the like."""

LEADERS = frozenset({"leader", "president", "premier", "chancellor", "ruler"})
"""Roles that one person of a country holds."""

SPEAKING = frozenset({"ORG", "GPE", "PRODUCT", "WORK_OF_ART", "FAC"})
"""Labels of what can say something besides persons: newspapers and buildings (the White House) among them."""


class Speakers:
    """Answers who a mention is, in running order through the article."""

    def __init__(self, paragraphs: Sequence[Paragraph], clusters: Sequence[Cluster]) -> None:
        """Note where each thing is named, in which role and sentence, and resolve the pronouns outside marks."""
        self.paragraphs, self.clusters = paragraphs, clusters
        self.places: list[tuple[int, int, Cluster]] = sorted(
            ((m.start, m.end, c) for c in clusters for m in c.mentions if m.section == "body" and m.kind == "name"),
            key=lambda place: place[:2],
        )
        self.offsets = [place[0] for place in self.places]
        self.roles: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.by_id = {id(cluster): cluster for cluster in clusters}
        self.pronouns = resolve(paragraphs, clusters, self.at)
        self._read_roles()

    def at(self, offset: int) -> Cluster | None:
        """The thing whose name covers this code point."""
        index = bisect_right(self.offsets, offset) - 1
        if index >= 0 and self.places[index][0] <= offset < self.places[index][1]:
            return self.places[index][2]
        return None

    def identify(self, source: Source) -> Identity:  # noqa: PLR0911 - one return a kind of mention
        """Who a source is."""
        if (found := self.at(source.entity_at)) is not None:
            if found.is_person or found.label in SPEAKING:
                return Identity(found, "named", 0.95 if found.is_person else 0.85, by_name=True)
            return NOBODY
        if source.head in cues.SINGULAR:
            choice = self.pronouns.get(source.entity_at)
            return Identity(choice.cluster, "pronoun", choice.confidence) if choice is not None else NOBODY
        if source.head in cues.PERSONAL:
            return NOBODY
        parse = self.paragraphs[source.paragraph].parse
        if parse is None:
            return NOBODY
        head = parse.token_at(source.entity_at)
        if head >= len(parse):
            return NOBODY
        return self._apposition(parse, head) or self._role(parse, head, source) or NOBODY

    def _apposition(self, parse: Parse, head: int) -> Identity | None:
        for child in parse.children[head]:
            if parse.deps[child] == "appos" and (found := self.at(parse.starts[child])) is not None and found.is_person:
                return Identity(found, "apposition", 0.9)
        return None

    def _role(self, parse: Parse, head: int, source: Source) -> Identity | None:
        role = parse.lower[head]
        words = parse.lower[parse.token_at(source.start) : head]
        if not words or (words[0] not in {"the", "this", "that"} and words[0] not in COUNTRIES):
            return None
        country = next((COUNTRIES[word] for word in words if word in COUNTRIES), None)
        if country is not None and role in LEADERS:
            return self._leader(country, source.start)
        held = self.roles.get(role)
        if not held or len(words) > 1:
            return None
        (best, _), *others = held.most_common(2)
        return None if others else Identity(self.by_id[best], "role", 0.7)

    def _leader(self, country: str, before: int) -> Identity | None:
        """The person most often in one sentence with the country or its people."""
        demonyms = {country, *(word for word, name in COUNTRIES.items() if name == country)}
        together: Counter[int] = Counter()
        for paragraph in self.paragraphs:
            parse = paragraph.parse
            if parse is None:
                continue
            for first, last in sentences(parse):
                people = {id(c) for c in self._named(parse.starts[first], parse.ends[last - 1]) if c.is_person}
                if people and any(word in demonyms for word in parse.lower[first:last]):
                    for person in people:
                        together[person] += 1
        if not together:
            return None
        ranked = together.most_common(2)
        best = self.by_id[ranked[0][0]]
        sure = (len(ranked) == 1 or ranked[0][1] > ranked[1][1]) and best.mentions[0].start < before
        return Identity(best, "role", 0.65) if sure and ranked[0][1] > 1 else None

    def _named(self, start: int, end: int) -> list[Cluster]:
        first = bisect_right(self.offsets, start - 1)
        last = bisect_right(self.offsets, end - 1)
        return [place[2] for place in self.places[first:last]]

    def _read_roles(self) -> None:
        """Roles from the words that touch a name: "mayor Anna Berg", "Anna Berg, the mayor"."""
        for paragraph in self.paragraphs:
            parse = paragraph.parse
            if parse is None or paragraph.heading:
                continue
            for name in parse.names:
                found = self.at(parse.starts[name.last - 1])
                if found is None or not found.is_person:
                    continue
                token = name.first - 1
                if token >= 0:
                    before = parse.lower[token]
                    if before.isalpha() and parse.deps[token] in {"compound", "nmod", "amod"} and len(before) > 3:
                        self.roles[before][id(found)] += 1
                for inner in range(name.first, name.last):
                    for child in parse.children[inner]:
                        if parse.deps[child] == "appos" and self.at(parse.starts[child]) is None:
                            self.roles[parse.lower[child]][id(found)] += 1


def is_anonymous(source: Source, mention: str, identity: Identity) -> bool:
    """Whether a mention names nobody: "another", "a source", "officials"."""
    if identity.cluster is not None or source.head in cues.PERSONAL or source.head in {"who", "which", "that"}:
        return False
    if source.head in cues.ANONYMOUS:
        return True
    first = mention.split(maxsplit=1)[0].lower() if mention.split() else ""
    return first in {"a", "an", "some", "several", "many", "one", "another"}


def attribute(drafts: Sequence[Draft], speakers: Speakers) -> dict[int, Identity]:
    """Who said each draft, by its index; null below the threshold."""
    found: dict[int, Identity] = {}
    for index, draft in enumerate(drafts):
        attribution = draft.attribution
        if attribution is None or attribution.source is None:
            found[index] = NOBODY
            continue
        identity = speakers.identify(attribution.source)
        if identity.cluster is None or identity.confidence < MIN_NAME_CONFIDENCE:
            found[index] = NOBODY
            continue
        confidence = round(identity.confidence * attribution.confidence, 3)
        basis = identity.basis if attribution.way == "named" else attribution.way
        if attribution.way == "inferred" and (
            attribution.confidence < MIN_INFERRED_CONFIDENCE or not identity.cluster.is_person
        ):
            found[index] = NOBODY
            continue
        found[index] = Identity(identity.cluster, basis, confidence, by_name=identity.by_name)
    return found
