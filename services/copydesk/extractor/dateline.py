"""Datelines: "MALMO, Sweden, 14 October (Reuters) - " before the first sentence. They are kept from the parser.

A dateline is no part of the sentence, but a parser takes it for its subject. Its place and agency stay names.
"""

from __future__ import annotations

import re

from copydesk.extractor.lexicon import NameWords
from copydesk.extractor.syntax import Name, Parse

MAX_DATELINE = 120  # code points

LABEL = "meta"
"""Dependency label of a dateline's tokens: they belong to no sentence."""

_TOKEN = re.compile(r"\w[\w'’.-]*|\S")
_GROUPS = (("city", "GPE"), ("region", "GPE"), ("agency", "ORG"), ("wire", "ORG"))


def find_dateline(text: str, start: int, end: int, words: NameWords) -> re.Match[str] | None:
    """The dateline at the start of a paragraph, or None.

    A place in capitals is enough; another one needs an agency or a date beside it.

    Args:
        text: The article's text.
        start: Start of the paragraph, in code points.
        end: End of the paragraph.
        words: The pattern of datelines.
    """
    match = words.dateline.match(text, start, min(end, start + MAX_DATELINE))
    if match is None:
        return None
    has_source = any(match.group(group) for group in ("agency", "wire", "date"))
    city = match.group("city")
    is_place = has_source or (city.isupper() and len(city) > 2 and city.lower() not in words.labels_of_news)
    return match if is_place and (match.group("date") or match.group("dash") != ":") else None


def prepend_dateline(parse: Parse, match: re.Match[str]) -> Parse:
    """The parse of the text behind a dateline with the dateline's tokens and names before it.

    Args:
        parse: Parse of the rest of the paragraph.
        match: The dateline, as `find_dateline` returns it.
    """
    tokens = [(found.start(), found.group()) for found in _TOKEN.finditer(match.string, *match.span())]
    size = len(tokens)
    starts = [start for start, _ in tokens]
    names = []
    for group, label in _GROUPS:
        begin, stop = match.span(group)
        inside = [index for index, start in enumerate(starts) if begin <= start < stop]
        if inside:
            names.append(Name(inside[0], inside[-1] + 1, label))
    names += [Name(name.first + size, name.last + size, name.label) for name in parse.names]
    return Parse(
        [word for _, word in tokens] + parse.words,
        starts + parse.starts,
        [*range(size), *(head + size for head in parse.heads)],
        [LABEL] * size + parse.deps,
        [True] + [False] * (size - 1) + parse.begins,
        names,
    )
