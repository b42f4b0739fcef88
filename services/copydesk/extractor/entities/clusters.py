"""Clusters: the names of one real-world thing, and the name that it is called by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from copydesk.contracts.articles import EntityType, Section
from copydesk.extractor.entities.names import TYPES, RawName, fold_name
from copydesk.extractor.entities.spellings import (
    Forms,
    find_acronyms,
    find_middle_names,
    find_misspellings,
    find_reversed,
    find_short_forms,
    mark_pronoun,
)
from copydesk.extractor.entities.surnames import find_doubtful
from copydesk.extractor.lexicon import Lexicon

DOUBT = " ?"
"""End of the key of a surname that may be either of two people; folded names have no question mark."""


class RawMention(msgspec.Struct):
    """A mention of a cluster; offsets in code points of the text or the title, as ``section`` says."""

    start: int
    end: int
    text: str
    kind: Literal["name", "nominal", "pronoun"]
    section: Section


class Cluster:
    """One real-world thing: all its mentions.

    ``forms`` counts the spellings of its names, ``running`` has those in running text with their offsets;
    ``is_doubtful`` is True for a surname that may be either of two people: it names no speaker.
    """

    __slots__ = ("forms", "is_doubtful", "label", "mentions", "name", "quotes_said", "running")

    def __init__(self, label: str) -> None:
        """A thing without mentions, with the recogniser's label."""
        self.label = label
        self.name = ""
        self.forms: Counter[str] = Counter()
        self.mentions: list[RawMention] = []
        self.running: list[tuple[int, str]] = []
        self.quotes_said = 0
        self.is_doubtful = False

    @property
    def type(self) -> EntityType:
        """Its type in the document."""
        return TYPES[self.label]

    @property
    def is_person(self) -> bool:
        """True for a person."""
        return self.label == "PERSON"

    @property
    def order(self) -> tuple[bool, int]:
        """Sort key: things in the title first, then by their first mention."""
        return self.mentions[0].section == "body", self.mentions[0].start


def cluster_names(names: Sequence[RawName], lexicon: Lexicon) -> list[Cluster]:
    """The things that these names stand for, in the order of their first mention.

    Args:
        names: Names of the article.
        lexicon: Given names, titles and pronouns.
    """
    forms = _group_by_form(names, lexicon)
    labels = {key: _majority(name.label for name in group) for key, group in forms.items()}
    parent = {key: key for key in forms}

    def find_root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    alike = (
        *find_misspellings(forms, labels, lexicon),
        *find_middle_names(labels, lexicon),
        *find_reversed(labels),
    )
    for first, second in alike:
        one, other = find_root(first), find_root(second)
        if len(forms[one]) >= len(forms[other]):
            parent[other] = one
        else:
            parent[one] = other
    for short, full in (*find_short_forms(forms, labels, lexicon), *find_acronyms(forms, labels)):
        if find_root(short) != find_root(full):
            parent[find_root(short)] = find_root(full)

    groups: dict[str, list[RawName]] = {}
    for key, group in forms.items():
        groups.setdefault(find_root(key), []).extend(group)
    clusters = []
    for key, members in groups.items():
        clusters.append(_build_cluster(members, lexicon, is_titled=not key.islower()))
        clusters[-1].is_doubtful = key.endswith(DOUBT)
    return sorted(clusters, key=lambda cluster: cluster.order)


def _group_by_form(names: Sequence[RawName], lexicon: Lexicon) -> Forms:
    """Names by their folded spelling; a surname that a man and a woman share is told apart by its titles."""
    shared, doubtful = _find_shared_surnames(names, lexicon), find_doubtful(names)
    forms: Forms = {}
    for name in names:
        key = fold_name(name.spelling) or name.text
        if name.pronoun and key in shared:
            key = mark_pronoun(key, name.pronoun)  # "Mr. Clinton" is not "Mrs. Clinton"
        elif name.section == "body" and name.start in doubtful:
            key += DOUBT
        forms.setdefault(key, []).append(name)
    return forms


