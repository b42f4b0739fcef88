"""Authors whom a byline names."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CHARACTERS = 200
"""Characters of a byline that are read."""

_BYLINE = re.compile(r"^(?:by|written by|story by|reporting by|posted by|von|par|por|di)\s{1,3}", re.IGNORECASE)
_NAME = re.compile(
    r"[^\W\d_a-zß-öø-ÿ][\w'’.-]{0,24}"
    r"(?: (?:(?:de|van|von|der|da|la|al|bin|el|del|di) ){0,2}[^\W\d_a-zß-öø-ÿ][\w'’.-]{0,24}){1,3}"
)
_NOT_NAMES = frozenset(
    "staff news desk team editor editors reporter reporters writer press agency agencies correspondent service bureau"  # noqa: SIM905 - words read best as words
    " the january february march april may june july august september october november december".split(" ")
)
_MONTH_GLUED = re.compile(
    r"[a-z](?:January|February|March|April|May|June|July|August|September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b"
)


def find_authors(bylines: Sequence[str]) -> tuple[str, ...]:
    """People whom the bylines name for sure: "By", then two or more capitalised words that are no role.

    >>> find_authors(["By Jane Doe and John Roe, Staff Writers", "By Reuters Staff", "Updated Monday"])
    ('Jane Doe', 'John Roe')
    """
    authors: dict[str, None] = {}
    for byline in bylines:
        match = _BYLINE.match(byline)
        if not match or _MONTH_GLUED.search(byline):
            continue
        for part in re.split(r" and | & |, | und | et | y ", byline[match.end() : match.end() + MAX_CHARACTERS]):
            name = _NAME.match(part.split("|")[0].strip())
            rest = part[name.end() :].strip() if name else ""
            if name is None or not {word.lower().rstrip(".") for word in name[0].split()}.isdisjoint(_NOT_NAMES):
                break
            authors[name[0]] = None
            if rest:  # a role, a date or an address: what follows is no list of names
                break
    return tuple(authors)
