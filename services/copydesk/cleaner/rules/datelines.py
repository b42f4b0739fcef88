"""Dateline of an article: place, date and agency before the first sentence."""

from __future__ import annotations

import re

HEAD = 120
"""Characters at the start of a text in which a dateline is sought."""

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
    match = _DATELINE.match(text[:HEAD])
    return match["dateline"] if match else None
