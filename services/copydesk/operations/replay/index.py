"""The records that a replay has to process: the newest version of each article that its plan asks for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from copydesk.contracts.articles import CleanedArticle, InvalidDocumentError
from copydesk.contracts.ids import id_from_key
from copydesk.operations.replay.plan import Plan, Tally
from copydesk.operations.versions import NewestVersions, Version, version_of
from copydesk.runtime import execution
from copydesk.runtime.records import ConsumedRecord
from copydesk.stage import Stage

SAMPLE_RECORDS = 12
"""Number of records that a dry run processes to estimate the time for all."""


class ReplayIndex:
    """Records of a source topic that are to be replayed, found by one scan and kept up to date after it."""

    def __init__(self, stage: Stage, plan: Plan, tally: Tally) -> None:
        """Empty index.

        Args:
            stage: The stage whose source is replayed.
            plan: Which records are to be replayed.
            tally: Counts what is found and what is overtaken.
        """
        self._stage = stage
        self._plan = plan
        self._tally = tally
        self._versions = NewestVersions()
        self._without_id: list[tuple[int, int]] = []
        """Partition and offset of records that can have no result, only a dead letter."""
        self.sample: list[ConsumedRecord] = []
        """Random sample of the found records."""

    def add_scanned(self, record: Any) -> None:
        """Take a record of the first scan into account: it may be one to replay."""
        id_ = article_id(self._stage, record.value, record.key)
        asked = self._asks_for(record, id_)
        if asked:
            self._tally.found += 1
            self._draw(record)
        if id_ is not None:
            # If an article is keyed by something else than its id, a newer version in another partition may be read
            # before an older one, so every version is remembered. Of the other articles, versions behind the time
            # that the plan names do not matter by themselves.
            remember = asked or record.key != id_.encode("utf-8", "replace")
            self._versions.add(id_, self._version(record), wanted=asked, remember=remember)
        elif asked:  # nothing can replace a record without an id: it becomes a dead letter
            self._without_id.append((record.partition, record.offset))

    def add_new(self, record: Any) -> str | None:
        """Take a record into account that came after the scan.

        Returns:
            The article's id if this version overtakes one that was to be replayed, else None.
        """
        id_ = article_id(self._stage, record.value, record.key)
        if id_ is None or not self._versions.add(id_, self._version(record)):
            return None
        self._tally.overtaken += 1
        return id_

    def select(self, record: Any) -> tuple[bool, str | None]:
        """Return whether a record is to be replayed, and its article's id."""
        id_ = article_id(self._stage, record.value, record.key)
        return self.is_newest(id_, record.partition, record.offset) and self._asks_for(record, id_), id_

    def is_newest(self, id_: str | None, partition: int, offset: int) -> bool:
        """Return whether the record at this place is its article's newest version and not replayed yet."""
        return id_ is None or self._versions.wants(id_, partition, offset)

    def mark_replayed(self, id_: str | None) -> None:
        """The newest version of the article is replayed."""
        if id_ is not None:
            self._versions.done(id_)

    def places(self) -> Iterator[tuple[int, int]]:
        """Partition and offset of each record that is to be replayed."""
        yield from self._versions.wanted_places()
        yield from self._without_id

    def _version(self, record: Any) -> Version:
        return version_of(self._stage.source, record.partition, record.offset, record.timestamp, record.headers)

    def _asks_for(self, record: Any, id_: str | None) -> bool:
        """Return whether the plan names the record's time and id."""
        plan = self._plan
        return plan.begin_ms <= record.timestamp < plan.end_ms and (not plan.ids or id_ in plan.ids)

    def _draw(self, record: Any) -> None:
        """Keep the record with equal chance for all (reservoir sampling, Vitter's algorithm R)."""
        if len(self.sample) < SAMPLE_RECORDS:
            self.sample.append(ConsumedRecord.from_aiokafka(record))
        elif (slot := random.randrange(self._tally.found)) < SAMPLE_RECORDS:  # noqa: S311 - no secret
            self.sample[slot] = ConsumedRecord.from_aiokafka(record)


def article_id(stage: Stage, value: bytes | None, key: bytes | None) -> str | None:
    """Id under which the stage publishes its result of this record, or None if it can have no result."""
    if value is None:
        try:
            return id_from_key(key or b"")
        except ValueError:
            return None
    if issubclass(stage.input, CleanedArticle):  # every document that a stage wrote holds its id
        return execution.peek_id(value, key)
    try:
        id_ = getattr(execution.read(stage.input, value, key), "id", None)
    except InvalidDocumentError:
        return execution.peek_id(value, key)
    return id_ if isinstance(id_, str) else execution.peek_id(b"", key)


__all__ = ["ReplayIndex", "article_id"]
