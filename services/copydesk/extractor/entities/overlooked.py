"""Names that the recogniser saw nothing in: a given name and a word, a title and a word, a firm's last word."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.extractor.entities.names import RawName
from copydesk.extractor.lexicon import Lexicon, NameWords
from copydesk.extractor.paragraphs import Paragraph
from copydesk.extractor.syntax import Name, Parse

MAX_FIRM = 5
"""Maximum words of a firm's name that is put together from words with capitals."""

MIN_SHOUTED = 4  # words of a paragraph in capitals

SHOUTED = 0.9  # share of its words that are in capitals

_ON_TOPIC = ("Lane", "on", "Brown")
"""Tokens of a speaker and a topic."""

_GIVEN = frozenset({"compound", "nmod", "nsubj", "npadvmod"})
_ACTING = frozenset({"nsubj", "nsubjpass", "appos", "conj", "ROOT"})
_NO_NAMES = frozenset({"DATE", "TIME", "CARDINAL", "ORDINAL", "PERCENT", "MONEY", "QUANTITY"})


def mark_overlooked(parse: Parse, lexicon: Lexicon) -> list[Name]:
    """The names of a parse with those that were overlooked: Graham May, Mrs Day, Seafarers' Union.

    Args:
        parse: A paragraph of running text.
        lexicon: Given names, titles, words that end the names of firms.
    """
    parse.names = [name for name in parse.names if not _is_on_topic(parse, name, lexicon)]
    taken = {token: name for name in parse.names for token in range(name.first, name.last)}
    found: list[Name] = find_shouted(parse, taken, lexicon)
    taken |= {token: name for name in found for token in range(name.first, name.last)}
    token = 0
    while token < len(parse):
        name = _find_person(parse, token, taken, lexicon) or _find_firm(parse, token, taken, lexicon)
        if name is None:
            token += 1
            continue
        found.append(name)
        token = name.last
    if not found:
        return parse.names
    covered = {token for name in found for token in range(name.first, name.last)}
    kept = [name for name in parse.names if covered.isdisjoint(range(name.first, name.last))]
    return sorted([*kept, *found], key=lambda name: name.first)


def find_shouted(parse: Parse, taken: dict[int, Name], lexicon: Lexicon) -> list[Name]:
    """Persons of a paragraph all in capitals, which the recogniser reads badly: "WE LOST," SAID ROB BROWN.

    A usual given name and the word behind it, beside a verb of saying.
    """
    if sum(word.isupper() for word in parse.words[: 2 * MIN_SHOUTED]) < MIN_SHOUTED:
        return []
    letters = [word for word in parse.words if word[0].isalpha() and len(word) > 1]
    if len(letters) < MIN_SHOUTED or sum(word.isupper() for word in letters) < SHOUTED * len(letters):
        return []
    found = []
    for token in range(len(parse) - 1):
        last, given = token + 1, parse.lower[token] in lexicon.names.first_names
        inside = [taken[part] for part in (token, last) if not _is_free(part, taken)]
        is_part = all(name.label == "PERSON" and token <= name.first < name.last <= last + 1 for name in inside)
        if not given or not is_part or parse.begins[last]:
            continue
        beside = parse.lower[max(0, token - 1) : token] + parse.lower[last + 1 : last + 2]
        is_word = parse.words[last].isalpha() and parse.lower[last] not in lexicon.speech.lemmas
        if is_word and any(word in lexicon.speech.reporting_forms for word in beside):
            found.append(Name(token, last + 1, "PERSON"))
    return found


def _is_on_topic(parse: Parse, name: Name, lexicon: Lexicon) -> bool:
    """Return whether a "name" is one person on another before a colon: "Lane on Brown: ..."."""
    is_three = name.last - name.first == len(_ON_TOPIC) and name.last < len(parse)
    return (
        is_three
        and parse.words[name.first + 1] == lexicon.quotations.topic_preposition
        and parse.words[name.last][-1] == ":"
    )


def _is_free(token: int, taken: dict[int, Name]) -> bool:
    """Return whether no name has a token; "June Day" passes for a date."""
    return token not in taken or taken[token].label in _NO_NAMES


def _is_word(parse: Parse, token: int) -> bool:
    """Return whether a token is a word with a capital, not all in capitals."""
    return token < len(parse) and parse.words[token].istitle() and parse.words[token].isalpha()


