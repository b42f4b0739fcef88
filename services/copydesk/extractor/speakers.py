"""Identity of the speakers: from a mention to a name, or to nobody."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from copydesk.contracts.articles import Basis
from copydesk.extractor.entities.clusters import Cluster
from copydesk.extractor.entities.pronouns import resolve_pronouns
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.quotes.attribution import Attribution, SpeakerMention
from copydesk.extractor.quotes.drafts import QuoteDraft
from copydesk.extractor.syntax import Name, Parse, find_sentences

MIN_NAME_CONFIDENCE = 0.5
"""Minimum confidence of a name; below it a speaker has none. A wrong name in print costs more than a missing one."""

MIN_INFERRED_CONFIDENCE = 0.5
"""The same for speakers that nothing attributes: the subject of the sentence before is a guess."""

SPEAKING = frozenset({"ORG", "GPE", "PRODUCT", "WORK_OF_ART", "FAC"})
"""Labels of things besides persons that can say something: newspapers and buildings (the White House) among them."""

# confidence that a mention is this thing; set by judgement, not calibrated
PERSON_BY_NAME = 0.95
THING_BY_NAME = 0.85
BY_APPOSITION = 0.9
BY_ROLE = 0.7
BY_LABEL = 0.8  # "A:" in an interview, initials
BY_COUNTRY = 0.65


class Identity(msgspec.Struct, frozen=True):
    """The thing that a mention stands for, or None.

    Args:
        cluster: The thing.
        basis: As in the document.
        confidence: 0 to 1.
        by_name: Whether the mention is the name itself.
    """

    cluster: Cluster | None
    basis: Basis
    confidence: float
    by_name: bool = False


NOBODY = Identity(None, "none", 0.0)


class Speakers:
    """Finds the thing that a mention stands for."""

    def __init__(
        self,
        paragraphs: Sequence[Paragraph],
        clusters: Sequence[Cluster],
        lexicon: Lexicon,
        labels: Mapping[int, Cluster],
    ) -> None:
        """Index the names and roles of the article and resolve the pronouns outside quotation marks.

        Args:
            paragraphs: Paragraphs of the article.
            clusters: Its things.
            lexicon: The language's words.
            labels: Persons of the labels of turns that are letters, by their first code point.
        """
        self.paragraphs, self.clusters, self.lexicon, self.labels = paragraphs, clusters, lexicon, labels
        self.places: list[tuple[int, int, Cluster]] = sorted(
            ((m.start, m.end, c) for c in clusters for m in c.mentions if m.section == "body" and m.kind == "name"),
            key=lambda place: place[:2],
        )
        self.offsets = [place[0] for place in self.places]
        self.by_id = {id(cluster): cluster for cluster in clusters}
        self.pronouns = resolve_pronouns(paragraphs, clusters, self.cluster_at, lexicon)
        self.roles = self._find_roles()

    def cluster_at(self, offset: int) -> Cluster | None:
        """The thing whose name covers this code point, or None."""
        index = bisect_right(self.offsets, offset) - 1
        if index >= 0 and self.places[index][0] <= offset < self.places[index][1]:
            return self.places[index][2]
        return None

    def identify(self, mention: SpeakerMention) -> Identity:
        """The thing that a mention of a speaker stands for."""
        if (labelled := self.labels.get(mention.deciding)) is not None:
            return Identity(labelled, "alias", BY_LABEL)
        if (named := self.cluster_at(mention.deciding)) is not None:
            if named.is_person:
                return Identity(named, "named", PERSON_BY_NAME, by_name=True)
            return Identity(named, "named", THING_BY_NAME, by_name=True) if named.label in SPEAKING else NOBODY
        if mention.head in self.lexicon.pronouns.personal:
            choice = self.pronouns.get(mention.deciding)
            return Identity(choice.cluster, "pronoun", choice.confidence) if choice is not None else NOBODY
        parse = self.paragraphs[mention.paragraph].parse
        head = parse.token_at(mention.deciding) if parse is not None else 0
        if parse is None or head >= len(parse):
            return NOBODY
        return self._identify_by_apposition(parse, head) or self._identify_by_role(parse, head, mention) or NOBODY

    # -------------------------------------------------------------------------------- mentions without a name

    def _identify_by_apposition(self, parse: Parse, head: int) -> Identity | None:
        """The person in an apposition: "the mayor, Anna Berg", "one of the heirs, Anna Berg", "a man named Berg"."""
        children = [child for child in parse.children[head] if parse.deps[child] == "appos"]
        partitive = parse.child(head, "prep")
        if parse.lower[head] in self.lexicon.speakers.partitives and partitive is not None:
            whole = parse.child(partitive, "pobj")
            children += [child for child in parse.children[whole] if parse.deps[child] == "appos"] if whole else []
        named = parse.child(head, "acl")
        if named is not None and parse.lower[named] in self.lexicon.speakers.naming_participles:
            children += [child for child in parse.children[named] if child > named]
        for child in children:
            cluster = self.cluster_at(parse.starts[child])
            if cluster is not None and (cluster.is_person or cluster.label in SPEAKING - {"GPE", "FAC"}):
                return Identity(cluster, "apposition", BY_APPOSITION)
        return None

    def _identify_by_role(self, parse: Parse, head: int, mention: SpeakerMention) -> Identity | None:
        """The only person of a role: "the mayor", "the Russian president"."""
        speakers = self.lexicon.speakers
        role = parse.lower[head]
        words = parse.lower[parse.token_at(mention.start) : head]
        if not words or (words[0] not in speakers.definite_determiners and words[0] not in speakers.countries):
            return None
        country = next((speakers.countries[word] for word in words if word in speakers.countries), None)
        if country is not None and role in speakers.leader_roles:
            return self._identify_leader(country, mention.start)
        holders = self.roles.get(role)
        if not holders or len(holders) > 1 or len(words) > 1:
            return None
        (holder,) = holders
        return Identity(self.by_id[holder], "role", BY_ROLE)

    def _identify_leader(self, country: str, before: int) -> Identity | None:
        """The person most often in one sentence with a country or its people, if named before this offset."""
        countries = self.lexicon.speakers.countries
        country_words = {country, *(word for word, name in countries.items() if name == country)}
        together: Counter[int] = Counter()
        for paragraph in self.paragraphs:
            parse = paragraph.parse
            if parse is None:
                continue
            for first, last in find_sentences(parse):
                named = self._clusters_between(parse.starts[first], parse.ends[last - 1])
                people = {id(cluster) for cluster in named if cluster.is_person}
                if people and any(word in country_words for word in parse.lower[first:last]):
                    together.update(people)
        if not together:
            return None
        ranked = together.most_common(2)
        best = self.by_id[ranked[0][0]]
        is_clear = ranked[0][1] > 1 and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
        return Identity(best, "role", BY_COUNTRY) if is_clear and best.mentions[0].start < before else None

    def _clusters_between(self, start: int, end: int) -> list[Cluster]:
        first = bisect_right(self.offsets, start - 1)
        last = bisect_right(self.offsets, end - 1)
        return [place[2] for place in self.places[first:last]]

    # -------------------------------------------------------------------------------- roles

    def _find_roles(self) -> dict[str, Counter[int]]:
        """Persons of each role, by the clusters' `id()` and counted; a role is a word that touches a name."""
        roles: defaultdict[str, Counter[int]] = defaultdict(Counter)
        for paragraph in self.paragraphs:
            parse = paragraph.parse
            if parse is None or paragraph.heading:
                continue
            for name in parse.names:
                cluster = self.cluster_at(parse.starts[name.last - 1])
                if cluster is not None and cluster.is_person:
                    for role in self._find_roles_beside(parse, name):
                        roles[role][id(cluster)] += 1
        return roles

    def _find_roles_beside(self, parse: Parse, name: Name) -> list[str]:
        """The noun before a name and the appositions after it: "mayor Anna Berg", "Anna Berg, the mayor"."""
        roles = []
        token = name.first - 1
        if token >= 0:
            before = parse.lower[token]
            if before.isalpha() and parse.deps[token] in {"compound", "nmod", "amod"} and len(before) > 3:
                roles.append(before)
        for inner in range(name.first, name.last):
            roles += [
                parse.lower[child]
                for child in parse.children[inner]
                if parse.deps[child] == "appos" and self.cluster_at(parse.starts[child]) is None
            ]
        return roles


