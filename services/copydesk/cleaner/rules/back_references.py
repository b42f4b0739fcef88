"""Paragraphs that refer to what stands before them: no editor puts such a paragraph in as the teaser of a story."""

from __future__ import annotations

from collections.abc import Sequence

FIRST_WORDS = 4
"""Words among which "he" stands for somebody that was named before: "In December, he asked a caller"."""

QUOTES = ('"', "“", "‘", "'", "«", "„")
"""Marks before speech. What somebody goes on to say is part of the story, whatever it is about."""

_SUBJECTS = frozenset(("he", "she", "they", "it"))
_FIRST = frozenset(
    "his her their its this that these those"  # noqa: SIM905 - words read best as words
    " and also besides but furthermore hence however instead likewise meanwhile moreover nevertheless nonetheless nor"
    " or otherwise similarly so still then therefore thus well yet".split()
)


def refers_back(text: str, words: Sequence[str]) -> bool:
    """True for a paragraph that goes on with what stands before it: speech, a pronoun, "but".

    Args:
        text: The paragraph.
        words: Its words in small letters.

    >>> refers_back("He has, however, been criticised.", ("he", "has", "however", "been", "criticised"))
    True
    >>> refers_back("A pop star has a new haircut.", ("a", "pop", "star", "has", "a", "new", "haircut"))
    False
    """
    return (
        text.startswith(QUOTES)
        or not _SUBJECTS.isdisjoint(words[:FIRST_WORDS])
        or (len(words) > 0 and words[0] in _FIRST)
    )
