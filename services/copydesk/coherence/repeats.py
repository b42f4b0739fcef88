"""Repeats: units whose words stand in another unit too."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.coherence.units import Unit

LONGEST = 60
"""Words of the longest unit that is looked for in others: captions, headlines and pull quotes are shorter."""
LONGEST_HOST = 400
"""Words of the longest unit that is searched; paragraphs are shorter. Keeps a hostile article linear."""
MOST_HOSTS = 8
"""Units searched for one repeat at most; ditto."""


def find_repeats(units: Sequence[Unit], least_words: int) -> dict[int, tuple[int, bool]]:
    """For every unit that repeats another one: which, and whether it is the whole of it.

    Of two equal units the kept one is the original, else the first; of two where one holds the other, the longer.

    Args:
        units: The article's units.
        least_words: Units of fewer words recur by chance and are no repeats.
    """
    spoken = [unit.spoken if unit.count <= LONGEST_HOST else () for unit in units]
    repeats: dict[int, tuple[int, bool]] = {}
    originals: dict[tuple[str, ...], int] = {}
    for number in sorted(range(len(units)), key=lambda number: not units[number].kept):  # stable: kept first, in order
        words = spoken[number]
        if len(words) < least_words:
            continue
        original = originals.setdefault(words, number)
        if original != number:
            repeats[number] = original, True
    sought = {words[:least_words] for words in originals if len(words) <= LONGEST}
    hosts: dict[tuple[str, ...], list[int]] = {}
    for number in originals.values():
        words = spoken[number]
        for at in range(len(words) - least_words + 1):
            opening = words[at : at + least_words]
            if opening in sought:
                found = hosts.setdefault(opening, [])
                if len(found) < MOST_HOSTS and number not in found:
                    found.append(number)
    for words, number in originals.items():
        if len(words) > LONGEST:
            continue
        inside = f" {' '.join(words)} "
        for host in hosts.get(words[:least_words], ()):
            if len(spoken[host]) > len(words) and inside in f" {' '.join(spoken[host])} ":
                repeats[number] = host, False
                break
    return repeats
