"""Rows in which everything that is known of related articles lies: keys, formats, and the changes of one article.

A row belongs to a number, which stands for an article, a group or an utterance, so that the many rows which point to
one stay small. Numbers are given out in the order of arrival and never twice.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

FORMAT = 1
"""Version of these rows."""

COUNTERS_KEY = b"m"

T = TypeVar("T")

Load = Callable[[bytes, type[Any]], Any]
"""Loads the content of a row, as it is now or as it was."""


class Counters(msgspec.Struct, array_like=True):
    """Next number, and the queue of articles that will leave the window."""

    next: int = 1
    head: int = 0
    """Chunk of the queue whose articles leave first."""
    tail: int = 0


class ArticleRow(msgspec.Struct, array_like=True, kw_only=True):
    """An article."""

    number: int
    digest: bytes
    """Digest of the keys that it was indexed by: the same article again changes nothing."""
    group: int
    share: float
    site: int
    """Hash of its site; 0: unknown."""
    fingerprints: bytes
    quotes: list[tuple[str, int]]
    """Id of each traced quotation, and number of its utterance."""
    text_sha256: str
    versions: bytes | None
    """Difference from the version before, as it was published (msgpack)."""
    queued: int
    """Time at which it was put into the queue."""
    indexed: bool = True
    """False once it has left the window: others do not meet it, but its group or utterance lives on."""


class GroupRow(msgspec.Struct, array_like=True, kw_only=True):
    """A group of copies."""

    id: str
    core: str
    """Article whose fingerprints stand for the group: the first, or the oldest that is left; empty: none is left."""
    size: int
    """Fingerprints of that article that are not furniture of its site."""
    origin: str
    count: int
    live: int
    """Number of articles within the window."""


class MemberRow(msgspec.Struct, array_like=True, kw_only=True):
    """An article of a group."""

    article: str
    site: str | None
    at: int | None
    published: bool


class UtteranceRow(msgspec.Struct, array_like=True, kw_only=True):
    """An utterance, as much as is needed to compare words with it."""

    id: str
    text: str
    """The form that all others are compared with: the first to arrive of those that are still there."""
    time: int | None
    """Time of its first article, in milliseconds since 1970; null if it had no date."""
    live: int
    """Number of quotations within the window."""
    more: int
    """Number of quotations that are counted only."""


class SightingRow(msgspec.Struct, array_like=True, kw_only=True):
    """A quotation of an utterance."""

    article: str
    quote: str
    text: str
    """Its words; empty for those of the utterance's row."""
    score: float
    speaker: str | None
    basis: str
    copy_of: str | None


class CardRow(msgspec.Struct, array_like=True, kw_only=True):
    """Facts about an article that are told with each of its quotations."""

    site: str | None
    title: str | None
    url: str | None
    at: int | None
    published: bool
    """True if `at` is the article's own date."""


def article_key(id_: str) -> bytes:
    """Key of an `ArticleRow`."""
    return b"a" + id_.encode()


def card_key(id_: str) -> bytes:
    """Key of a `CardRow`."""
    return b"c" + id_.encode()


def text_key(id_: str) -> bytes:
    """Key of an article's text, compressed."""
    return b"t" + id_.encode()


def group_owner_key(id_: str) -> bytes:
    """Key of the number of a group whose first article is no longer in it."""
    return b"i" + id_.encode()


def utterance_owner_key(id_: str) -> bytes:
    """Key of the number of an utterance whose first quotation is no longer in it."""
    return b"j" + id_.encode()


def group_key(number: int) -> bytes:
    """Key of a `GroupRow`."""
    return b"g" + struct.pack(">Q", number)


def members_key(number: int) -> bytes:
    """Key of the list of a group's members."""
    return b"h" + struct.pack(">Q", number)


def utterance_key(number: int) -> bytes:
    """Key of an `UtteranceRow`."""
    return b"u" + struct.pack(">Q", number)


def sightings_key(number: int) -> bytes:
    """Key of the list of an utterance's quotations."""
    return b"v" + struct.pack(">Q", number)


def fingerprint_key(fingerprint: bytes) -> bytes:
    """Key of the articles under a fingerprint."""
    return b"f" + fingerprint


def shingle_key(shingle: int) -> bytes:
    """Key of the utterances under a shingle."""
    return b"q" + struct.pack(">I", shingle)


def queue_key(chunk: int) -> bytes:
    """Key of a chunk of the queue."""
    return b"e" + struct.pack(">Q", chunk)


class Rows:
    """Rows as one article finds them, and as it leaves them."""

    def __init__(self, read: Callable[[list[bytes]], list[bytes | None]]) -> None:
        """Read by this function: keys to values, None for a key without a row."""
        self._read = read
        self._stored: dict[bytes, bytes | None] = {}
        self._written: dict[bytes, bytes | None] = {}

    def prefetch(self, keys: Iterable[bytes]) -> None:
        """Read rows that will be needed, all at once."""
        missing = [key for key in dict.fromkeys(keys) if key not in self._stored]
        if missing:
            self._stored.update(zip(missing, self._read(missing), strict=True))

    def get(self, key: bytes) -> bytes | None:
        """Value of a row as it is now, or None."""
        if key in self._written:
            return self._written[key]
        return self.before(key)

    def before(self, key: bytes) -> bytes | None:
        """Value of a row as the article found it, or None."""
        if key not in self._stored:
            self.prefetch([key])
        return self._stored[key]

    def load(self, key: bytes, type_: type[T]) -> T | None:
        """Content of a row as it is now, or None."""
        return _decode(self.get(key), type_)

    def load_before(self, key: bytes, type_: type[T]) -> T | None:
        """Content of a row as the article found it, or None."""
        return _decode(self.before(key), type_)

    def put(self, key: bytes, value: bytes | None) -> None:
        """Write a row; None removes it."""
        self._written[key] = value

    def store(self, key: bytes, content: object) -> None:
        """Write the content of a row."""
        self._written[key] = msgspec.msgpack.encode(content)

    @property
    def changes(self) -> dict[bytes, bytes | None]:
        """Rows that are other than the article found them."""
        self.prefetch(self._written)
        return {key: value for key, value in self._written.items() if value != self._stored[key]}


def _decode(value: bytes | None, type_: type[T]) -> T | None:
    return None if value is None else msgspec.msgpack.decode(value, type=type_)


def claim_id(rows: Rows, owner_key: Callable[[str], bytes], id_: str, number: int) -> str:
    """Id for a new group or utterance: this one, unless it still stands for one that its article has left."""
    claimed = id_
    while rows.get(owner_key(claimed)) is not None:
        claimed += "+2"
    if claimed != id_:
        rows.store(owner_key(claimed), number)
    return claimed


__all__ = [
    "FORMAT",
    "ArticleRow",
    "CardRow",
    "Counters",
    "GroupRow",
    "Load",
    "MemberRow",
    "Rows",
    "SightingRow",
    "UtteranceRow",
    "claim_id",
]
