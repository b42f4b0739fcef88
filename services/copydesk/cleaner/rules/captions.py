"""Caption and credit in the words under a photograph."""

from __future__ import annotations

import re

MAX_CREDIT_WORDS = 14
"""Words of the longest credit. A longer line is a caption that mentions an agency."""
MIN_CAPTION_WORDS = 3
"""Words of the shortest caption. The name before "Getty Images" is the photographer's."""
TAIL = 200
"""Characters at the end of a block in which a credit is sought."""

_CREDIT = re.compile(
    r"[\[(]?\b(?:photo(?:graph)?s?(?: by| courtesy| credit)?|images?(?: by| courtesy| credit| source)?|pictures?"
    r"|credits?|courtesy of|source|via)\s?[:/]?\s"
    r"|[\[(](?:photo|image|picture|ap|reuters|afp|getty)\b"
    r"|\b[\w.'’-]{2,30}(?: [\w.'’-]{2,30})? ?/ ?(?:getty|ap|afp|reuters|epa|shutterstock|alamy)\b"
    r"|\b(?:getty images|ap photo|shutterstock|reuters|associated press)$",
    re.IGNORECASE,
)


def split_caption(text: str) -> tuple[str | None, str | None]:
    """Caption and credit of a block; either may be None.

    >>> split_caption("The harbour bridge on Tuesday. (Photo: Jo Park/Reuters)")
    ('The harbour bridge on Tuesday.', '(Photo: Jo Park/Reuters)')
    """
    tail = text[-TAIL:]
    start = next((match.start() for match in _CREDIT.finditer(tail) if _is_short(tail[match.start() :])), None)
    if start is None:
        return text, None
    start += max(0, len(text) - TAIL)
    caption = text[:start].rstrip()
    if len(caption.split()) < MIN_CAPTION_WORDS:
        return None, text
    return caption, text[start:].strip()


def _is_short(text: str) -> bool:
    return len(text.split()) <= MAX_CREDIT_WORDS
