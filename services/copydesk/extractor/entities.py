"""Who and what is in an article: names cleaned, their spellings merged, one canonical name each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from copydesk.contracts.articles import EntityType, Section

TYPES: dict[str, EntityType] = {
    "PERSON": "person",
    "ORG": "organization",
    "GPE": "location",
    "LOC": "location",
    "FAC": "location",
    "NORP": "group",
    "EVENT": "event",
    "WORK_OF_ART": "work",
    "LAW": "law",
    "PRODUCT": "product",
    "LANGUAGE": "other",
}
"""Types of the contract for spaCy's labels; the other labels are numbers and dates, which are no entities."""

SAME_RATIO = 90  # of 100: Hmeimim and Khmeimim have 93, Austria and Australia 87.5, Michael and Michelle Brown 88.9
MIN_FUZZY_LETTERS = 6  # one letter makes another name of a shorter one: Iran, Iraq
MAX_FUZZY_FORMS = 400  # spellings compared with each other; the square of it is at most 80,000 comparisons
MAX_NAME_WORDS = 12  # longer "names" are lists that the recogniser glued together

TITLES = frozenset(
    """
    mr mrs ms dr sen rep gov president sir prof minister prime senator secretary vice former congressman
    congresswoman mayor judge justice gen general lt col capt sgt chief king queen prince princess pope attorney
    chancellor ambassador representative governor professor lady lord rev reverend
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Words before a name that are no part of it."""


class RawName(msgspec.Struct, frozen=True):
    """A name where it stands; ``place`` orders title and body."""

    start: int
    end: int
    text: str
    label: str
    section: Section
    running: bool
    """In running text, neither title nor heading."""


class RawMention(msgspec.Struct):
    """A mention of a cluster."""

    start: int
    end: int
    text: str
    kind: Literal["name", "nominal", "pronoun"]
    section: Section


class Cluster:
    """One real-world thing: all its mentions."""

    __slots__ = ("forms", "label", "mentions", "name", "quotes_said", "running", "said")

    def __init__(self, label: str) -> None:
        """Empty, with that label."""
        self.label = label
        self.name = ""
        self.forms: Counter[str] = Counter()
        self.mentions: list[RawMention] = []
        self.running: list[tuple[int, str]] = []
        self.quotes_said = 0

    @property
    def type(self) -> EntityType:
        """Its type in the contract."""
        return TYPES[self.label]

    @property
    def is_person(self) -> bool:
        """Whether it can say "I"."""
        return self.label == "PERSON"


DEMONYM_ENDINGS = ("n", "i", "ish", "ese", "ch", "ic", "ns", "is")
"""Endings of the adjectives of countries. A name without one was only taken for a people ("Hmeimim")."""

_ARTICLE = re.compile(r"(?:the|a|an)\s+", re.IGNORECASE)
_EDGE = " \t\u00a0\"'“”‘’«»`*_-–—|,;:!?()[]{}<>/\\=~\u200b\u200e\u200f\ufeff•·…#"
_POSSESSIVE = re.compile(r"\s?['’´`]\s?[sS]?$")


def clean_name(text: str, start: int, end: int, label: str) -> tuple[int, int] | None:
    """Where the name itself stands in what the recogniser marked; None when it is none.

    Articles, titles before persons, possessives and marks at the edges are cut off; handles, links, numbers and
    words without a capital are no names.

    >>> text = "the Islamic State's"
    >>> text[slice(*clean_name(text, 0, len(text), "ORG"))]
    'Islamic State'
    >>> clean_name("@iainlee", 0, 8, "PERSON") is None
    True
    """
    if label not in TYPES or (start and text[start - 1] == "@") or "@" in text[start:end] or "://" in text[start:end]:
        return None
    while True:
        before = start, end
        while start < end and text[start] in _EDGE:
            start += 1
        if match := _POSSESSIVE.search(text, max(start, end - 4), end):
            end = match.start()
        while end > start and text[end - 1] in _EDGE:
            end -= 1
        if match := _ARTICLE.match(text, start, end):
            start = match.end()
        if label == "PERSON":
            first = re.compile(r"[A-Za-z-]+\.?\s+").match(text, start, end)
            if first and first.group().strip().rstrip(".").lower() in TITLES:
                start = first.end()
        if (start, end) == before:
            break
    name = text[start:end]
    if len(name) < 2 or not any(map(str.isalpha, name)) or name == name.lower() or len(name.split()) > MAX_NAME_WORDS:
        return None
    return start, end


def fold(name: str) -> str:
    """A name as it is compared: ASCII, small letters, no punctuation.

    >>> fold("Beyoncé  Knowles-Carter")
    'beyonce knowles carter'
    """
    plain = name if name.isascii() else anyascii(name)
    return " ".join(re.findall(r"[a-z0-9]+", plain.lower().replace("'", "").replace("’", "").replace(".", "")))


def cluster(names: Sequence[RawName]) -> list[Cluster]:
    """The things that these names stand for, in the order of their first mention."""
    forms: dict[str, list[RawName]] = {}
    for name in names:
        key = fold(name.text) or name.text
        forms.setdefault(key, []).append(name)
    labels = {key: _majority(name.label for name in found) for key, found in forms.items()}
    parent = {key: key for key in forms}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    count = {key: len(found) for key, found in forms.items()}
    for one, two in (*_misspellings(forms, labels), *_middle_names(labels)):
        a, b = root(one), root(two)
        parent[b if count[a] >= count[b] else a] = a if count[a] >= count[b] else b
    for short, full in (*_short_forms(forms, labels), *_acronyms(forms, labels)):
        if root(short) != root(full):
            parent[root(short)] = root(full)

    groups: dict[str, list[str]] = {}
    for key in forms:
        groups.setdefault(root(key), []).append(key)
    clusters = []
    for keys in groups.values():
        members = [name for key in keys for name in forms[key]]
        label = _label(members)
        found = Cluster(label)
        for name in sorted(members, key=lambda name: (name.section == "body", name.start)):
            found.mentions.append(RawMention(name.start, name.end, name.text, "name", name.section))
            found.forms[_tidy(name.text)] += 1
            if name.running:
                found.running.append((name.start, _tidy(name.text)))
        found.name = canonical(found)
        clusters.append(found)
    return sorted(clusters, key=lambda one: (one.mentions[0].section == "body", one.mentions[0].start))


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _majority(labels: Iterable[str]) -> str:
    counted = Counter(labels)
    return min(counted, key=lambda label: (-counted[label], label))


def _label(members: Sequence[RawName]) -> str:
    """The majority's label; a form of several words tells more than a surname alone."""
    counted: Counter[str] = Counter()
    for name in members:
        counted[name.label] += 2 if " " in name.text else 1
    return min(counted, key=lambda label: (-counted[label], label))


def _misspellings(forms: dict[str, list[RawName]], labels: dict[str, str]) -> list[tuple[str, str]]:
    long = sorted((k for k in forms if len(k.replace(" ", "")) >= MIN_FUZZY_LETTERS), key=lambda k: (-len(forms[k]), k))
    pairs = []
    buckets: dict[int, list[str]] = {}
    for key in long[:MAX_FUZZY_FORMS]:
        bucket = buckets.setdefault(key.count(" "), [])
        pairs += [(other, key) for other in bucket if same_name(other, key, labels[other], labels[key])]
        bucket.append(key)
    return pairs


def same_name(one: str, two: str, label_one: str, label_two: str) -> bool:
    """Whether two folded names of as many words are spellings of one, whatever their labels.

    Word by word, so that John and Joan Miller stay two; never an adjective and its country.

    >>> same_name("hmeimim", "khmeimim", "ORG", "PERSON"), same_name("austria", "australia", "GPE", "GPE")
    (True, False)
    >>> same_name("russia", "russian", "GPE", "NORP")
    False
    """
    if abs(len(one) - len(two)) > 2 or ratio(one, two) < SAME_RATIO:
        return False
    adjective = one if label_one == "NORP" else two
    if (label_one == "NORP") != (label_two == "NORP") and adjective.endswith(DEMONYM_ENDINGS):
        return False
    shorter, longer = sorted((one, two), key=len)
    if longer in {shorter + "n", shorter + "an", shorter + "ian", shorter + "i"}:  # Russia and Russian under one label
        return False
    return all(
        a == b or (ratio(a, b) >= SAME_RATIO and not any(map(str.isdigit, a + b)))
        for a, b in zip(one.split(), two.split(), strict=True)
    )


def _middle_names(labels: dict[str, str]) -> list[tuple[str, str]]:
    """Donald J. Trump and Donald Trump."""
    ends: dict[tuple[str, str], str] = {}
    pairs = []
    for key, label in labels.items():
        words = key.split()
        if label != "PERSON" or not 2 <= len(words) <= 4:
            continue
        if words[-1] in {"jr", "sr", "ii", "iii"} and len(words) > 2:
            words = words[:-1]
        known = ends.setdefault((words[0], words[-1]), key)
        if known != key:
            pairs.append((known, key))
    return pairs


def _short_forms(forms: dict[str, list[RawName]], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Surnames and given names alone, with the full name they belong to."""
    by_word: dict[str, list[str]] = {}
    for key, label in labels.items():
        words = key.split()
        if label == "PERSON" and 2 <= len(words) <= 5:
            by_word.setdefault(words[-2] if words[-1] in {"jr", "sr", "ii", "iii"} else words[-1], []).append(key)
    given: dict[str, list[str]] = {}
    for key, label in labels.items():
        words = key.split()
        if label == "PERSON" and 2 <= len(words) <= 5:
            given.setdefault(words[0], []).append(key)
    pairs = []
    for key, label in labels.items():
        if " " in key:
            continue
        # a place or a people keeps its own: Washington the city is not Washington the actor
        if key in by_word and label not in {"GPE", "LOC", "NORP", "FAC", "LANGUAGE"}:
            pairs.append((key, _likeliest(key, by_word[key], forms)))
        elif label == "PERSON" and len(given.get(key, ())) == 1:
            pairs.append((key, given[key][0]))
    return pairs


def _likeliest(short: str, full: list[str], forms: dict[str, list[RawName]]) -> str:
    """Of several people of one surname the one most often named, and named before."""
    first = min(name.start for name in forms[short])
    return max(full, key=lambda key: (len(forms[key]), any(name.start < first for name in forms[key]), key))


def _acronyms(forms: dict[str, list[RawName]], labels: dict[str, str]) -> list[tuple[str, str]]:
    initials: dict[str, str] = {}
    for key, found in forms.items():
        words = [word for word in re.findall(r"[\w'’]+", found[0].text) if word[0].isupper()]
        if len(words) >= 2 and labels[key] in {"ORG", "GPE", "FAC", "LAW", "EVENT", "PRODUCT"}:
            initials.setdefault("".join(word[0] for word in words).lower(), key)
    pairs = []
    for key, found in forms.items():
        text = found[0].text.replace(".", "")
        if 2 <= len(text) <= 6 and text.isupper() and initials.get(text.lower(), key) != key:
            pairs.append((key, initials[text.lower()]))
    return pairs


def canonical(found: Cluster) -> str:
    """The name of a cluster: its most frequent full form.

    A full form seen once, after the short form had already been used in running text, is a slip of the writer
    ("Ashar Assad") and names nothing.
    """
    full = Counter({form: n for form, n in found.forms.items() if _is_full(form, found.label)})
    short = Counter({form: n for form, n in found.forms.items() if form not in full})
    if full and short and found.is_person:
        best, often = full.most_common(1)[0]
        usual = max(short, key=lambda form: (short[form], form))
        first = {form: min((at for at, seen in found.running if seen == form), default=None) for form in (best, usual)}
        late = first[best] is not None and first[usual] is not None and first[usual] < first[best]  # type: ignore[operator]
        if often == 1 and len(full) == 1 and short[usual] > 1 and late and usual.split()[-1] in best.split():
            return usual
    pool = full or found.forms
    return max(
        pool,
        key=lambda form: (
            pool[form],
            len(form) if pool[form] == 1 and found.is_person else 0,
            not form.isupper(),
            form,
        ),
    )


def _is_full(form: str, label: str) -> bool:
    if label == "PERSON":
        return " " in form
    return not (form.replace(".", "").isupper() and len(form) <= 6)


def salience(found: Cluster, most: int, length: int) -> float:
    """How much the article is about it, 0 to 1: how often, how early, in the title or not, quoted or not.

    Args:
        found: The thing.
        most: Mentions of the most frequent thing.
        length: Of the article in code points.
    """
    often = len(found.mentions) / max(1, most)
    body = [mention.start for mention in found.mentions if mention.section == "body"]
    early = 1 - (body[0] / max(1, length)) if body else 1.0
    titled = any(mention.section == "title" for mention in found.mentions)
    return round(min(1.0, 0.5 * often + 0.3 * early + 0.15 * titled + 0.05 * bool(found.quotes_said)), 4)
