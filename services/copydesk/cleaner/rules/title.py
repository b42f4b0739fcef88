"""The article's headline, and the blocks that repeat it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from copydesk.cleaner.rules.block_shape import BlockShape, fold
from copydesk.cleaner.rules.phrases import find_whole

MAX_HEADLINE_PLACE = 3
"""Blocks at the top among which a headline is sought: a section label or a share line may stand above it."""

FIRST_WORD_WITHIN = 80
"""Characters at the start of a repeat that hold the first word of the title; only marks stand before it."""

MIN_TITLE_WORDS = 2
"""Words of a title whose repeats are sought: a single word stands on a page for many reasons."""
MAX_TITLE_WORDS = 40
"""Words of the longest block that may be a title with a site's name."""

_SITE_SEPARATOR = re.compile(r"\s[|–—»·-]\s")


def find_headline(shapes: Sequence[BlockShape]) -> int | None:
    """Number of the block that is the headline of a text without a given title, or None.

    A headline has the shape of one and stands before the first paragraph, with only labels above it.

    >>> text = ["News", "Council votes to reopen bridge", "The council voted on Tuesday. " * 4]
    >>> find_headline([BlockShape(line.strip()) for line in text])
    1
    """
    if not any(shape.is_paragraph for shape in shapes):
        return None
    for number, shape in enumerate(shapes[:MAX_HEADLINE_PLACE]):
        if shape.is_paragraph:
            return None
        if find_whole(shape.words) is not None:  # "We value your privacy"
            continue
        if shape.is_headline and shape.first is None and shape.last is None and not _is_prose(shape):
            return number
        if shape.size > 3 and not (shape.first or shape.last):
            return None
    return None


def _is_prose(shape: BlockShape) -> bool:
    # a long line with hardly a capital is a standfirst or the first sentence of the text
    return shape.size > 15 and shape.capitals * 4 < shape.size


def find_repeats(shapes: Sequence[BlockShape], title: str) -> list[int]:
    """Numbers of the blocks that say just the title, with or without the site's name behind it.

    >>> find_repeats([BlockShape("Bridge to reopen"), BlockShape("A bridge.")], "Bridge to reopen | The Post")
    [0]
    """
    wanted = {BlockShape(part).words for part in (title, _SITE_SEPARATOR.split(title)[0])}
    wanted = {words for words in wanted if len(words) >= MIN_TITLE_WORDS}
    if not wanted:
        return []
    max_words = 3 * max(map(len, wanted))
    # a repeat is not much longer than the title and has its first word: no other block is split into words
    max_characters = 3 * len(title) + 40
    first_words = {words[0] for words in wanted}
    repeats = []
    for number, shape in enumerate(shapes):
        if len(shape.text) > max_characters:
            continue
        begin = fold(shape.text[:FIRST_WORD_WITHIN])
        if any(word in begin for word in first_words) and (
            (len(shape.words) <= max_words and shape.words in wanted) or _without_site(shape) in wanted
        ):
            repeats.append(number)
    return repeats


def _without_site(shape: BlockShape) -> tuple[str, ...]:
    if shape.size > MAX_TITLE_WORDS or not (match := _SITE_SEPARATOR.search(shape.text)):
        return ()
    return BlockShape(shape.text[: match.start()]).words
