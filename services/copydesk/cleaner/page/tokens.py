"""Words of a page's blocks as numbers, for comparisons of one text with another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from copydesk.cleaner.model.columns import Floats, Numbers

WIDE = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Characters of scripts without blanks between words (Thai, Lao, Burmese, Khmer, Japanese, Chinese): each counts as a
token of its own."""

RUN = 4
"""Tokens of the runs that two texts are compared by."""

_TOKEN = re.compile(f"[{WIDE}]|[^\\W_{WIDE}]+")
_ASCII_TOKEN = re.compile("[a-z0-9]+")
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5], np.uint64)


class TokenTable(NamedTuple):
    """Tokens of several texts, one text behind the other.

    Attributes:
        words: Tokens of each text.
        ids: Number of each token, over all texts.
        starts: Place of the first token of each text; one more at the end.
    """

    words: list[list[str]]
    ids: Numbers
    starts: Numbers

    @property
    def counts(self) -> Numbers:
        """Number of tokens of each text."""
        return np.diff(self.starts)


def find_tokens(text: str) -> list[str]:
    """Tokens of a text in small letters: words, or single characters of scripts without blanks.

    >>> find_tokens("The pier, 1887"), find_tokens("東京 Tokyo")
    (['the', 'pier', '1887'], ['東', '京', 'tokyo'])
    """
    low = text.lower()
    return _ASCII_TOKEN.findall(low) if low.isascii() else _TOKEN.findall(low)


def tabulate(texts: Sequence[str], numbers: dict[str, int]) -> TokenTable:
    """The tokens of some texts.

    Args:
        texts: The texts.
        numbers: Number of each token that was seen before; new ones are added.
    """
    words = [find_tokens(text) for text in texts]
    flat = [numbers.setdefault(word, len(numbers)) for tokens in words for word in tokens]
    starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(tokens) for tokens in words], out=starts[1:])
    return TokenTable(words, np.array(flat, np.int64), starts)


def _hash_runs(ids: Numbers) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    """Hash of the run that begins at each token."""
    size = max(0, len(ids) - RUN + 1)
    numbers = ids.astype(np.uint64) + np.uint64(1)
    hashes = np.zeros(size, np.uint64)
    for place, factor in enumerate(_FACTORS):
        hashes += numbers[place : place + size] * factor
        hashes ^= hashes >> np.uint64(29)
    return hashes


def measure_agreement(table: TokenTable, reference: str, numbers: dict[str, int]) -> Floats:
    r"""Share of each text's runs of four tokens that stand in a reference; 1 or 0 for texts that are shorter.

    A text too short for a run counts as a part of the reference if it is a whole line of it.

    Args:
        table: Tokens of the texts.
        reference: The text to compare with.
        numbers: Numbers of the tokens.

    >>> numbers = {}
    >>> table = tabulate(["one two three four five", "six", "seven"], numbers)
    >>> measure_agreement(table, "one two three four five\nsix", numbers).tolist()
    [1.0, 1.0, 0.0]
    """
    shares = np.zeros(len(table.words), np.float32)
    if not reference:
        return shares
    lines = tabulate(reference.split("\n"), numbers)
    counts = table.counts
    whole = {tuple(words) for words in lines.words if len(words) <= 2 * RUN}
    for number in np.flatnonzero((counts > 0) & (counts < RUN + 2)).tolist():
        shares[number] = tuple(table.words[number]) in whole
    if len(table.ids) >= RUN and len(lines.ids) >= RUN:
        found = np.isin(_hash_runs(table.ids), _hash_runs(lines.ids))
        hits = np.concatenate([[0], np.cumsum(found)])
        first = table.starts[:-1]
        last = np.maximum(first, table.starts[1:] - RUN + 1)
        limit = len(hits) - 1
        runs = last - first
        long = counts >= RUN + 2
        inside = hits[np.minimum(last, limit)] - hits[np.minimum(first, limit)]
        shares[long] = (inside / np.maximum(1, runs))[long]
    return shares