def is_anonymous(
    mention: SpeakerMention, text: str, identity: Identity, lexicon: Lexicon, *, is_label: bool = False
) -> bool:
    """Return whether a mention names nobody: another, a source, officials.

    Args:
        mention: The mention.
        text: Its words.
        identity: The thing that it stands for.
        lexicon: Words for people without a name.
        is_label: Whether it is the label of a turn: "Operator" is anonymous, "The Chair" is not.
    """
    if is_label and identity.cluster is None:
        opener = text.split(maxsplit=1)[0].lower().rstrip(".")
        is_definite = opener in lexicon.speakers.definite_determiners | lexicon.names.titles
        return mention.head in lexicon.turns.question_letters | lexicon.turns.roles and not is_definite
    if (
        identity.cluster is not None
        or mention.head in lexicon.pronouns.personal
        or mention.head in lexicon.pronouns.relative_subjects
    ):
        return False
    if mention.head in lexicon.speakers.anonymous_heads:
        return True
    words = text.split(maxsplit=1)
    return bool(words) and words[0].lower() in lexicon.speakers.anonymous_openers


def identify_speakers(drafts: Sequence[QuoteDraft], speakers: Speakers) -> list[Identity]:
    """Speaker of each draft; nobody below the minimum confidence."""
    return [_identify(draft.attribution, speakers) for draft in drafts]


def _identify(attribution: Attribution | None, speakers: Speakers) -> Identity:
    if attribution is None or attribution.speaker is None:
        return NOBODY
    identity = speakers.identify(attribution.speaker)
    if identity.cluster is None or identity.cluster.is_doubtful or identity.confidence < MIN_NAME_CONFIDENCE:
        return NOBODY
    is_guess = attribution.confidence < MIN_INFERRED_CONFIDENCE or not identity.cluster.is_person
    if attribution.basis == "inferred" and is_guess:
        return NOBODY
    confidence = round(identity.confidence * attribution.confidence, 3)
    basis = identity.basis if attribution.basis == "named" else attribution.basis
    return Identity(identity.cluster, basis, confidence, by_name=identity.by_name)
