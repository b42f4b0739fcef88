"""Who and what is in an article: names cleaned, their spellings merged, one canonical name each."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
from anyascii import anyascii
from rapidfuzz.fuzz import ratio

from copydesk.contracts.articles import EntityType, Section
from copydesk.extractor.cues import POST_NOMINALS
from copydesk.extractor.first_names import pronoun_of

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

MIN_CAPITALS = 0.8  # share of a headline's longer words that have one; a sentence of names has .6 at most

TITLES = frozenset(
    """
    mr mrs ms dr sen rep gov president sir prof minister prime senator secretary vice former congressman
    congresswoman mayor judge justice gen general lt col capt sgt chief king queen prince princess pope attorney
    chancellor ambassador representative governor professor lady lord rev reverend
    """.split()  # noqa: SIM905 - two hundred quotation marks less to read
)
"""Words before a name that are no part of it."""


TITLE_PRONOUNS: dict[str, Literal["he", "she"]] = {
    **dict.fromkeys(
        ("mr", "sir", "lord", "king", "prince", "congressman", "father", "husband", "son", "brother"), "he"
    ),
    **dict.fromkeys(
        ("mrs", "ms", "lady", "queen", "princess", "congresswoman", "mother", "wife", "daughter", "sister"), "she"
    ),
}
"""Words that touch a name and tell its pronoun: "Mrs. Berg", "his wife Anna Berg"."""


def pronoun_of_title(words: Iterable[str]) -> Literal["he", "she", ""]:
    """What the words before a name (and its first one) say of the person.

    >>> pronoun_of_title(["mrs.", "berg"]), pronoun_of_title(["mayor", "berg"])
    ('she', '')
    """
    return next((said for word in words if (said := TITLE_PRONOUNS.get(word.rstrip(".")))), "")


class RawName(msgspec.Struct, frozen=True):
    """A name where it stands; ``place`` orders title and body."""

    start: int
    end: int
    text: str
    label: str
    section: Section
    running: bool
    """In running text, neither title nor heading."""
    title_case: bool = False
    """In a line that writes nearly every word with a capital: the recogniser takes words for names there."""
    pronoun: Literal["he", "she", ""] = ""
    """What the word before it says: "Mrs. Berg"."""


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
_POSSESSIVE = re.compile(r"\s?['’‘´`]\s?[sS]?$")
_BRACKET = re.compile(r"[\[\](){}<>|]")
_FIRST_WORD = re.compile(r"[^\W\d_][\w-]*\.?\s+")
_PARTICLES = frozenset({"de", "da", "di", "du", "van", "von", "der", "bin", "ibn", "al", "el", "la", "le", "ap"})
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})


def clean_name(text: str, start: int, end: int, label: str) -> tuple[int, int] | None:
    """Where the name itself stands in what the recogniser marked; None when it is none.

    Articles, titles before and behind persons, possessives and marks at the edges are cut off; handles, links, numbers
    and words without a capital are no names.

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
        if (bracket := _BRACKET.search(text, start, end)) is not None:
            end = bracket.start()
        if label == "PERSON":
            start, end = _trim_person(text, start, end)
        if (start, end) == before:
            break
    name = text[start:end]
    if len(name) < 2 or not any(map(str.isalpha, name)) or name == name.lower() or len(name.split()) > MAX_NAME_WORDS:
        return None
    if name.lower().rstrip(".") in _SUFFIXES | TITLES or (label == "ORG" and name.lower() in POST_NOMINALS):
        return None
    return start, end


def settle_headlines(names: Sequence[RawName]) -> list[RawName]:
    """The names without what the recogniser took for persons in titles and headings.

    "Ben Carson Slams" is cut to the name that the text below knows; where it knows none, a given name must begin it.
    """
    known = {fold(name.text) for name in names if name.running and name.label == "PERSON"}
    words = {word for name in known for word in name.split()}
    settled = []
    for name in names:
        if not name.title_case or name.label != "PERSON":
            settled.append(name)
            continue
        ends = [match.end() for match in re.finditer(r"\S+", name.text)]
        end = next((end for end in reversed(ends) if fold(name.text[:end]) in known), 0)
        key = fold(name.text).split()
        if not end and key and (pronoun_of(key[0]) or key[-1] in words):
            end = len(name.text)
        if end:
            settled.append(msgspec.structs.replace(name, end=name.start + end, text=name.text[:end]))
    return settled


def _trim_person(text: str, start: int, end: int) -> tuple[int, int]:
    """A person's name without the word before it that is none, and without a full stop that ends a sentence."""
    if (first := _FIRST_WORD.match(text, start, end)) is not None:
        word = first.group().strip().rstrip(".")
        if word.lower() in TITLES or (word.islower() and word not in _PARTICLES):
            start = first.end()
    words = text[start:end].rsplit(maxsplit=1)
    if len(words) > 1 and words[-1].isupper() and words[-1].lower() in POST_NOMINALS - _SUFFIXES:  # "Anita Rao OBE"
        end -= len(words[-1])
    if end > start and text[end - 1] == ".":
        last = text[start:end].rsplit(maxsplit=1)[-1]
        end -= len(last) > 2 and last.lower().rstrip(".") not in _SUFFIXES
    return start, end


