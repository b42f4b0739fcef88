"""Articles of the same text on other sites, in one pass over the articles in the order in which they come.

An article joins the group with whose core it shares most, and never another one later. The core is the group's first
article, not all of them: one round-up among the copies would bring its other stories into the group (made copies: F of
the pairs .89 with all, .96 with the core). Two groups are never joined: an article that holds the texts of both may be
the whole of which they are parts, or a round-up of two stories, and nothing tells the two apart. A fingerprint that
another text of the same site has shown is furniture of the site, and does not count.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from copydesk.related.rows import GroupRow, Rows, fingerprint_key, group_key

MIN_CONTAINMENT = 0.35
"""Share of the smaller text's fingerprints that two copies have in common."""

MIN_SHARED = 3
"""Number of fingerprints that two copies have in common at least."""

HOT_GROUPS = 64
"""Number of groups under a fingerprint from which it tells nothing: it is not looked up and not extended."""

MAX_POSTINGS = 256
"""Pairs of group and site under a fingerprint. The site of a later article is not remembered there."""

MAX_CANDIDATES = 16
"""Number of groups with which an article is compared, those first that share most."""

NO_GROUP = 0
"""Stands for the group of an article that is not the core of its own: only its site counts, for the guard."""

FINGERPRINT_BYTES = 6
"""Bytes of a fingerprint in a row: the upper 48 bits tell a thousand million fingerprints apart."""


class FoundGroup(NamedTuple):
    """The group that an article belongs to."""

    number: int | None
    """None: a group of its own."""

    share: float
    """Share of the smaller text's fingerprints in common with the group; 1 for a group of its own."""

    own: int
    """Number of the article's fingerprints that are not furniture of its site."""


def pack_fingerprints(fingerprints: Sequence[int]) -> bytes:
    """Fingerprints as bytes, six each."""
    return b"".join((one >> 16).to_bytes(FINGERPRINT_BYTES, "big") for one in fingerprints)


def split_fingerprints(packed: bytes) -> list[bytes]:
    """Fingerprints of six bytes."""
    return [packed[start : start + FINGERPRINT_BYTES] for start in range(0, len(packed), FINGERPRINT_BYTES)]


def hash_site(site: str | None) -> int:
    """Number that stands for a site; 0 if it is unknown."""
    return zlib.crc32(site.encode()) or 1 if site else 0


def find_group(rows: Rows, site: int, fingerprints: Sequence[bytes]) -> FoundGroup:
    """Group with which an article shares most.

    Args:
        rows: The rows, without the article.
        site: Number of its site.
        fingerprints: Its fingerprints.
    """
    rows.prefetch(map(fingerprint_key, fingerprints))
    own, shared = 0, Counter[int]()
    for value in fingerprints:
        postings = _read_postings(rows, value)
        if site and site in postings[1::3]:
            continue
        own += 1
        groups = set(postings[::3]) - {NO_GROUP}
        if len(groups) < HOT_GROUPS:
            shared.update(groups)
    candidates = sorted((-count, number) for number, count in shared.items() if count >= MIN_SHARED)[:MAX_CANDIDATES]
    rows.prefetch(group_key(number) for _, number in candidates)
    best = FoundGroup(None, 1.0, own)
    most = 0.0
    for count, number in candidates:
        group = rows.load(group_key(number), GroupRow)
        if group is None:
            continue
        share = min(1.0, -count / max(1, min(own, group.size)))
        if share >= MIN_CONTAINMENT and share > most:
            best, most = FoundGroup(number, share, own), share
    return best


def add_postings(rows: Rows, group: int, site: int, fingerprints: Sequence[bytes]) -> None:
    """Put an article under its fingerprints, as the core of a group or as none (`NO_GROUP`)."""
    for value in fingerprints:
        postings = _read_postings(rows, value)
        place = _find(postings, group, site)
        if place is not None:
            postings[place + 2] += 1
        elif len(postings) < 3 * MAX_POSTINGS and (group in postings[::3] or len(set(postings[::3])) <= HOT_GROUPS):
            postings += [group, site, 1]
        else:
            continue
        rows.store(fingerprint_key(value), postings)


def remove_postings(rows: Rows, group: int, site: int, fingerprints: Sequence[bytes]) -> None:
    """Take an article from under its fingerprints; the group as for `add_postings`."""
    rows.prefetch(map(fingerprint_key, fingerprints))
    for value in fingerprints:
        postings = _read_postings(rows, value)
        place = _find(postings, group, site)
        if place is None:
            continue
        postings[place + 2] -= 1
        if not postings[place + 2]:
            del postings[place : place + 3]
        if postings:
            rows.store(fingerprint_key(value), postings)
        else:
            rows.put(fingerprint_key(value), None)


def _read_postings(rows: Rows, fingerprint: bytes) -> list[int]:
    """Group, site and number of articles, one after the other."""
    found = rows.get(fingerprint_key(fingerprint))
    return [] if found is None else msgspec.msgpack.decode(found, type=list[int])


def _find(postings: Sequence[int], group: int, site: int) -> int | None:
    for place in range(0, len(postings), 3):
        if postings[place] == group and postings[place + 1] == site:
            return place
    return None


__all__ = ["NO_GROUP", "FoundGroup", "add_postings", "find_group", "hash_site", "pack_fingerprints", "remove_postings"]
