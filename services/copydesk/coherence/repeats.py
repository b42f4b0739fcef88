"""Repeats: units whose words are in another unit, too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from copydesk.coherence.units import ArticleUnit

MAX_REPEAT_WORDS = 60
"""Words of the longest unit that is looked for in others. Captions, headlines and pull quotes are shorter."""

MAX_CONTAINER_WORDS = 400
"""Words of the longest unit that is searched. Paragraphs are shorter; keeps the time for a hostile article linear."""

MAX_CONTAINERS = 8
"""Units that are searched for one repeat; for the same reason."""


class Repeat(NamedTuple):
    """The unit that another unit repeats.

    Args:
        original: Index of the repeated unit.
        is_whole: True if both have the same words, False if the original has more.
    """

    original: int
    is_whole: bool


def find_repeats(units: Sequence[ArticleUnit], min_words: int) -> dict[int, Repeat]:
    """Units that repeat another unit, by index.

    Of two equal units, the original is the kept one, else the first. If one contains the other, it is the longer.

    Args:
        units: Units of the article.
        min_words: Words of the shortest repeat. Units of fewer words recur by chance.
    """
    words_of = [unit.words if unit.word_count <= MAX_CONTAINER_WORDS else () for unit in units]
    repeats: dict[int, Repeat] = {}
    originals: dict[tuple[str, ...], int] = {}
    for number in sorted(range(len(units)), key=lambda number: not units[number].kept):  # stable: kept first, in order
        words = words_of[number]
        if len(words) < min_words:
            continue
        original = originals.setdefault(words, number)
        if original != number:
            repeats[number] = Repeat(original, is_whole=True)
    containers = _find_containers(originals, min_words)
    for words, number in originals.items():
        if len(words) > MAX_REPEAT_WORDS:
            continue
        line = f" {' '.join(words)} "
        for container in containers.get(words[:min_words], ()):
            longer = words_of[container]
            if len(longer) > len(words) and line in f" {' '.join(longer)} ":
                repeats[number] = Repeat(container, is_whole=False)
                break
    return repeats


def _find_containers(originals: dict[tuple[str, ...], int], min_words: int) -> dict[tuple[str, ...], list[int]]:
    """Units that hold the first words of a short unit anywhere, by these words."""
    openings = {words[:min_words] for words in originals if len(words) <= MAX_REPEAT_WORDS}
    containers: dict[tuple[str, ...], list[int]] = {}
    for words, number in originals.items():
        for start in range(len(words) - min_words + 1):
            opening = words[start : start + min_words]
            if opening in openings:
                numbers = containers.setdefault(opening, [])
                if len(numbers) < MAX_CONTAINERS and number not in numbers:
                    numbers.append(number)
    return containers
