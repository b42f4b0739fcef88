"""Names in an article's parses: the recogniser's, with surnames corrected and overlooked ones added."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from copydesk.contracts.articles import Section
from copydesk.extractor.entities.names import (
    RawName,
    clean_name,
    correct_headline_names,
    find_title_pronoun,
    is_title_case,
)
from copydesk.extractor.entities.overlooked import find_speaking_surnames
from copydesk.extractor.entities.surnames import complete_couples
from copydesk.extractor.entities.type_evidence import correct_labels
from copydesk.extractor.gazetteer.table import Gazetteer
from copydesk.extractor.lexicon import Lexicon, NameWords
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Parse

MIN_SURNAME = 4
"""Minimum letters of a surname that is searched where the recogniser saw none; shorter ones are words too often."""

_NOMINAL = frozenset({"nsubj", "nsubjpass", "poss", "pobj", "dobj", "conj", "attr", "appos", "dative", "ROOT"})
"""Labels of tokens that may be a name by themselves."""


def find_names(
    text: str,
    title: str,
    paragraphs: Sequence[Paragraph],
    title_parse: Parse | None,
    lexicon: Lexicon,
    *,
    gazetteer: Gazetteer,
) -> list[RawName]:
    """Names of an article: the title's, then the text's.

    Args:
        text: The article's text.
        title: The headline.
        paragraphs: Paragraphs of the text.
        title_parse: Parse of the title, or None.
        lexicon: The language's words.
        gazetteer: Names of places.
    """
    names: list[RawName] = []
    for paragraph in paragraphs:
        if paragraph.parse is not None:
            line = text[paragraph.start : paragraph.end] if paragraph.heading else None
            names += _clean_names(text, paragraph.parse, "body", line, lexicon.names)
    names = _correct_surnames(paragraphs, names, lexicon)
    names += _find_overlooked(paragraphs, names)
    names += find_speaking_surnames(paragraphs, names, lexicon)
    names = complete_couples(paragraphs, correct_labels(paragraphs, names, gazetteer, lexicon), lexicon)
    title_names = _clean_names(title, title_parse, "title", title, lexicon.names) if title_parse is not None else []
    return correct_headline_names([*title_names, *names], lexicon.names)


def _clean_names(text: str, parse: Parse, section: Section, line: str | None, words: NameWords) -> Iterator[RawName]:
    """The cleaned names of a parse; ``line`` is the whole line of a title or heading, None for running text."""
    title_case = line is not None and is_title_case(line)
    for name in parse.names:
        if name.last <= name.first:
            continue
        span = clean_name(text, parse.starts[name.first], parse.ends[name.last - 1], name.label, words)
        if span is not None:
            beside = parse.words[max(0, name.first - 1) : name.first + 1]
            pronoun = find_title_pronoun([word.lower() for word in beside], words)
            title = next((word for word in beside if word.lower().rstrip(".") in words.courtesy_titles), "")
            yield RawName(*span, text[slice(*span)], name.label, section, line is None, title_case, pronoun, title)


def _collect_surnames(names: Sequence[RawName]) -> set[str]:
    """Last words of the persons named by several words."""
    return {name.text.rsplit(maxsplit=1)[-1] for name in names if name.label == "PERSON" and " " in name.text}


def _correct_surnames(paragraphs: Sequence[Paragraph], names: Sequence[RawName], lexicon: Lexicon) -> list[RawName]:
    """The names; a person's surname that was taken for a place is the person's where it says something.

    "Miriam Adeyemi has written a book. ... Adeyemi said": no place. A name that something happens in stays a place.
    """
    surnames = _collect_surnames(names)
    doubtful = {name.start: name for name in names if name.text in surnames and name.label != "PERSON"}
    if not doubtful:
        return list(names)
    speakers, places = set(), set()
    for paragraph in paragraphs:
        parse = paragraph.parse
        if parse is None:
            continue
        for token, start in enumerate(parse.starts):
            if start not in doubtful:
                continue
            if _speaks(parse, token, lexicon):
                speakers.add(doubtful[start].text)
            elif parse.deps[token] == "pobj" and parse.lower[parse.heads[token]] in lexicon.names.place_prepositions:
                places.add(doubtful[start].text)
    persons = speakers - places
    return [
        msgspec.structs.replace(name, label="PERSON") if name.text in persons and name.start in doubtful else name
        for name in names
    ]


def _speaks(parse: Parse, token: int, lexicon: Lexicon) -> bool:
    """Return whether a token is the subject of a cue, or a subject with an age: "Adeyemi, 44, left"."""
    if parse.deps[token] != "nsubj":
        return False
    has_age = parse.words[token + 1 : token + 2] == [","] and "".join(parse.words[token + 2 : token + 3]).isdigit()
    return has_age or parse.lower[parse.heads[token]] in lexicon.speech.reporting_forms


def _find_overlooked(paragraphs: Sequence[Paragraph], names: Sequence[RawName]) -> list[RawName]:
    """Surnames of persons named elsewhere in full, where the recogniser saw no name."""
    surnames = {name for name in _collect_surnames(names) if len(name) >= MIN_SURNAME and name[0].isupper()}
    parses = [(paragraph, paragraph.parse) for paragraph in paragraphs if paragraph.parse is not None]
    # Brown, Young and Price are words, too
    surnames -= {word.capitalize() for _, parse in parses for word in parse.words if word.islower()}
    if not surnames:
        return []
    overlooked = []
    for paragraph, parse in parses:
        named = {token for name in parse.names for token in range(name.first, name.last)}
        for token, word in enumerate(parse.words):
            if word in surnames and token not in named and parse.deps[token] in _NOMINAL:
                span = parse.starts[token], parse.ends[token]
                overlooked.append(RawName(*span, word, "PERSON", "body", running=not paragraph.heading))
    return overlooked
