"""Headlines of other stories between two paragraphs: too rare in labelled pages for the model to learn them."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.cleaner.rules.block_shape import BlockShape

MIN_WORDS = 10
"""Words from which a headline directly between two paragraphs is hardly a sub-head of the article. In the development
data 50 of 64 such lines are noise; of those with seven to nine words 34 of 85 are."""

MAX_HEADLINES = 2
"""Number of such lines past which none counts: an article with many of them has written them itself."""

MAX_CHARACTERS = 200
"""Characters from which a line is no headline."""

MIN_SENTENCE_WORDS = 8
"""Words from which a neighbour counts as a paragraph. So few, because reports have many one-line quotations."""

MIN_LAST_WORDS = 5
"""Words of a headline below the last paragraph, which is a sub-head of nothing. Of 67 such lines of the labelled data
51 are noise; of the other 16 most are credits and links."""

MIN_BLOCKS = 3
"""Blocks of a text whose last one may be such a headline."""

LONE_HEADLINE_NOISE = 0.8
"""Probability of noise of such a line: the share above, rounded up because some of the 14 are links to stories too."""


def find_lone_headlines(shapes: Sequence[BlockShape]) -> list[int]:
    """Numbers of the long headlines that stand directly between two paragraphs.

    >>> story = "Putin said on Monday that the troops would leave."
    >>> lines = [story, "Putin Visiting Egypt, Turkey To Discuss Bilateral Ties, Middle East Situation", story]
    >>> find_lone_headlines([BlockShape(line) for line in lines])
    [1]
    """
    headlines = [
        number
        for number, shape in enumerate(shapes[1:-1], 1)
        # cheap checks first: most blocks are prose, which ends with a full stop
        if shape.text[-1:] != "."
        and len(shape.text) < MAX_CHARACTERS
        and shape.size >= MIN_WORDS
        and shape.is_headline
        and not shape.ends_sentence
        and not shape.text[:1].isdigit()
        and 2 * shape.capitals >= shape.size
        and _is_sentence(shapes[number - 1])
        and _is_sentence(shapes[number + 1])
    ]
    return headlines if len(headlines) <= MAX_HEADLINES else []


def find_last_headline(shapes: Sequence[BlockShape]) -> int | None:
    """Number of the headline that ends the text right below a paragraph, or None.

    >>> story = "Putin said on Monday that all of the troops of the base would leave before May."
    >>> find_last_headline([BlockShape(line) for line in (story, story, "Singer crowned queen of the jungle")])
    2
    """
    if len(shapes) < MIN_BLOCKS:
        return None
    last = shapes[-1]
    if (
        len(last.text) < MAX_CHARACTERS
        and last.size >= MIN_LAST_WORDS
        and last.is_headline
        and not last.ends_sentence
        and not last.text[-1].isdigit()  # a result
        and shapes[-2].is_paragraph
    ):
        return len(shapes) - 1
    return None


def _is_sentence(shape: BlockShape) -> bool:
    return shape.size >= MIN_SENTENCE_WORDS and shape.ends_sentence and shape.first is None
