"""Keys of texts: blocks that differ only in digits, links or marks have the same key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import NamedTuple

from copydesk.contracts.articles import find_host

KEY_BYTES = 6
"""Size of a key. Among the few thousand texts of a site two share one by chance once in 10^7 sites."""

EDGE_WORDS = 4
"""Number of first or last words that make a key of their own."""

_LINK = re.compile(r"https?://\S+|www\.\S+|\b[\w.-]+\.(?:com|org|net|co|ly|me|tv|uk|io)(?:/\S*)?\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_DIGITS = re.compile(r"\d+")


class TextKeys(NamedTuple):
    """Keys of one text."""

    words: int
    """Number of its words."""

    whole: str
    """Key of the whole text; empty for a text without words."""

    start: str = ""
    """Key of its first four words; empty for a text that has no other words."""

    end: str = ""


def make_keys(text: str) -> TextKeys:
    """Keys of a text.

    >>> make_keys("Read 12 more stories").whole == make_keys("Read 7 more stories!").whole
    True
    """
    words = split_words(text)
    if not words:
        return TextKeys(0, "")
    if len(words) <= EDGE_WORDS:
        return TextKeys(len(words), _hash("", words))
    return TextKeys(len(words), _hash("", words), _hash("s", words[:EDGE_WORDS]), _hash("e", words[-EDGE_WORDS:]))


def split_words(text: str) -> list[str]:
    """Words of a text as they are compared: lower case, numbers as 0, links as one word.

    >>> split_words("Follow us: https://example.org/a?b or call 555-1234")
    ['follow', 'us', 'link', 'or', 'call', '0', '0']
    """
    text = text.lower()
    if "." in text:  # nearly all texts without a full stop have no link
        text = _LINK.sub(" link ", text)
    return _WORD.findall(_DIGITS.sub("0", text.replace("’", "'")))


def find_site_host(url: str | None) -> str | None:
    """Host under which a site is remembered: that of the URL, without `www.`; None if it has none.

    >>> find_site_host("https://www.Example.org:8080/a")
    'example.org'
    """
    host = find_host(url) if url else None
    return host.removeprefix("www.") if host else None


def _hash(kind: str, words: Sequence[str]) -> str:
    data = f"{kind}\n{' '.join(words)}".encode("utf-8", "replace")
    return hashlib.blake2b(data, digest_size=KEY_BYTES).hexdigest()


__all__ = ["TextKeys", "find_site_host", "make_keys", "split_words"]