def _find_person(parse: Parse, token: int, taken: dict[int, Name], lexicon: Lexicon) -> Name | None:
    """The person whose given name, or title and surname, begins here."""
    words, following = lexicon.names, token + 1
    if not _is_word(parse, token) or not _is_word(parse, following) or not _is_free(following, taken):
        return None
    lower = parse.lower[following]
    if parse.begins[following] or (lower in words.calendar and _is_date(parse, token, words)):
        return None
    if parse.lower[token] in words.courtesy_titles:
        return Name(following, following + 1, "PERSON") if lower not in words.titles else None
    if parse.lower[token] not in words.first_names or lower in words.organization_words | words.place_words:
        return None
    is_given = _is_free(token, taken) or taken[token] == Name(token, following, "PERSON")
    is_inside = token and _is_word(parse, token - 1) and not parse.begins[token - 1]
    if not is_given or (is_inside and parse.lower[token - 1] not in words.titles):
        return None  # the middle of a longer name
    is_listed = token in taken or parse.lower[token] not in words.calendar
    return Name(token, following + 1, "PERSON") if is_listed and _acts(parse, token) else None


def _is_date(parse: Parse, token: int, words: NameWords) -> bool:
    """Return whether a word and the month or weekday behind it are a date, not Harriet May."""
    number = parse.words[token + 2] if token + 2 < len(parse) else ""
    return number.isdigit() or parse.lower[token] in words.calendar


def _acts(parse: Parse, token: int) -> bool:
    """Return whether a given name and the word behind it are one phrase that does something: Harriet May said."""
    following = token + 1
    if parse.deps[following] == "aux":  # no auxiliary has a capital in mid-sentence
        return parse.heads[token] == parse.heads[following]
    is_one_phrase = parse.heads[token] == following and parse.deps[token] in _GIVEN
    is_plain = parse.child(following, "det", "poss", "amod") is None
    return is_one_phrase and parse.deps[following] in _ACTING and is_plain


def _find_firm(parse: Parse, token: int, taken: dict[int, Name], lexicon: Lexicon) -> Name | None:
    """The firm or union whose name begins here: words with capitals up to one that ends such names."""
    if (
        not _is_word(parse, token)
        or not _is_free(token, taken)
        or (token and (_is_word(parse, token - 1) or parse.words[token - 1] == "-"))
    ):
        return None
    last = token
    while last + 1 < min(len(parse), token + MAX_FIRM) and (
        _is_word(parse, last + 1) or parse.words[last + 1] in {"'", "’", "'s", "’s"}
    ):
        last += 1
        if not _is_free(last, taken):
            return None
    is_firm = last > token and parse.lower[last] in lexicon.names.organization_words
    return Name(token, last + 1, "ORG") if is_firm else None


def find_speaking_surnames(
    paragraphs: Sequence[Paragraph], names: Sequence[RawName], lexicon: Lexicon
) -> list[RawName]:
    """Surnames alone that stand beside a verb of saying, of persons named in full elsewhere: "Day said".

    Args:
        paragraphs: Paragraphs of the text.
        names: Names that are known.
        lexicon: The verbs of saying.
    """
    surnames = {name.text.rsplit(maxsplit=1)[-1] for name in names if name.label == "PERSON" and " " in name.text}
    found = []
    for paragraph in paragraphs:
        parse = paragraph.parse
        if parse is None or surnames.isdisjoint(parse.words):
            continue
        taken = {token: name for name in parse.names for token in range(name.first, name.last)}
        for token, word in enumerate(parse.words):
            if (
                word in surnames
                and len(word) > 1
                and _is_free(token, taken)
                and _stands_beside_cue(parse, token, lexicon)
            ):
                span = parse.starts[token], parse.ends[token]
                found.append(RawName(*span, word, "PERSON", "body", running=not paragraph.heading))
    known = {name.start for name in names if name.section == "body"}
    return [name for name in found if name.start not in known]


def _stands_beside_cue(parse: Parse, token: int, lexicon: Lexicon) -> bool:
    """Return whether a verb of saying stands right before or behind a token."""
    beside = parse.lower[max(0, token - 1) : token] + parse.lower[token + 1 : token + 2]
    topic = lexicon.quotations.topic_preposition
    is_label = topic in beside and ":" in parse.words[token + 1 : token + 4]  # "Brown on Lane: ..."
    return is_label or any(word in lexicon.speech.reporting_forms for word in beside)
