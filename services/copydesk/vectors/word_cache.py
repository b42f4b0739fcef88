"""Cache of one value per word, with bounded memory."""

from __future__ import annotations

from typing import Generic, TypeVar

GENERATION = 10_000
"""Words in a generation. A full generation becomes the old one, and words that are met again are taken over from it:
at most twice as many words are in memory. A few hundred articles fill both; they hold nine in ten words of the next."""

Value = TypeVar("Value")


class WordCache(dict[str, Value], Generic[Value]):
    """Values by word, each computed when its word is first looked up. A subclass defines `compute`.

    The cache changes the speed only: `compute` must give equal words equal values.

    Args:
        max_letters: Length of the longest word that is kept. Hostile words have megabytes.

    >>> class Lengths(WordCache[int]):
    ...     def compute(self, word: str) -> int:
    ...         return len(word)
    >>> lengths = Lengths(max_letters=6)
    >>> lengths["bridge"], lengths["harbour"], list(lengths)
    (6, 7, ['bridge'])
    """

    def __init__(self, max_letters: int) -> None:
        """Start with an empty cache."""
        super().__init__()
        self.max_letters = max_letters
        self.old: dict[str, Value] = {}

    def compute(self, word: str) -> Value:
        """Value of a word that is not in the cache."""
        raise NotImplementedError

    def __missing__(self, word: str) -> Value:
        """Value of a word that the current generation has not met."""
        if len(word) > self.max_letters:
            return self.compute(word)
        if len(self) >= GENERATION:
            self.old = dict(self)
            self.clear()
        value = self[word] = self.old.get(word) or self.compute(word)
        return value
