"""Repairs of a parse where the model regularly misreads news: surnames that are auxiliaries, roles behind a dash."""

from __future__ import annotations

from copydesk.extractor.syntax import Name, Parse

_DASHES = frozenset({"-", "–", "—"})


def repair_parse(parse: Parse) -> Parse:
    """The parse with auxiliaries that are people made subjects, and persons cut before a dash.

    "While Will acknowledges" has no other subject. "Ann Berg - Chair" is Ann Berg.

    Args:
        parse: A paragraph. Its names are changed, nothing else.
    """
    parse.names = [_cut_at_dash(parse, name) for name in parse.names]
    people = [token for token in range(len(parse)) if _is_person(parse, token)]
    if not people:
        return parse
    heads, deps, names = list(parse.heads), list(parse.deps), list(parse.names)
    for token in people:
        deps[token] = "nsubj"
        first = token
        if parse.deps[token - 1] == "nsubj" and heads[token - 1] == heads[token]:
            heads[token - 1], deps[token - 1] = token, "compound"
        # "Gregor Will": the recogniser or the parser saw the given name
        while first and parse.heads[first - 1] == parse.heads[token] and _has_capital(parse, first - 1):
            first -= 1
        given = parse.name_at(first - 1) if first else None
        if given is not None and given.label == "PERSON" and given.last == first:
            first = given.first
        names = [name for name in names if name.last <= first or name.first > token]
        names.append(Name(first, token + 1, "PERSON"))
    names.sort(key=lambda name: name.first)
    return Parse(parse.words, parse.starts, heads, deps, parse.begins, names)


def _cut_at_dash(parse: Parse, name: Name) -> Name:
    """A person's name up to a dash between spaces; any other name as it is."""
    for token in range(name.first + 1, name.last - 1):
        is_apart = parse.ends[token - 1] < parse.starts[token] and parse.ends[token] < parse.starts[token + 1]
        if name.label == "PERSON" and parse.words[token] in _DASHES and is_apart:
            return Name(name.first, token, name.label)
    return name


def _is_person(parse: Parse, token: int) -> bool:
    """Return whether an auxiliary is a name: it has a capital in mid-sentence, and its verb has no subject."""
    if parse.deps[token] != "aux" or not _has_capital(parse, token) or parse.words[token].isupper():
        return False
    verb = parse.heads[token]
    subject = parse.child(verb, "nsubj", "nsubjpass", "csubj", "expl")
    is_given = subject == token - 1 and _has_name_case(parse, token - 1)  # "Sir Graham May resigned"
    return verb > token and (subject is None or is_given)


def _has_name_case(parse: Parse, token: int) -> bool:
    return parse.words[token].istitle() and parse.deps[token] == "nsubj" and len(parse.words[token]) > 1


def _has_capital(parse: Parse, token: int) -> bool:
    return parse.words[token][0].isupper() and not parse.begins[token]
