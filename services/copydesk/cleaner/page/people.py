"""Names of people in the authors that a page gives."""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_CHARACTERS = 500
"""Characters of a list of authors that are read."""

MAX_NAME = 100
"""Characters of the longest name."""

MAX_WORDS = 5
"""Words of the longest name: "Maria del Carmen Lopez Diaz"."""

MAX_AUTHORS = 20
"""Authors of an article that are kept."""

_BEFORE = re.compile(
    r"^(?:(?:written|words|reported|reporting|story|text|posted|published|edited|a report)\s{1,3})?"
    r"(?:by|von|par|por|di|door|af|av|autor(?:en|in)?|authors?|redaktion)\b[\s:]{1,5}",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s{0,3}[,;&/•·]\s{0,3}|\s(?:and|und|et|y|e|og|och|en|with|mit|avec)\s", re.IGNORECASE)
_BEHIND = re.compile(r"\s{0,3}(?:[|(@<\[]|\s[-–—]\s|\s(?:for|in|at|of the|für|bei)\s).{0,500}$", re.DOTALL)
_SPACE = re.compile(r"[\s_]+")

ROLES = frozenset(
    "correspondent reporter editor writer columnist critic journalist contributor producer photographer blogger author"  # noqa: SIM905 - words read best as words
    " editors reporters writers correspondents redakteur redakteurin reporterin korrespondent korrespondentin autor"
    " journaliste rédacteur rédactrice".split(" ")
)
"""Last words of a person's role."""

ROLE_BEGINNINGS = frozenset(
    "political politics senior chief deputy managing executive associate assistant staff foreign science health sports"  # noqa: SIM905 - ditto
    " sport business economics technology tech education environment crime home affairs special national local defence"
    " defense diplomatic legal religion travel food arts culture entertainment media consumer digital freelance"
    " contributing investigative investigations data video royal news city transport social security north"
    " south east west america europe asia africa middle guest opinion lead breaking general features head industry"
    " energy climate housing property money personal finance fashion football".split(" ")
)
"""Words before them."""

NO_PEOPLE = frozenset(
    "staff news newsroom desk team editorial admin administrator webmaster guest press agency agencies bureau online"  # noqa: SIM905 - ditto
    " redaktion redaction rédaction redacción redazione redactie magazine times herald gazette tribune chronicle"
    " media tv radio network newspaper editors reporters writers contributors services service wire wires office"
    " publisher publishing group inc ltd llc gmbh associated reuters afp dpa ap epa pa agence presse".split(" ")
)
"""Words that no person's name has: such an author is a newsroom, an agency or an account."""


def find_people(value: str, *, others: Iterable[str] = (), is_person: bool = False) -> tuple[str, ...]:
    """Names of the people in a list of authors as a page gives it.

    Args:
        value: The list: "By Ann Rolfe and Jo Tan, Political Correspondent".
        others: Names that are no people: of the site, of its publisher.
        is_person: True if the page says that this is a person, who may then have a name of one word.

    >>> find_people("By ANN ROLFE and Jo Tan, Political Correspondent | The Ellery Post")
    ('Ann Rolfe', 'Jo Tan')
    >>> find_people("Zorana", is_person=True), find_people("Zorana"), find_people("Staff Writer")
    (('Zorana',), (), ())
    """
    value = _SPACE.sub(" ", value[:MAX_CHARACTERS]).strip()
    if "://" in value or value.startswith("www."):
        return ()
    refused = {_fold(other) for other in others}
    names: dict[str, None] = {}
    value = _BEHIND.sub("", _BEFORE.sub("", value))
    parts = _SPLIT.split(value)
    for part in parts:
        name = _trim(part, is_alone=is_person and len(parts) == 1)
        if name and _fold(name) not in refused:
            names[name] = None
    return tuple(names)[:MAX_AUTHORS]


def _trim(part: str, *, is_alone: bool) -> str | None:
    """The name in a part of a list, without a role behind it; None if it is no person's."""
    words = part.strip(" .:,-–—\"'").split(" ")
    if words[-1].lower() in ROLES:
        while words and (words[-1].lower() in ROLES or words[-1].lower() in ROLE_BEGINNINGS):
            words.pop()
    name = " ".join(words)
    lower = [word.lower().strip(".'’") for word in words]
    if not (1 if is_alone else 2) <= len(words) <= MAX_WORDS or len(name) > MAX_NAME:
        return None
    if lower[0] in {"the", "a", "an", "der", "die", "das", "le", "la", "les", "el"} and not is_alone and len(words) > 2:
        return None
    if not NO_PEOPLE.isdisjoint(lower) or any(char.isdigit() or char in "@/\\{}[]<>=" for char in name):
        return None
    # "example.org" is a site
    if not any(char.isalpha() for char in name) or (len(words) == 1 and "." in name.strip(".")):
        return None
    if not all(word[:1].isupper() or not word[:1].isalpha() for word in (words[0], words[-1])) and name.isascii():
        return None
    return name.title() if name.isupper() and name.isascii() and len(name) > 4 else name


def _fold(name: str) -> str:
    return "".join(name.casefold().removeprefix("the ").split())
