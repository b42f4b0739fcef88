"""Headlines of other stories between two paragraphs: too rare in labelled pages for the model to be sure of them."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.cleaner.rules.shapes import Shape

LONG_HEADLINE = 10
"""Words from which a headline directly between two paragraphs is hardly a sub-head of the article: on the development
data 50 of 64 such lines are furniture; of those with seven to nine words 34 of 85 are."""

MAX_LONG_HEADLINES = 2
"""Such lines that an article may have: a row of them are its own."""

LONG_HEADLINE_NOISE = 0.8
"""Probability of noise of such a line: the share above, rounded up, for some of the 14 are links to stories too."""


def find_lone_headlines(shapes: Sequence[Shape]) -> list[int]:
    """Numbers of the long headlines that stand directly between two paragraphs.

    >>> story = "Putin said on Monday that the troops would leave."
    >>> lines = [story, "Putin Visiting Egypt, Turkey To Discuss Bilateral Ties, Middle East Situation", story]
    >>> find_lone_headlines([Shape(line) for line in lines])
    [1]
    """
    found = [
        number
        for number, shape in enumerate(shapes[1:-1], 1)
        # most blocks are prose, which ends with a full stop: they need not be taken apart
        if shape.text[-1:] != "."
        and len(shape.text) < MAX_CHARACTERS
        and shape.size >= LONG_HEADLINE
        and shape.is_headline
        and not shape.ends_sentence
        and not shape.text[:1].isdigit()
        and 2 * shape.capitals >= shape.size
        and _is_sentence(shapes[number - 1])
        and _is_sentence(shapes[number + 1])
    ]
    return found if len(found) <= MAX_LONG_HEADLINES else []


MAX_CHARACTERS = 200
"""Longer blocks are no headline: they need not be looked at."""


def _is_sentence(shape: Shape) -> bool:
    # a one-line quotation is a paragraph here: reports have many
    return shape.size >= 8 and shape.ends_sentence and shape.first is None
