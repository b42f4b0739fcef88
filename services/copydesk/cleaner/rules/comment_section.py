"""Comments of readers below the text: prose by many hands, which no look at a single line can tell from the story."""

from __future__ import annotations

import re
from collections.abc import Sequence

COMMENT_NOISE = 0.9
"""Probability of noise of everything from the heading of the comments on."""

MIN_SENTENCE_WORDS = 8
"""Words of a sentence above the heading: without any, the comments are all there is."""

_HEADING = re.compile(
    r"(?:view |show |read |all )?(?:\d{1,6}|the|reader|readers'?|your)? ?(?:comments?|replies|responses)"
    r"(?: ?[(:|-] ?\d{1,6}\)?| \d{1,6})?:?",
    re.IGNORECASE,
)
_CONTROLS = re.compile(
    r"(?:\W*(?:reply|replies|likes?|dislike|report|share|flag|quote|up ?votes?|down ?votes?|permalink|edit"
    r"|delete|recommend"
    r"|hide|more|\d{1,6}|(?:\d{1,3}|an?) (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?) ago)\b\W*){1,8}",
    re.IGNORECASE,
)
_POSTED = re.compile(
    r"\S{2,40}(?: \S{1,30}){0,2},? (?:\d{1,3}|an?) (?:minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?) ago",
    re.IGNORECASE,
)

MIN_CONTROLS = 1
"""Lines below the heading that only comments have: buttons under each, or a name with the age of the comment."""


def find_comment_section(texts: Sequence[str]) -> int | None:
    """Number of the block with which the comments of readers begin, or None.

    >>> story = ["The council voted on Tuesday to rebuild the pier.", "2 comments", "ann", "Shame!", "Reply Like (7)"]
    >>> find_comment_section(story)
    1
    """
    has_sentence = False
    for number, text in enumerate(texts):
        if has_sentence and len(text) < 40 and _HEADING.fullmatch(text):
            below = texts[number + 1 :]
            if sum(_is_of_comments(line) for line in below) >= MIN_CONTROLS:
                return number
        has_sentence = has_sentence or len(text.split()) >= MIN_SENTENCE_WORDS
    return None


def _is_of_comments(line: str) -> bool:
    return len(line) < 80 and (
        _POSTED.fullmatch(line) is not None
        or (any(char.isalpha() for char in line) and _CONTROLS.fullmatch(line) is not None)
    )
