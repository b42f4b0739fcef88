"""Surnames that several people of an article bear: couples, and a surname alone that may be either of two."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from copydesk.extractor.entities.names import RawName, fold_name
from copydesk.extractor.lexicon import Lexicon
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Parse

NEAR = 300
"""Code points between a full name and a surname alone that a reader takes for the same person: two short paragraphs."""


def complete_couples(paragraphs: Sequence[Paragraph], names: Sequence[RawName], lexicon: Lexicon) -> list[RawName]:
    """The names; the first of "Carl and Ann Berg" has the surname, too.

    The first one is a usual given name, or the article has both "Mr Berg" and "Mrs Berg": "Obama and Hillary Clinton"
    are no couple.

    Args:
        paragraphs: Paragraphs of the text.
        names: Names of the text.
        lexicon: Given names, and the word between the two.
    """
    by_start = {name.start: name for name in names if name.section == "body" and name.label == "PERSON"}
    titles: defaultdict[str, set[str]] = defaultdict(set)
    for name in by_start.values():
        titles[name.text.rsplit(maxsplit=1)[-1]].add(name.pronoun)
    forms: dict[int, str] = {}
    for paragraph in paragraphs:
        parse = paragraph.parse
        for token in range(len(parse) - 2 if parse is not None else 0):
            if parse is not None and parse.lower[token + 1] == lexicon.names.coordinator:
                couple = _read_couple(parse, token, by_start)
                if couple is None:
                    continue
                first, surname = couple
                is_given = first.text.lower() in lexicon.names.first_names
                if is_given or {"he", "she"} <= titles[surname.rsplit(maxsplit=1)[-1]]:
                    forms[first.start] = f"{first.text} {surname}"
    return [
        msgspec.structs.replace(name, form=forms[name.start])
        if name.section == "body" and name.start in forms
        else name
        for name in names
    ]


def _read_couple(parse: Parse, token: int, by_start: dict[int, RawName]) -> tuple[RawName, str] | None:
    """The given name at a token and the surname of the full name two tokens on, or None."""
    first, second = by_start.get(parse.starts[token]), by_start.get(parse.starts[token + 2])
    if first is None or second is None or " " in first.text or " " not in second.text:
        return None
    return first, second.text.split(maxsplit=1)[1]


def find_doubtful(names: Sequence[RawName]) -> set[int]:
    """Starts of the surnames alone that stand near one bearer while another one is named more often.

    "Ida Stone was ... Carl Stone, 44, ... Stone said": the surname may be either. A surname that stood alone before the
    nearer one came is settled: it goes on to mean the first.

    Args:
        names: Names of the article.
    """
    body = sorted((name for name in names if name.section == "body"), key=lambda name: name.start)
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    came: dict[tuple[str, str], int] = {}
    for name in body:
        words = fold_name(name.spelling).split()
        if name.label == "PERSON" and len(words) > 1:
            counts[words[-1]][words[0]] += 1
            came.setdefault((words[-1], words[0]), name.start)
    # of two named as often the first
    likeliest = {surname: max(given, key=given.__getitem__) for surname, given in counts.items()}
    doubtful: set[int] = set()
    alone: set[str] = set()
    settled: dict[str, set[str]] = defaultdict(set)
    last: dict[str, tuple[int, str]] = {}
    for name in body:
        key = fold_name(name.spelling)
        words = key.split()
        if name.label == "PERSON" and len(words) > 1:
            last[words[-1]] = name.start, words[0]
            if words[-1] in alone and came[words[-1], words[0]] == name.start:
                settled[words[-1]].add(words[0])
        elif len(counts.get(key, ())) > 1:
            at, given = last.get(key, (-NEAR, ""))
            is_near = name.start - NEAR <= at and given != likeliest[key]
            if is_near and given not in settled[key]:
                doubtful.add(name.start)
            alone.add(key)
    return doubtful
