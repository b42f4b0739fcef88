"""Pairs of spellings that name one thing: misspellings, middle names, surnames alone, acronyms.

Spellings are folded (`names.fold_name`). All functions return pairs of keys of the forms that they are given.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

from rapidfuzz.fuzz import ratio

from copydesk.extractor.entities.names import RawName
from copydesk.extractor.lexicon import Lexicon, NameWords

Forms = dict[str, list[RawName]]
"""Names of an article by their folded spelling."""

Labels = Mapping[str, str]
"""The recogniser's label of each spelling."""

Pairs = list[tuple[str, str]]

SAME_RATIO = 90  # of 100: Hmeimim and Khmeimim have 93, Austria and Australia 87.5, Michael and Michelle Brown 88.9
MIN_FUZZY_LETTERS = 6  # one letter makes another name of a shorter one: Iran, Iraq
MAX_FUZZY_FORMS = 400  # spellings compared with each other; the square of it is at most 80,000 comparisons

_PLACES = frozenset({"GPE", "LOC", "NORP", "FAC", "LANGUAGE"})
"""Labels of things that keep their own name: Washington the city is not Washington the actor."""

_WITH_ACRONYM = frozenset({"ORG", "GPE", "FAC", "LAW", "EVENT", "PRODUCT"})
_ACRONYM_WORD = re.compile(r"[\w'’]+")


def mark_pronoun(key: str, pronoun: str) -> str:
    """The key of a surname that only one of its bearers has; folded names have no capitals.

    >>> mark_pronoun("clinton", "she")
    'clinton SHE'
    """
    return f"{key} {pronoun.upper()}"


def _split_pronoun(key: str, pronouns: Collection[str]) -> tuple[str, str]:
    """The surname and the pronoun of a key; an empty string where it has no pronoun."""
    for pronoun in pronouns:
        if key.endswith(f" {pronoun.upper()}"):
            return key[: -len(pronoun) - 1], pronoun
    return key, ""


def find_misspellings(forms: Forms, labels: Labels, lexicon: Lexicon) -> Pairs:
    """Long spellings that differ by a letter or two; the most frequent ones are compared."""
    long_forms = [key for key in forms if len(key.replace(" ", "")) >= MIN_FUZZY_LETTERS]
    long_forms.sort(key=lambda key: (-len(forms[key]), key))
    pairs: Pairs = []
    by_word_count: dict[int, list[str]] = {}
    for key in long_forms[:MAX_FUZZY_FORMS]:
        others = by_word_count.setdefault(key.count(" "), [])
        pairs += [
            (other, key) for other in others if is_same_spelling(other, key, labels[other], labels[key], lexicon.names)
        ]
        others.append(key)
    return pairs


def is_same_spelling(first: str, second: str, first_label: str, second_label: str, words: NameWords) -> bool:
    """Return whether two folded names of as many words are spellings of one name, whatever their labels.

    They are compared word by word, so that John and Joan Miller stay two. An adjective and its country stay two.

    Args:
        first: A folded name.
        second: Another one.
        first_label: The recogniser's label of the first.
        second_label: The recogniser's label of the second.
        words: Endings of the adjectives of countries.

    >>> from copydesk.extractor.english import load_lexicon
    >>> words = load_lexicon().names
    >>> is_same_spelling("hmeimim", "khmeimim", "ORG", "PERSON", words)
    True
    >>> is_same_spelling("austria", "australia", "GPE", "GPE", words)
    False
    >>> is_same_spelling("russia", "russian", "GPE", "NORP", words)
    False
    """
    if abs(len(first) - len(second)) > 2 or ratio(first, second) < SAME_RATIO:
        return False
    adjective = first if first_label == "NORP" else second
    if (first_label == "NORP") != (second_label == "NORP") and adjective.endswith(words.demonym_endings):
        return False
    shorter, longer = sorted((first, second), key=len)
    if any(longer == shorter + suffix for suffix in words.demonym_suffixes):  # Russia and Russian under one label
        return False
    return all(
        a == b or (ratio(a, b) >= SAME_RATIO and not any(map(str.isdigit, a + b)))
        for a, b in zip(first.split(), second.split(), strict=True)
    )


def find_reversed(labels: Labels) -> Pairs:
    """Names of two words in both orders: Donald Trump and the Trump Donald of a list."""
    people = {key for key, label in labels.items() if label == "PERSON" and key.count(" ") == 1}
    swapped = ((key, " ".join(key.split()[::-1])) for key in sorted(people))
    return [(key, other) for key, other in swapped if other in people and key < other]


