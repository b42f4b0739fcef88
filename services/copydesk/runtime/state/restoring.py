"""Restoring a partition's rows from its changelog, before the first input.

With transactions the reader sees whole commits only. Without them a crash may leave the first rows of a commit behind:
rows are therefore taken over commit by commit, at the mark that ends each.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from copydesk.client.connection import Connection
from copydesk.client.consumer import open_consumer
from copydesk.client.progress import partition_progress
from copydesk.client.tail import Poller
from copydesk.contracts.envelope import header
from copydesk.runtime.state.partition_state import MARK_KEY, VERSION_HEADER, PartitionState
from copydesk.runtime.state.stores import FolderStore, Note

BATCH_ROWS = 5_000
"""Maximum number of rows that are written to the store at a time."""


class Restored(NamedTuple):
    """Result of a restore."""

    records: int
    """Records read from the changelog."""

    seconds: float
    rebuilt: str = ""
    """Reason why a folder was not used; empty if it was, or there is none."""


async def restore(
    state: PartitionState,
    partition: TopicPartition,
    connection: Connection,
    *,
    name: str,
    transactions: bool,
    on_progress: Callable[[int, int], bool],
) -> Restored | None:
    """Bring the store up to the end of the changelog. Call it after the partition's older owners were fenced.

    Args:
        state: State of the input partition.
        partition: Partition of the changelog.
        connection: The broker.
        name: Name of the changelog, without prefix.
        transactions: Whether the broker has transactions; without them the end is where nothing more comes.
        on_progress: Called with the next offset and the end after every poll; returns False to give up.

    Returns:
        What was done; None if it was given up.

    Raises:
        BrokerAwayError: The broker does not answer.
        SetupError: The changelog has rows of a version that this stage cannot read.
    """
    began = time.monotonic()
    async with open_consumer(connection, [name]) as consumer:
        consumer.assign([partition])
        first = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        rebuilt = _distrust(state, first, end if transactions else None)
        position = max(first, state.store.note.offset)
        consumer.seek(partition, position)
        poller = Poller(consumer, connection)
        pending: dict[bytes, bytes | None] = {}
        records, quiet, given_up = 0, False, False
        while not given_up and (position < end if transactions else not quiet):
            batch = await poller.poll()
            for record in batch.get(partition, ()):
                _take(state, record, pending, whole_commits=transactions)
                records += 1
            progress = partition_progress(consumer, [partition]).get(partition)
            position = position if progress is None else progress.position
            quiet = not batch and progress is not None and not progress.waiting
            given_up = not on_progress(position, end)
    if given_up:
        return None
    return Restored(records, time.monotonic() - began, rebuilt)


def _distrust(state: PartitionState, first: int, end: int | None) -> str:
    """Clear a folder that cannot be brought up to date; returns why, or an empty string."""
    store, offset = state.store, state.store.note.offset
    if not isinstance(store, FolderStore) or not offset:
        return ""
    why = ""
    if end is None:
        why = "this broker does not tell the end of the changelog"
    elif offset > end:
        why = f"the folder is at {offset}, behind the changelog's end {end}"
    elif offset < end and store.is_too_old():
        why = "the folder is so old that it may have missed removed rows"
    elif offset < first:
        why = f"the folder is at {offset}, before the changelog's start {first}"
    if why:
        store.clear(Note(version=state.version))
    return why


def _take(state: PartitionState, record: Any, pending: dict[bytes, bytes | None], *, whole_commits: bool) -> None:
    """Take over one record. The rows go to the store with the mark behind them.

    Compaction may leave one mark behind very many rows: where the reader sees whole commits only, they need not wait.
    """
    if record.key is None:
        return
    version = header(record.headers, VERSION_HEADER) or ""
    known = int(version) if version.isdigit() else state.version
    pending[record.key] = state.read_row(record.key, record.value, known)
    if record.key == MARK_KEY or (whole_commits and len(pending) >= BATCH_ROWS):
        state.store.write(pending, Note(offset=record.offset + 1, version=state.version))
        pending.clear()


__all__ = ["Restored", "restore"]
