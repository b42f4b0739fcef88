"""Boilerplate inside a block that stays: a credit, a link to another story or a notice beside a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from copydesk.contracts.articles import Reason

INLINE_NOISE = 0.9
"""Probability of noise of inline boilerplate. Of the labelled characters that the patterns find in the development data
86 are body and 7,158 noise in articles as they came, 13 and 6,642 in the same articles in one line."""

MIN_WORDS_LEFT = 3
"""Words of a block that must stay. A block with fewer is boilerplate as a whole, which the model decides."""

REACH = 400
"""Characters at the end of a block that are searched; credits and notices are short."""

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
"""Marks that no credit ends with. Most blocks do, and are not searched further."""
MAX_NOTICE = 100
"""Characters of the longest notice."""


class InlineBoilerplate(NamedTuple):
    """A segment of a block that is boilerplate.

    Attributes:
        start: Offset in the block's text, in code points.
        end: Offset of the first code point behind it.
        reason: Reason for its removal.
    """

    start: int
    end: int
    reason: Reason


def find_inline_boilerplate(text: str) -> list[InlineBoilerplate]:
    """Boilerplate in a block that is kept, in order.

    >>> text = "The bridge reopened on Tuesday. Photo: Jo Park/Reuters"
    >>> [(text[start:end], reason) for start, end, reason in find_inline_boilerplate(text)]
    [('Photo: Jo Park/Reuters', 'photo')]
    """
    found = sorted(_find(text))
    words_left, at = 0, 0
    for start, end, _ in found:
        if start < at:  # two patterns matched the same text: the first one counts
            return found[:1]
        words_left += len(text[at:start].split())
        at = end
    return found if words_left + len(text[at:].split()) >= MIN_WORDS_LEFT else []


def _find(text: str) -> Iterator[InlineBoilerplate]:
    shift = max(0, len(text) - REACH)
    tail = text[shift:]
    if match := _search_tail(text, tail):
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        yield InlineBoilerplate(shift + start, len(text), _REASONS[match.re])
    elif ("(" in tail or "[" in tail) and any(hint in tail for hint in _BRACKET_HINTS):
        for match in _PHOTO_BRACKET.finditer(tail):
            yield InlineBoilerplate(shift + match.start(), shift + match.end(), "photo")
    if text.startswith(_NOTICE_HINTS) and (match := _NOTICE_HEAD.match(text)):
        yield InlineBoilerplate(0, len(match[0].rstrip()), "promo")


def _search_tail(text: str, tail: str) -> re.Match[str] | None:
    """Match of the boilerplate at the end. Substrings are searched first: that is much faster than a pattern."""
    if text[-1:] not in SENTENCE_ENDS and (match := _PHOTO_TAIL.search(tail)):
        return match
    if ":" in tail and (match := _LINK_TAIL.search(tail)):
        return match
    end = text[-MAX_NOTICE:]
    return _NOTICE_TAIL.search(tail) if any(hint in end for hint in _NOTICE_HINTS) else None


_REASONS: dict[re.Pattern[str], Reason] = {_PHOTO_TAIL: "photo", _LINK_TAIL: "related", _NOTICE_TAIL: "promo"}