def find_middle_names(labels: Labels, lexicon: Lexicon) -> Pairs:
    """Donald J. Trump and Donald Trump; not George H. W. and George W. Bush."""
    by_ends: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
    pairs = []
    for key, label in labels.items():
        words = key.split()
        if label != "PERSON" or not 2 <= len(words) <= 4:
            continue
        words = _drop_suffix(words, lexicon.names)
        same_ends = by_ends.setdefault((words[0], words[-1]), [])
        for other, middle in same_ends:
            if _agree(words[1:-1], middle):
                pairs.append((other, key))
                break
        same_ends.append((key, words[1:-1]))
    return pairs


def _drop_suffix(words: list[str], name_words: NameWords) -> list[str]:
    """The words of a name without a suffix such as "jr"."""
    return words[:-1] if len(words) > 2 and words[-1] in name_words.suffixes else words


def _agree(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return whether two middle names may be one: one is missing, or an initial of the other."""
    if not first or not second:
        return True
    a, b = "".join(first), "".join(second)
    return a.startswith(b) or b.startswith(a) if min(len(a), len(b)) == 1 else a == b


def find_short_forms(forms: Forms, labels: Labels, lexicon: Lexicon) -> Pairs:
    """Surnames and given names alone, each with the full name that it belongs to."""
    by_surname, by_given_name = _index_full_names(labels, lexicon)
    pairs = []
    for key, label in labels.items():
        surname, pronoun = _split_pronoun(key, lexicon.pronouns.resolved)
        if surname in by_surname and label not in _PLACES:
            bearers = by_surname[surname]
            if pronoun:
                bearers = _choose_by_pronoun(bearers, pronoun, lexicon)
            if bearers:
                pairs.append((key, _choose_likeliest(key, bearers, forms)))
        elif label == "PERSON" and len(by_given_name.get(key, ())) == 1:
            pairs.append((key, by_given_name[key][0]))
    return pairs


def _index_full_names(labels: Labels, lexicon: Lexicon) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Full names of persons by their surnames and by their given names."""
    by_surname: dict[str, list[str]] = {}
    by_given_name: dict[str, list[str]] = {}
    for key, label in labels.items():
        words = key.split()
        if label != "PERSON" or not 2 <= len(words) <= 5 or not words[-1].islower():
            continue
        words = _drop_suffix(words, lexicon.names)
        by_given_name.setdefault(words[0], []).append(key)
        for begin in range(1, len(words)):  # "Holtz-Eakin" and "Vander Plaats" are surnames, too
            by_surname.setdefault(" ".join(words[begin:]), []).append(key)
    return by_surname, by_given_name


def _choose_by_pronoun(bearers: Sequence[str], pronoun: str, lexicon: Lexicon) -> list[str]:
    """The full names whose given name asks for this pronoun, else those whose given name asks for none."""
    pronouns = {full: lexicon.names.first_names.get(full.split()[0], "") for full in bearers}
    known = [full for full in bearers if pronouns[full] == pronoun]
    unknown = [full for full in bearers if not pronouns[full]]
    # of two people of one surname whose given names tell nothing it is neither
    return known or (unknown if len({full.split()[0] for full in unknown}) == 1 else [])


def _choose_likeliest(short: str, full_names: Sequence[str], forms: Forms) -> str:
    """Of several people of one surname the one most often named, then one named before, then the first."""
    first = min(name.start for name in forms[short])

    def rank(key: str) -> tuple[int, bool, int]:
        begin = min(name.start for name in forms[key])
        return len(forms[key]), begin < first, -begin

    return max(full_names, key=rank)


def find_acronyms(forms: Forms, labels: Labels) -> Pairs:
    """Acronyms with the names that they stand for: FBI and Federal Bureau of Investigation."""
    by_initials: dict[str, str] = {}
    for key, names in forms.items():
        words = [word for word in _ACRONYM_WORD.findall(names[0].text) if word[0].isupper()]
        if len(words) >= 2 and labels[key] in _WITH_ACRONYM:
            by_initials.setdefault("".join(word[0] for word in words).lower(), key)
    pairs = []
    for key, names in forms.items():
        acronym = names[0].text.replace(".", "")
        if 2 <= len(acronym) <= 6 and acronym.isupper():
            full = by_initials.get(acronym.lower(), key)
            if full != key:
                pairs.append((key, full))
    return pairs
