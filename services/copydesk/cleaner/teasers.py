"""Other stories inside the article: a foreign headline with its first paragraph, a lone headline between paragraphs.

Two rules beside the fitted weights: both cases are too rare in labelled pages to be learned from them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from copydesk.cleaner.shapes import Shape

FOREIGN_SHARE = 0.12
"""Most of a block's content words that may stand in the article's paragraphs too, for the block to be foreign. By
chance two unrelated stories share about this much ("people", "year")."""

MIN_CONTENT = 5
"""Content words a paragraph must have to be called foreign: with fewer, sharing none is chance."""

MIN_PARAGRAPHS = 4
"""Full paragraphs the article must have: a shorter one has too few words to be shared."""

MAX_TEASERS = 2
"""Pairs an article may have: one with more is a list of products or recipes, where every item is its own story."""

TEASER_NOISE = 0.93
"""Probability of noise of such a pair behind the last paragraph that belongs: above every threshold one would set,
below what labels get."""

WITHIN_NOISE = 0.85
"""The same where the article goes on behind the pair: headline and paragraph in the middle may be a new section."""

LONG_HEADLINE = 10
"""Words from which a headline directly between two paragraphs is hardly a sub-head of the article: on the development
data 50 of 64 such lines are furniture; of those with seven to nine words 34 of 85 are."""

MAX_LONG_HEADLINES = 2
"""Such lines that an article may have: a row of them are its own."""

LONG_HEADLINE_NOISE = 0.8
"""Probability of noise of such a line: the share above, rounded up, for some of the 14 are links to stories too."""


def find_lone_headlines(shapes: Sequence[Shape]) -> dict[int, float]:
    """Probability of noise of the long headlines that stand directly between two paragraphs.

    Args:
        shapes: The blocks in order.
    """
    found = [
        number
        for number in range(1, len(shapes) - 1)
        if (shape := shapes[number]).size >= LONG_HEADLINE
        and shape.is_headline
        and not shape.ends_sentence
        and not shape.text[:1].isdigit()
        and 2 * shape.capitals >= shape.size
        and _is_sentence(shapes[number - 1])
        and _is_sentence(shapes[number + 1])
    ]
    return dict.fromkeys(found, LONG_HEADLINE_NOISE) if len(found) <= MAX_LONG_HEADLINES else {}


def _is_sentence(shape: Shape) -> bool:
    # a one-line quotation is a paragraph here: reports have many
    return shape.size >= 8 and shape.ends_sentence and shape.first is None


def find_teasers(shapes: Sequence[Shape], noise: Sequence[float]) -> dict[int, float]:
    """Probability of noise of the blocks that are a foreign headline or the paragraph under it.

    Args:
        shapes: The blocks in order.
        noise: Probability of noise of each by its cues.
    """
    full = [number for number, shape in enumerate(shapes) if shape.is_paragraph and noise[number] < 0.5]
    if len(full) < MIN_PARAGRAPHS:
        return {}
    topics: Counter[str] = Counter()
    for number in full:
        topics.update(shapes[number].content | shapes[number].names)
    known = set(full)
    foreign = [
        _is_foreign(shape, topics, own=number in known) if shape.size >= 3 else None
        for number, shape in enumerate(shapes)
    ]
    last = max((number for number in full if not foreign[number]), default=-1)
    found: dict[int, float] = {}
    for number, shape in enumerate(shapes[:-1]):
        below = shapes[number + 1]
        if (
            number > full[0]
            and shape.is_headline
            and not shape.ends_sentence
            and foreign[number]
            and foreign[number + 1]
            and below.is_paragraph
            and len(below.content) >= MIN_CONTENT
        ):
            value = TEASER_NOISE if number > last else WITHIN_NOISE
            found[number] = found[number + 1] = value
    return found if len(found) <= 2 * MAX_TEASERS else {}


def _is_foreign(shape: Shape, topics: Counter[str], *, own: bool) -> bool:
    """Whether hardly a word of the block stands in another paragraph of the article."""
    floor = 1 if own else 0
    content = shape.content
    if not content or any(topics[name] > floor for name in shape.names):
        return False
    return sum(topics[word] > floor for word in content) <= FOREIGN_SHARE * len(content)
