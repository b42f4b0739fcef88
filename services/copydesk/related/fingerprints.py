"""Fingerprints of texts by winnowing: two texts that share a long enough passage share a fingerprint.

Source: Schleimer, Wilkerson and Aiken (2003), "Winnowing: local algorithms for document fingerprinting".
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from copydesk.related.words import split_words

SHINGLE_WORDS = 4
"""Words of a shingle. Shorter ones are shared by chance."""

WINDOW = 16
"""Shingles of a window, of which one becomes a fingerprint: every shared passage of 19 words is found."""

MAX_WORDS = 20_000
"""Words of a text that count, from its beginning."""

_MULTIPLIERS = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64)

Hashes = npt.NDArray[np.uint64]


def fingerprint(text: str) -> tuple[int, ...]:
    """Fingerprints of a text, each once, in rising order; empty for a text of fewer than four words.

    Each is a hash of 64 bits. A text of n words has about n / 8.
    """
    words = split_words(text)[:MAX_WORDS]
    if len(words) < SHINGLE_WORDS:
        return ()
    shingles = _hash_shingles(words)
    if len(shingles) <= WINDOW:
        return (int(shingles.min()),)
    windows = np.lib.stride_tricks.sliding_window_view(shingles, WINDOW)
    return tuple(int(value) for value in np.unique(windows.min(axis=1)))


def _hash_shingles(words: list[str]) -> Hashes:
    """Hash of every run of four words."""
    hashes = np.fromiter((zlib.crc32(word.encode()) for word in words), np.uint64, len(words))
    count = len(words) - SHINGLE_WORDS + 1
    mixed = np.zeros(count, np.uint64)
    for place, multiplier in enumerate(_MULTIPLIERS):
        mixed += (hashes[place : place + count] + np.uint64(1)) * multiplier  # uint64 wraps around
    # the minimum of a window must not depend on the words' order in any alphabet
    mixed ^= mixed >> np.uint64(31)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(29)
    return mixed


__all__ = ["MAX_WORDS", "fingerprint"]
