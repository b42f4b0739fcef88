"""Words of a text as texts are compared, and how much each of them tells."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

FILE = "word-weights-1.tsv"

_WORD = re.compile(r"\w+(?:'\w+)*")


def split_words(text: str) -> list[str]:
    """Words in lower case, with straight apostrophes.

    >>> split_words("It’s “over”, she said.")
    ["it's", 'over', 'she', 'said']
    """
    return _WORD.findall(text.lower().replace("’", "'"))


class WordWeights:
    """Inverse document frequencies: a rare word that two texts share tells more than a common one."""

    def __init__(self, documents: int, counts: Mapping[str, int]) -> None:
        """Weigh by these counts.

        Args:
            documents: Number of documents that were counted.
            counts: Number of documents that hold each word; rarer words may be left out.
        """
        self._documents = documents
        self._weights = {word: self._weigh(count) for word, count in counts.items()}
        self._unknown = self._weigh(0)

    def _weigh(self, count: int) -> float:
        return math.log((self._documents + 1) / (count + 0.5))

    def __getitem__(self, word: str) -> float:
        """Weight of a word, in nats."""
        return self._weights.get(word, self._unknown)


@cache
def load_weights() -> WordWeights:
    """The shipped weights; see `word-weights-1.card.md`."""
    head, *lines = (files("copydesk.related") / FILE).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines)
    return WordWeights(int(head), {word: int(count) for word, count in pairs})


__all__ = ["FILE", "WordWeights", "load_weights", "split_words"]
