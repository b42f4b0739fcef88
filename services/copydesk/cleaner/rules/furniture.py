"""What removed blocks still tell: captions, credits, bylines; and the dateline of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

_CREDIT = re.compile(
    r"[\[(]?\b(?:photo(?:graph)?s?(?: by| courtesy| credit)?|images?(?: by| courtesy| credit| source)?|pictures?"
    r"|credits?|courtesy of|source|via)\s?[:/]?\s"
    r"|[\[(](?:photo|image|picture|ap|reuters|afp|getty)\b"
    r"|\b[\w.'’-]{2,30}(?: [\w.'’-]{2,30})? ?/ ?(?:getty|ap|afp|reuters|epa|shutterstock|alamy)\b"
    r"|\b(?:getty images|ap photo|shutterstock|reuters|associated press)$",
    re.IGNORECASE,
)
MAX_CREDIT_WORDS = 14
"""Words of the longest credit line that is taken for one; beyond, the words are a caption's."""

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

_DATELINE = re.compile(
    r"(?P<dateline>[^\W\d_a-zß-öø-ÿ][^\W\d_a-zß-öø-ÿ]{2,24}"
    r"(?:[ .,'’/-]{1,2}(?:[^\W\d_a-zß-öø-ÿ][^\W\d_]{0,19}\.?|(?:and|am|de|del|di|do|el|in|la|le|of|sur|upon)\b)){0,5}"
    r"(?:,? \d{1,2}(?: [A-Z][a-z]{2,8}\.?)?(?:,? \d{4})?)?(?: ?\((?:[A-Z][\w&. -]{1,30})\))?)"
    r"(?: ?[—–]{1,2} ?| -{1,2} )\S"
)


def find_dateline(text: str) -> str | None:
    """Place, date and agency before the dash that opens a report, or None.

    >>> find_dateline("LONDON (Reuters) - The council voted.")
    'LONDON (Reuters)'
    >>> find_dateline("FRANKFURT, Nov 3 (Reuters) - The bank raised rates.")
    'FRANKFURT, Nov 3 (Reuters)'
    """
    match = _DATELINE.match(text[:120])
    return match["dateline"] if match else None


def split_caption(text: str) -> tuple[str | None, str | None]:
    """The caption and the credit in the words under a photograph; either may be missing.

    >>> split_caption("The harbour bridge on Tuesday. (Photo: Jo Park/Reuters)")
    ('The harbour bridge on Tuesday.', '(Photo: Jo Park/Reuters)')
    """
    start = next(
        (match.start() for match in _CREDIT.finditer(text[-200:]) if _is_short(text[-200:][match.start() :])), None
    )
    if start is None:
        return text, None
    start += max(0, len(text) - 200)
    caption = text[:start].rstrip()
    if len(caption.split()) < 3:  # a name before "Getty Images" is the photographer's, no caption
        return None, text
    return caption, text[start:].strip()


def _is_short(text: str) -> bool:
    return len(text.split()) <= MAX_CREDIT_WORDS


def find_authors(bylines: Sequence[str]) -> tuple[str, ...]:
    """The people that bylines name for sure: "By", then two or more capitalised words that are no role.

    >>> find_authors(["By Jane Doe and John Roe, Staff Writers", "By Reuters Staff", "Updated Monday"])
    ('Jane Doe', 'John Roe')
    """
    found: dict[str, None] = {}
    for byline in bylines:
        match = _BYLINE.match(byline)
        if not match or _MONTH_GLUED.search(byline):
            continue
        for part in re.split(r" and | & |, | und | et | y ", byline[match.end() : match.end() + 200]):
            name = _NAME.match(part.split("|")[0].strip())
            rest = part[name.end() :].strip() if name else ""
            if name is None or not {word.lower().rstrip(".") for word in name[0].split()}.isdisjoint(_NOT_NAMES):
                break
            found[name[0]] = None
            if rest:  # a role, a date, an address: what follows is no list of names any more
                break
    return tuple(found)
