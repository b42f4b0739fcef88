"""Repairs of a parse where the model regularly misreads news: words that are surnames, too."""

from __future__ import annotations

from copydesk.extractor.syntax import Name, Parse


def repair_parse(parse: Parse) -> Parse:
    """The parse with auxiliaries that are people made subjects: "While Will acknowledges" has no other subject.

    Args:
        parse: A paragraph. It is not changed.
    """
    people = [token for token in range(len(parse)) if _is_person(parse, token)]
    if not people:
        return parse
    deps, names = list(parse.deps), list(parse.names)
    for token in people:
        deps[token] = "nsubj"
        first = token
        # "Gregor Will": the recogniser or the parser saw the given name
        while first and parse.heads[first - 1] == parse.heads[token] and _has_capital(parse, first - 1):
            first -= 1
        names = [name for name in names if name.last <= first or name.first > token]
        names.append(Name(first, token + 1, "PERSON"))
    names.sort(key=lambda name: name.first)
    return Parse(parse.words, parse.starts, parse.heads, deps, parse.begins, names)


def _is_person(parse: Parse, token: int) -> bool:
    """Return whether an auxiliary is a name: it has a capital in mid-sentence, and its verb has no subject."""
    if parse.deps[token] != "aux" or not _has_capital(parse, token) or parse.words[token].isupper():
        return False
    verb = parse.heads[token]
    return verb > token and parse.child(verb, "nsubj", "nsubjpass", "csubj", "expl") is None


def _has_capital(parse: Parse, token: int) -> bool:
    return parse.words[token][0].isupper() and not parse.begins[token]