def _find_shared_surnames(names: Sequence[RawName], lexicon: Lexicon) -> set[str]:
    """Surnames that a man and a woman of the article share."""
    pronouns: dict[str, set[str]] = {}
    for name in names:
        if name.pronoun and name.label == "PERSON" and " " not in name.spelling:
            pronouns.setdefault(fold_name(name.spelling), set()).add(name.pronoun)  # "Mrs Dean" is not Paul Dean
    for key in {fold_name(name.spelling) for name in names if name.label == "PERSON"}:
        words = key.split()
        if len(words) > 1:
            pronouns.setdefault(words[-1], set()).add(lexicon.names.first_names.get(words[0], ""))
    return {surname for surname, bearers in pronouns.items() if len(bearers) > 1}


def _build_cluster(members: Sequence[RawName], lexicon: Lexicon, *, is_titled: bool) -> Cluster:
    # forms of several words decide the label alone: a bare surname passes for anything
    full = [name for name in members if " " in name.spelling]
    cluster = Cluster(_majority(name.label for name in full or members))
    for name in sorted(members, key=lambda name: (name.section == "body", name.start)):
        form = " ".join(name.spelling.split())
        cluster.mentions.append(RawMention(name.start, name.end, name.text, "name", name.section))
        cluster.forms[form] += 1
        if name.running:
            cluster.running.append((name.start, form))
    cluster.name = choose_name(cluster, lexicon)
    title = next((name.title for name in members if name.title), "")
    if is_titled and title and " " not in cluster.name:
        cluster.name = f"{title} {cluster.name}"  # "Mrs Dean" is nobody of the other Deans
    return cluster


def _majority(labels: Iterable[str]) -> str:
    counts = Counter(labels)
    return min(counts, key=lambda label: (-counts[label], label))


def choose_name(cluster: Cluster, lexicon: Lexicon) -> str:
    """The name of a cluster: its most frequent full form, unless that is a slip of the writer.

    Args:
        cluster: The thing.
        lexicon: The given names.
    """
    full = Counter({form: n for form, n in cluster.forms.items() if _is_full(form, cluster.label)})
    if cluster.is_person:  # "Van der Meer" is the end of "Henk van der Meer", however often it stands alone
        folded = {form: f" {fold_name(form)}" for form in full}
        ends = {
            form for form in full for other in full if len(other) > len(form) and folded[other].endswith(folded[form])
        }
        full = Counter({form: n for form, n in full.items() if form not in ends})
    short = Counter({form: n for form, n in cluster.forms.items() if form not in full})
    if full and short and cluster.is_person:
        usual = max(short, key=lambda form: (short[form], form))
        if _is_slip(cluster, full, usual, short[usual], lexicon):
            return usual
    pool = full or cluster.forms
    often = Counter[str]()
    for form, count in pool.items():
        often[form.casefold()] += count  # the ANN BERG of a transcript is Ann Berg
    return max(
        pool,
        key=lambda form: (
            often[form.casefold()],
            len(form) if pool[form] == 1 and cluster.is_person else 0,
            not form.isupper(),
            form,
        ),
    )


def _is_slip(cluster: Cluster, full: Counter[str], usual: str, often: int, lexicon: Lexicon) -> bool:
    """Return whether the only full form of a person is a slip of the writer ("Ashar Assad").

    It is seen once, after the short form was used in running text, and its given name is nobody's.

    Args:
        cluster: The person.
        full: Full forms and their counts.
        usual: The most frequent short form.
        often: Count of the short form.
        lexicon: The given names.
    """
    best, count = full.most_common(1)[0]
    first = {form: min((at for at, seen in cluster.running if seen == form), default=None) for form in (best, usual)}
    is_unheard = fold_name(best).split()[0] not in lexicon.names.first_names
    best_at, usual_at = first[best], first[usual]
    return (
        count == 1
        and len(full) == 1
        and often > 1
        and best_at is not None
        and usual_at is not None
        and usual_at < best_at
        and is_unheard
        and usual.rsplit(maxsplit=1)[-1] in best.split()
    )


def _is_full(form: str, label: str) -> bool:
    """Return whether a form is a full name: a person's of several words, anything else's unless it is an acronym."""
    if label == "PERSON":
        return " " in form
    return not (form.replace(".", "").isupper() and len(form) <= 6)
