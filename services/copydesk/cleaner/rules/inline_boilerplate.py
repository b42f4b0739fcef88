"""Furniture inside a block that stays: a credit, a link to another story, a notice, run together with a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.contracts.articles import Reason

NOISE = 0.9
"""Probability of noise of what is cut out. Of the labelled characters that the patterns find in the development data
86 are body and 7,158 noise in articles as they came, 13 and 6,642 in the same articles in one line."""

MIN_LEFT = 3
"""Words of a block that must stay: else it is furniture as a whole, which is for the model to say."""

LOOK_AT = 400
"""Characters at either end of a block that are looked at; credits and notices are short."""

_AGENCY = (
    r"(?:Getty(?: Images)?|AFP|AP(?: Photo)?|Associated Press|Reuters|REUTERS|EPA(?:-EFE)?|TASS|Shutterstock|Alamy"
    r"|Bloomberg|WireImage|FilmMagic|Imagn(?: Images)?|USA TODAY(?: Sports)?|PA(?: Wire| Images)?|Xinhua|NurPhoto"
    r"|Anadolu(?: Agency)?|ZUMA(?: Press| Wire)?|Redux|Unsplash|Pexels|Pixabay|iStock|Rex|Sipa(?: USA)?|Newscom)"
)
_NAME = r"[^\W\d_a-z][\w.'’-]{0,24}"
_BEHIND_SENTENCE = r"(?<=[.!?…\"”’')\]]) {0,2}"

_PHOTO_TAIL = re.compile(
    # a sentence, then "Photo: Jo Park/Reuters" and nothing more
    rf"{_BEHIND_SENTENCE}[\[(]?(?:[Ff]ile )?"
    r"(?:Photo(?:graph)?s?|PHOTO|Images?|IMAGE|Pictures?|Credits?|CREDIT|Illustration|Video)"
    r"(?: (?:credit|source|courtesy|by)| courtesy of)?(?: ?[:/]| by| courtesy of) ?[^.!?()\[\]]{2,80}[\])]?$"
    # ... or "Mikhail Klimentyev/TASS/Getty Images", with or without the strokes
    rf"|(?:(?<= )|{_BEHIND_SENTENCE})[\[(]?(?:{_NAME} ){{1,2}}{_NAME}? ?(?:/ ?|, |via |{_AGENCY} ){_AGENCY}"
    rf"(?:(?: ?/ ?| via | ){_AGENCY}){{0,2}}[\])]?$"
    rf"|(?:(?<= )|{_BEHIND_SENTENCE})[\[(]?(?:AP Photo|REUTERS) ?/ ?(?:{_NAME} ?){{1,3}}[\])]?$"
)
_PHOTO_BRACKET = re.compile(
    r"[\[(](?:(?:[Ff]ile |AP |Reuters |Getty )?(?:[Pp]hoto|PHOTO|[Ii]mage|[Pp]icture|[Cc]redit)s?"
    r"(?: (?:credit|source|by|courtesy(?: of)?))? ?(?::|/|by\b|courtesy\b)[^()\[\]]{2,80}"
    rf"|(?:{_NAME} ){{1,3}}?(?:/ ?|via ){_AGENCY}[^()\[\]]{{0,40}})[\])]"
)
_LINK_TAIL = re.compile(
    rf"{_BEHIND_SENTENCE}[\[(]?(?:READ (?:MORE|ALSO|NEXT)|R(?:ead|EAD) (?:[Mm]ore|[Aa]lso|[Nn]ext)"
    r"|A(?:LSO READ|lso [Rr]ead)|SEE ALSO|See [Aa]lso|RELATED"
    r"|Related(?: (?:story|article|video))?|MORE|WATCH(?: NOW)?|D(?:ON|on)[’']T MISS"
    r"|Don[’']t miss|R(?:ECOMMENDED|ecommended))(?: ON [A-Z ]{2,30})?: ?[^\n]{3,160}$"
)
_NOTICE = (
    r"(?:ADVERTISEMENT|Advertisement|(?:Story|Article) continues(?: below)?(?: (?:this )?advertisement)?"
    r"|Continue reading (?:below|the main story)|Scroll (?:down )?to continue(?: with content)?|Sign up (?:here|now)"
    r"|Click here to (?:sign up|subscribe)[^.!?]{0,60}|CLICK HERE TO [A-Z’' ]{3,60}|Skip advertisement)"
)
_NOTICE_TAIL = re.compile(rf"{_BEHIND_SENTENCE}{_NOTICE}[.!:]?$")
_NOTICE_HEAD = re.compile(rf"{_NOTICE}[.:]? (?=[\"“‘]?[^\W\d_a-z])")

_NOTICE_HINTS = ("ADVERT", "Advert", "Story", "Article", "Continue", "Scroll", "Sign", "Click", "CLICK", "Skip")
_BRACKET_HINTS = ("hoto", "PHOTO", "mage", "icture", "redit", "/", "via ")
SENTENCE_ENDS = '.!?…"”’'
"""What no credit ends with: most blocks do, and need not be looked at further."""
NOTICE_SIZE = 100
"""Characters of the longest notice."""


class Glued(NamedTuple):
    """A stretch of a block that is furniture.

    Attributes:
        start: Code point of the block's text where it begins.
        end: Code point behind its last.
        reason: What it is.
    """

    start: int
    end: int
    reason: Reason


def find_glued(text: str) -> list[Glued]:
    """The furniture in a block that is kept, in order.

    >>> text = "The bridge reopened on Tuesday. Photo: Jo Park/Reuters"
    >>> [(text[start:end], reason) for start, end, reason in find_glued(text)]
    [('Photo: Jo Park/Reuters', 'photo')]
    """
    found = sorted(_find(text))
    left, at = 0, 0
    for start, end, _ in found:
        if start < at:  # two patterns saw the same: the first counts
            return found[:1]
        left += len(text[at:start].split())
        at = end
    return found if left + len(text[at:].split()) >= MIN_LEFT else []


def _find(text: str) -> Iterator[Glued]:
    shift = max(0, len(text) - LOOK_AT)
    tail = text[shift:]
    if match := _search_tail(text, tail):
        pattern_start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield Glued(shift + pattern_start, len(text), _REASONS[match.re])
    elif ("(" in tail or "[" in tail) and any(hint in tail for hint in _BRACKET_HINTS):
        for match in _PHOTO_BRACKET.finditer(tail):
            yield Glued(shift + match.start(), shift + match.end(), "photo")
    if text.startswith(_NOTICE_HINTS) and (match := _NOTICE_HEAD.match(text)):
        yield Glued(0, len(match[0].rstrip()), "promo")


def _search_tail(text: str, tail: str) -> re.Match[str] | None:
    """What hangs on the end; looking for a letter first is much faster than a pattern."""
    if text[-1:] not in SENTENCE_ENDS and (match := _PHOTO_TAIL.search(tail)):
        return match
    if ":" in tail and (match := _LINK_TAIL.search(tail)):
        return match
    end = text[-NOTICE_SIZE:]
    return _NOTICE_TAIL.search(tail) if any(hint in end for hint in _NOTICE_HINTS) else None


_REASONS: dict[re.Pattern[str], Reason] = {_PHOTO_TAIL: "photo", _LINK_TAIL: "related", _NOTICE_TAIL: "promo"}
