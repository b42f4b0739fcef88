"""Labels of names by what the sentences say: "in Marlow" is a place, "Ann Berg, 44," a person, Berg Brewery a firm."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from copydesk.extractor.entities.names import RawName
from copydesk.extractor.gazetteer.table import Gazetteer
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Parse

Evidence = Literal["place", "listed", "person", "role", "speaker", "subject"]

_PLACES = frozenset({"GPE", "LOC"})

_NEVER_FIRMS = frozenset({"PERSON", "GPE", "LOC", "FAC", "PRODUCT", "WORK_OF_ART"})


def correct_labels(
    paragraphs: Sequence[Paragraph], names: Sequence[RawName], gazetteer: Gazetteer, lexicon: Lexicon
) -> list[RawName]:
    """The names with the labels that their sentences and their last words ask for; one label for all of one spelling.

    Args:
        paragraphs: Paragraphs of the text.
        names: Names of the text.
        gazetteer: Names of places.
        lexicon: Prepositions of places, words that end the names of firms.
    """
    evidence = _collect_evidence(paragraphs, names, lexicon)
    surnames = {name.text.rsplit(maxsplit=1)[-1] for name in names if name.label == "PERSON" and " " in name.text}
    corrected = []
    for name in names:
        seen = evidence.get(name.text, Counter())
        label = name.label
        if name.running or seen:
            label = _find_label(name, seen, lexicon, is_surname=name.text in surnames)
            if label == name.label and name.text not in surnames and _is_known_place(name, seen, gazetteer, lexicon):
                label = "GPE"
        corrected.append(name if label == name.label else msgspec.structs.replace(name, label=label))
    return corrected


def _find_label(name: RawName, seen: Mapping[Evidence, int], lexicon: Lexicon, *, is_surname: bool) -> str:
    """Label of one name by the evidence for its spelling; the recogniser's where there is none against it."""
    words = name.text.lower().split()
    if len(words) > 1 and words[-1] in lexicon.names.organization_words and name.label in _NEVER_FIRMS:
        is_state = name.label == "GPE" and words[-1] in lexicon.names.state_words
        return name.label if is_state else "ORG"
    if name.label == "WORK_OF_ART" and seen.get("speaker"):
        return "ORG"  # "Save the Children said"
    is_person = seen.get("person") or (name.label == "GPE" and seen.get("role"))
    if name.label in {"ORG", "GPE"} and len(words) > 1 and is_person:
        return "PERSON"
    is_known = is_surname or seen.get("person") or seen.get("speaker") or name.text.isupper()
    return "GPE" if not is_known and _is_place(name.label, words, seen, lexicon) else name.label


def _is_known_place(name: RawName, seen: Mapping[Evidence, int], gazetteer: Gazetteer, lexicon: Lexicon) -> bool:
    """Return whether a name that the recogniser took for something else is a town of the gazetteer.

    It stands after "in" or in a list with places, or has several words, and nothing says that it is a person.
    """
    is_open = name.label in {"PERSON", "ORG", "PRODUCT", "NORP", "WORK_OF_ART"}
    if not is_open or seen.get("person") or seen.get("speaker"):
        return False
    words = name.text.lower().split()
    if name.label == "PERSON" and words[0] in lexicon.names.first_names:
        return False
    is_place = seen.get("place") or seen.get("listed") or (name.label == "PERSON" and len(words) > 1)
    return bool(is_place) and words[0] not in lexicon.names.institutions and bool(gazetteer.find(name.text))


def _is_place(label: str, words: Sequence[str], seen: Mapping[Evidence, int], lexicon: Lexicon) -> bool:
    """Return whether a name that the recogniser took for a person or a firm is a place: it stands after "in"."""
    stands_as_place = bool(seen.get("place")) and not seen.get("subject")
    if label == "PERSON" and words[0] not in lexicon.names.first_names:
        return stands_as_place or (len(words) > 1 and words[-1] in lexicon.names.place_words)
    is_one_word = len(words) == 1 and words[0] not in lexicon.names.institutions
    return label in {"ORG", "PRODUCT"} and is_one_word and stands_as_place


def _collect_evidence(
    paragraphs: Sequence[Paragraph], names: Sequence[RawName], lexicon: Lexicon
) -> dict[str, Counter[Evidence]]:
    """Evidence for each spelling in the sentences, counted."""
    by_start = {name.start: name for name in names if name.section == "body"}
    evidence: defaultdict[str, Counter[Evidence]] = defaultdict(Counter)
    for paragraph in paragraphs:
        parse = paragraph.parse
        if parse is None:
            continue
        for first, start in enumerate(parse.starts):
            if (name := by_start.get(start)) is not None:
                last = first
                while last + 1 < len(parse) and parse.ends[last + 1] <= name.end:
                    last += 1
                evidence[name.text].update(_read_evidence(parse, first, last, lexicon))
    return evidence


def _read_evidence(parse: Parse, first: int, last: int, lexicon: Lexicon) -> list[Evidence]:
    """Evidence of one mention, from its first token to its last."""
    words, found = lexicon.names, list[Evidence]()
    before = parse.lower[first - 1] if first else ""
    after = parse.words[last + 1] if last + 1 < len(parse) else "."
    # "in Sony Australia", "in House of Cards": only a part of the name
    is_whole = not after[0].isupper() and after not in {"'s", "’s", "(", "-"} and after not in words.name_links
    is_apposed = first > 1 and parse.words[first - 2] == ","
    if is_whole and (before in words.sure_place_prepositions or (before in words.origin_prepositions and is_apposed)):
        found.append("place")
    beside = [parse.heads[last]] if parse.deps[last] == "conj" else []
    beside += [child for child in parse.children[last] if parse.deps[child] == "conj"]
    if any((other := parse.name_at(token)) is not None and other.label in _PLACES for token in beside):
        found.append("listed")
    age = parse.words[last + 2] if last + 2 < len(parse) and parse.words[last + 1] == "," else ""
    is_role = parse.deps[last] == "appos" and parse.lower[parse.heads[last]] in words.role_nouns
    if (age.isdigit() and len(age) <= 3) or before.rstrip(".") in words.title_pronouns:
        found.append("person")
    elif is_role:
        found.append("role")
    if parse.deps[last] in {"nsubj", "nsubjpass"}:
        found.append("subject")
        if parse.lower[parse.heads[last]] in lexicon.speech.reporting_forms:
            found.append("speaker")
    return found
