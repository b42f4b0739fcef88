"""From a mention to a name: who the speaker is, or null."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from copydesk.contracts.articles import Basis
from copydesk.extractor import cues
from copydesk.extractor.attribution import Source
from copydesk.extractor.entities import Cluster, fold
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

FEMALE = frozenset(
    """
    mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley
    kimberly emily donna michelle carol amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia
    kathleen amy angela shirley anna brenda pamela emma nicole helen samantha katherine christine debra rachel
    carolyn janet catherine maria heather diane ruth julie olivia joyce virginia victoria kelly lauren christina
    joan evelyn judith megan andrea cheryl hannah jacqueline martha gloria teresa ann sara madison frances kathryn
    janice jean abigail alice julia judy sophia grace denise amber doris marilyn danielle beverly isabella theresa
    diana natalie brittany charlotte marie kayla alexis lori hillary ivanka melania michele kellyanne elena angelina
    claire ellen eva jane jill kate kathy katie loretta lucy monica nora rosa sally sylvia tina tracy wendy yvonne
    zoe chelsea huma anne alicia carly jo
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Given names that are women's nearly always: common in the United States and its news of 2016, from no list."""

MALE = frozenset(
    """
    james robert john michael david william richard joseph thomas charles christopher daniel matthew anthony mark
    donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan jacob gary
    nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory alexander frank patrick
    raymond jack dennis jerry tyler aaron jose adam nathan henry douglas zachary peter kyle ethan walter noah jeremy
    christian keith roger terry harry ralph sean jesse roy louis billy bruce eugene philip bobby johnny vladimir
    barack bernie mike joe bill tim ted jim bob tom dan steve rick rob ben sam matt chris greg jeff tony don ken ron
    ray carl albert arthur willie lawrence juan carlos luis antonio mitt newt marco rudy mitch chuck harold howard
    fred martin stanley leonard ivan boris sergei dmitry mohammed ali omar ahmed hassan bashar recep xi narendra
    emmanuel francois pedro pablo
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Given names that are men's nearly always."""

_HE_TITLES = frozenset({"mr", "mr.", "sir", "lord", "king", "prince", "congressman"})
_SHE_TITLES = frozenset({"mrs", "mrs.", "ms", "ms.", "lady", "queen", "princess", "congresswoman"})

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

MAX_PRONOUN_SENTENCES = 10  # back from a pronoun; further away nobody is meant


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
        self.gender: dict[int, str] = {}
        self.roles: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self.by_id = {id(cluster): cluster for cluster in clusters}
        self.pronouns: dict[int, Identity] = {}
        for found in clusters:
            if found.is_person:
                self.gender[id(found)] = _gender(found)
        self._read_roles()
        self._resolve_pronouns()

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
            return self.pronouns.get(source.entity_at, NOBODY)
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
            for first, last in _sentences(parse):
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
                    if before in _HE_TITLES:
                        self.gender[id(found)] = "he"
                    elif before in _SHE_TITLES:
                        self.gender[id(found)] = "she"
                    if before.isalpha() and parse.deps[token] in {"compound", "nmod", "amod"} and len(before) > 3:
                        self.roles[before][id(found)] += 1
                for inner in range(name.first, name.last):
                    for child in parse.children[inner]:
                        if parse.deps[child] == "appos" and self.at(parse.starts[child]) is None:
                            self.roles[parse.lower[child]][id(found)] += 1

    def _resolve_pronouns(self) -> None:
        """Every he and she outside quotation marks, in running order.

        Scores: near, often named, subject, subject of the sentence before, last one meant; weights by hand
        after the reference measurement on GUM, not measured again in this form.
        """
        last_seen: dict[int, int] = {}
        was_subject: dict[int, int] = {}
        often: Counter[int] = Counter()
        focus: dict[str, int] = {}
        number = 0
        for paragraph in self.paragraphs:
            parse = paragraph.parse
            if parse is None:
                continue
            spans = [(s.start, s.end) for s in paragraph.segments]
            for first, last in _sentences(parse):
                number += 1
                quoted = 0
                for token in range(first, last):
                    at = parse.starts[token]
                    while quoted < len(spans) and spans[quoted][1] <= at:
                        quoted += 1
                    inside = quoted < len(spans) and spans[quoted][0] <= at
                    word = parse.lower[token]
                    if word in cues.SINGULAR and not inside:
                        best = self._antecedent(word, number, last_seen, was_subject, often, focus.get(word))
                        if best is not None:
                            person, confidence = best
                            self.pronouns[at] = Identity(self.by_id[person], "pronoun", confidence)
                            focus[word] = person
                            last_seen[person] = number
                            if parse.deps[token] in {"nsubj", "nsubjpass"}:
                                was_subject[person] = number
                    elif (found := self.at(at)) is not None and found.is_person and not inside:
                        person = id(found)
                        if not self._possessor(parse, token):
                            last_seen[person] = number
                        else:
                            last_seen.setdefault(person, number - 1)
                        often[person] += 1
                        if parse.deps[token] in {"nsubj", "nsubjpass"} and not paragraph.heading:
                            was_subject[person] = number

    @staticmethod
    def _possessor(parse: Parse, token: int) -> bool:
        return parse.deps[token] == "poss"

    def _antecedent(  # noqa: PLR0917 - one weight each
        self,
        pronoun: str,
        number: int,
        last_seen: dict[int, int],
        was_subject: dict[int, int],
        often: Counter[int],
        focus: int | None,
    ) -> tuple[int, float] | None:
        ranked: list[tuple[float, int]] = []
        total = max(often.values(), default=1)
        for person, seen in last_seen.items():
            distance = number - seen
            gender = self.gender.get(person, "")
            if distance > MAX_PRONOUN_SENTENCES or gender not in {"", pronoun}:
                continue
            score = -0.7 * distance
            score += 1.5 if was_subject.get(person, -99) >= seen else 0.0
            score += 1.0 if was_subject.get(person, -99) == number - 1 else 0.0
            score += 0.6 * (often[person] / total) * 2
            score += 1.0 if focus == person else 0.0
            score += 0.7 if gender == pronoun else 0.0
            ranked.append((score, person))
        if not ranked:
            return None
        ranked.sort(key=lambda pair: pair[0], reverse=True)
        margin = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
        # the wider the gap to the second, the surer
        return ranked[0][1], round(min(0.9, 0.55 + 0.12 * margin), 2)


def _sentences(parse: Parse) -> list[tuple[int, int]]:
    starts = [token for token in range(len(parse)) if parse.begins[token] or token == 0]
    return list(zip(starts, [*starts[1:], len(parse)], strict=True))


def _gender(found: Cluster) -> str:
    for form in found.forms:
        words = fold(form).split()
        if len(words) > 1:
            if words[0] in FEMALE:
                return "she"
            if words[0] in MALE:
                return "he"
    return ""


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