def is_title_case(line: str) -> bool:
    """Whether a line writes its long words with capitals.

    >>> is_title_case("Ben Carson Slams the Media"), is_title_case("Vladimir Putin shakes hands with Assad")
    (True, False)
    """
    long = [word for word in re.findall(r"[^\W\d_]+", line[:1000]) if len(word) > 3]
    return bool(long) and sum(word[0].isupper() for word in long) >= MIN_CAPITALS * len(long)


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
    relatives = _relatives(names)
    for name in names:
        key = fold(name.text) or name.text
        if name.pronoun and key in relatives:
            key += " " + name.pronoun.upper()  # folded names have no capitals: "Mr. Clinton" is not "Mrs. Clinton"
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


def _relatives(names: Sequence[RawName]) -> set[str]:
    """Surnames that a man and a woman of the article share."""
    bearers: dict[str, set[str]] = {}
    for key in {fold(name.text) for name in names if name.label == "PERSON"}:
        words = key.split()
        if len(words) > 1:
            bearers.setdefault(words[-1], set()).add(pronoun_of(words[0]))
    return {surname for surname, pronouns in bearers.items() if len(pronouns) > 1}


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _majority(labels: Iterable[str]) -> str:
    counted = Counter(labels)
    return min(counted, key=lambda label: (-counted[label], label))


def _label(members: Sequence[RawName]) -> str:
    """The majority's label; forms of several words decide alone: a bare surname passes for anything."""
    full = [name for name in members if " " in name.text]
    return _majority(name.label for name in full or members)


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
    """Donald J. Trump and Donald Trump; not George H. W. and George W. Bush."""
    ends: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
    pairs = []
    for key, label in labels.items():
        words = key.split()
        if label != "PERSON" or not 2 <= len(words) <= 4:
            continue
        if words[-1] in _SUFFIXES and len(words) > 2:
            words = words[:-1]
        known = ends.setdefault((words[0], words[-1]), [])
        for other in known:
            if _agree(words[1:-1], other[1]):
                pairs.append((other[0], key))
                break
        known.append((key, words[1:-1]))
    return pairs


def _agree(one: Sequence[str], two: Sequence[str]) -> bool:
    """Whether two middle names may be one: one is missing, or an initial of the other."""
    if not one or not two:
        return True
    a, b = "".join(one), "".join(two)
    return a.startswith(b) or b.startswith(a) if min(len(a), len(b)) == 1 else a == b


def _short_forms(forms: dict[str, list[RawName]], labels: dict[str, str]) -> list[tuple[str, str]]:
    """Surnames and given names alone, with the full name they belong to."""
    by_end: dict[str, list[str]] = {}
    given: dict[str, list[str]] = {}
    for key, label in labels.items():
        words = key.split()
        if label != "PERSON" or not 2 <= len(words) <= 5 or not words[-1].islower():
            continue
        if words[-1] in _SUFFIXES and len(words) > 2:
            words = words[:-1]
        given.setdefault(words[0], []).append(key)
        for begin in range(1, len(words)):  # "Holtz-Eakin" and "Vander Plaats" are surnames, too
            by_end.setdefault(" ".join(words[begin:]), []).append(key)
    pairs = []
    for key, label in labels.items():
        surname = key.removesuffix(" HE").removesuffix(" SHE")
        # a place or a people keeps its own: Washington the city is not Washington the actor
        if surname in by_end and label not in {"GPE", "LOC", "NORP", "FAC", "LANGUAGE"}:
            bearers = by_end[surname]
            if surname != key:
                pronoun = key.rsplit(maxsplit=1)[-1].lower()
                bearers = [full for full in bearers if pronoun_of(full.split()[0]) == pronoun] or [
                    full for full in bearers if not pronoun_of(full.split()[0])
                ]
            if bearers:
                pairs.append((key, _likeliest(key, bearers, forms)))
        elif label == "PERSON" and len(given.get(key, ())) == 1:
            pairs.append((key, given[key][0]))
    return pairs


def _likeliest(short: str, full: list[str], forms: dict[str, list[RawName]]) -> str:
    """Of several people of one surname the one most often named, then one named before, then the first."""
    first = min(name.start for name in forms[short])

    def rank(key: str) -> tuple[int, bool, int]:
        begin = min(name.start for name in forms[key])
        return len(forms[key]), begin < first, -begin

    return max(full, key=rank)


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

    A full form seen once, after the short form had already been used in running text and with a given name that nobody
    has, is a slip of the writer ("Ashar Assad") and names nothing.
    """
    full = Counter({form: n for form, n in found.forms.items() if _is_full(form, found.label)})
    short = Counter({form: n for form, n in found.forms.items() if form not in full})
    if full and short and found.is_person:
        best, often = full.most_common(1)[0]
        usual = max(short, key=lambda form: (short[form], form))
        first = {form: min((at for at, seen in found.running if seen == form), default=None) for form in (best, usual)}
        late = first[best] is not None and first[usual] is not None and first[usual] < first[best]  # type: ignore[operator]
        unheard = not pronoun_of(fold(best).split()[0])
        if (
            often == 1
            and len(full) == 1
            and short[usual] > 1
            and late
            and unheard
            and usual.split()[-1] in best.split()
        ):
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
    # shares by hand on GUM: whether a summary names it depends on how early it comes more than on how often
    often = math.sqrt(len(found.mentions) / max(1, most))
    body = [mention.start for mention in found.mentions if mention.section == "body"]
    early = 1 - (body[0] / max(1, length)) if body else 1.0
    titled = any(mention.section == "title" for mention in found.mentions)
    return round(min(1.0, 0.3 * often + 0.5 * early + 0.15 * titled + 0.05 * bool(found.quotes_said)), 4)
