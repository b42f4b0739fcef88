"""The article's headline, and which blocks repeat it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.cleaner.rules.phrases import find_whole
from copydesk.cleaner.rules.shapes import Shape, fold

LOOK_AT = 3
"""Blocks at the top among which a headline is sought: a section label or a share line may stand above it."""

FIRST_WORD_WITHIN = 80
"""Characters of a repeat within which the first word of the title stands; before it are marks at most."""

_SITE = re.compile(r"\s[|–—»·-]\s")


def find_headline(shapes: Sequence[Shape]) -> int | None:
    """Number of the block that is the headline of a text whose title nobody gave, or None.

    It is headline-shaped, stands before the first paragraph with only labels above it, and a paragraph follows.

    >>> text = ["News", "Council votes to reopen bridge", "The council voted on Tuesday. " * 4]
    >>> find_headline([Shape(line.strip()) for line in text])
    1
    """
    if not any(shape.is_paragraph for shape in shapes):
        return None
    for number, shape in enumerate(shapes[:LOOK_AT]):
        if shape.is_paragraph:
            return None
        if find_whole(shape.words) is not None:  # "We value your privacy"
            continue
        if shape.is_headline and shape.first is None and shape.last is None and not _is_prose(shape):
            return number
        if shape.size > 3 and not (shape.first or shape.last):
            return None
    return None


def _is_prose(shape: Shape) -> bool:
    # one sentence with a comma and hardly a capital is a standfirst or the first line of the text
    return shape.size > 15 and shape.capitals * 4 < shape.size


def find_repeats(shapes: Sequence[Shape], title: str) -> list[int]:
    """Numbers of the blocks that say just the title (with or without the site's name behind it)."""
    wanted = {Shape(part).words for part in (title, _SITE.split(title)[0])}
    wanted = {words for words in wanted if len(words) >= 2}
    longest = 3 * max(map(len, wanted), default=0)
    if not wanted:
        return []
    # a repeat is not much longer than the title and has its first word: other blocks need not be taken apart
    room = 3 * len(title) + 40
    firsts = {words[0] for words in wanted}
    found = []
    for number, shape in enumerate(shapes):
        if len(shape.text) > room:
            continue
        begin = fold(shape.text[:FIRST_WORD_WITHIN])
        if any(first in begin for first in firsts) and (
            (len(shape.words) <= longest and shape.words in wanted) or _without_site(shape) in wanted
        ):
            found.append(number)
    return found


def _without_site(shape: Shape) -> tuple[str, ...]:
    if shape.size > 40 or not (match := _SITE.search(shape.text)):
        return ()
    return Shape(shape.text[: match.start()]).words
