"""A set of offsets that fits into one committed offset and its metadata."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from aiokafka.structs import OffsetAndMetadata

METADATA_BYTES = 4096  # Kafka's own offset.metadata.max.bytes


class OffsetRanges:
    """Set of offsets: all below a first one, and ranges behind it.

    >>> done = OffsetRanges.from_offset(None)
    >>> for offset in (0, 1, 5, 6, 9): done.add(offset)
    >>> done.as_offset()
    OffsetAndMetadata(offset=2, metadata='5-6,9')
    >>> 6 in done, 7 in done
    (True, False)
    """

    def __init__(self, below: int, behind: Collection[int]) -> None:
        """Set of all offsets below `below`, and of those in `behind`."""
        self._below = below
        self._behind = set(behind)

    @classmethod
    def from_offset(cls, committed: OffsetAndMetadata | None) -> Self:
        """Set that was committed as this offset; the empty set if none was."""
        if committed is None or committed.offset < 0:
            return cls(0, ())
        behind: set[int] = set()
        for part in filter(None, (committed.metadata or "").split(",")):
            first, _, last = part.partition("-")
            behind.update(range(int(first), int(last or first) + 1))
        return cls(committed.offset, behind)

    def __contains__(self, offset: int) -> bool:
        """Return whether the offset is in the set."""
        return offset < self._below or offset in self._behind

    def copy(self) -> OffsetRanges:
        """Independent copy."""
        return OffsetRanges(self._below, self._behind)

    def add(self, offset: int) -> None:
        """Add an offset."""
        self._behind.add(offset)
        while self._below in self._behind:
            self._behind.discard(self._below)
            self._below += 1

    def as_offset(self) -> OffsetAndMetadata:
        """Offset and metadata to commit.

        Raises:
            ValueError: The set has more gaps than an offset's metadata can hold.
        """
        ranges: list[str] = []
        first = last = None
        for offset in [*sorted(self._behind), None]:
            if first is not None and last is not None and offset != last + 1:
                ranges.append(f"{first}-{last}" if last > first else str(first))
                first = None
            if first is None:
                first = offset
            last = offset
        metadata = ",".join(ranges)
        if len(metadata) > METADATA_BYTES:
            raise ValueError(
                "too many gaps between what was retried to remember them: retry everything of an earlier time first"
            )
        return OffsetAndMetadata(self._below, metadata)


__all__ = ["OffsetRanges"]
