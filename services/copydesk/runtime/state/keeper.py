"""The states of a worker's partitions: opened, restored, measured and closed."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiokafka import TopicPartition

from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.records import ConsumedRecord
from copydesk.runtime.resuming import ResumePoint
from copydesk.runtime.settings import Settings
from copydesk.runtime.state.partition_state import PartitionState
from copydesk.runtime.state.restoring import Restored, restore
from copydesk.runtime.state.stores import FolderStore, MemoryStore, Note, Store
from copydesk.stage import Stage, State

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

LOCK_SECONDS = 30.0
"""Time for which a folder may still be in use by the worker that had the partition before."""

LOG_SECONDS = 5.0
"""Time between two log lines about a restore."""

PARALLEL_RESTORES = 3
"""Number of partitions that are restored at a time. Each has a connection of its own."""


class StateKeeper:
    """Keeps the states of all partitions of a worker."""

    def __init__(
        self,
        stage: Stage,
        state: State,
        settings: Settings,
        *,
        topic_id: str | None,
        transactions: bool,
        metrics: Metrics,
        progress: ProgressClock,
        log: BoundLogger,
    ) -> None:
        """Prepare.

        Args:
            stage: The stage.
            state: Its state.
            settings: Settings of the worker.
            topic_id: Id of the changelog; None if the broker has no ids. A folder of another id is not used.
            transactions: Whether the broker has transactions.
            metrics: Gets sizes and restore times.
            progress: Marked while a restore goes on.
            log: Log of the worker.
        """
        self.changelog = settings.full_name(stage.changelog or "")
        self._name = stage.changelog or ""
        self._state = state
        self._settings = settings
        self._transactions = transactions
        self._metrics = metrics
        self._progress = progress
        self._log = log
        self._folder = None
        if settings.state_dir is not None:
            self._folder = settings.state_dir / stage.name / (topic_id or "no-topic-id")
        self._open: dict[int, PartitionState] = {}
        self._restoring = asyncio.Semaphore(PARALLEL_RESTORES)
        self._warned_of_time = 0.0

    def remove_old_folders(self) -> None:
        """Remove folders of a changelog that was deleted and created again."""
        if self._folder is None or not self._folder.parent.is_dir():
            return
        for other in self._folder.parent.iterdir():
            if other != self._folder and other.is_dir():
                self._log.warning("old state removed", problem="its changelog was deleted", folder=str(other))
                shutil.rmtree(other, ignore_errors=True)

    async def open(
        self, partition: TopicPartition, point: ResumePoint, still_wanted: Callable[[], bool]
    ) -> PartitionState | None:
        """State of an input partition, restored; None if the partition was revoked meanwhile.

        Args:
            partition: The input partition.
            point: Where its input is resumed.
            still_wanted: Returns False once the partition was revoked.

        Raises:
            BrokerAwayError: The broker does not answer.
            SetupError: The folder cannot be used, the rows are of another version, too large, or lost.
        """
        async with self._restoring:
            store = await self._open_store(partition.partition, still_wanted)
            if store is None:
                return None
            state = PartitionState(self._state, store, on_future_time=self._warn_of_time)
            self._open[partition.partition] = state
            number, logged = partition.partition, time.monotonic()

            def on_progress(position: int, end: int) -> bool:
                nonlocal logged
                self._progress.mark()
                self._metrics.set_state_behind(number, max(0, end - position))
                self.check_size()
                if time.monotonic() - logged > LOG_SECONDS:
                    logged = time.monotonic()
                    self._log.info("restoring", partition=number, offset=position, end=end)
                return still_wanted()

            restored = await restore(
                state, TopicPartition(self.changelog, number), self._settings,
                name=self._name, transactions=self._transactions, on_progress=on_progress,
            )  # fmt: skip
            if restored is None:
                return None
        self._begin(state, number, point, restored)
        return state

    def close(self, partition: TopicPartition) -> None:
        """Close the state of a partition that is given up."""
        state = self._open.pop(partition.partition, None)
        if state is not None:
            state.store.close()
            self._metrics.clear_state(partition.partition)

    def report(self) -> None:
        """Set the metrics of all partitions."""
        for number, state in self._open.items():
            store = state.store
            in_memory = isinstance(store, MemoryStore)
            self._metrics.set_state_size(number, store.keys, store.size, kept="memory" if in_memory else "folder")

    def _begin(self, state: PartitionState, number: int, point: ResumePoint, restored: Restored) -> None:
        """Begin behind what the rows have seen, and tell what was restored."""
        seen = state.begin(point.label)
        self._metrics.set_state_behind(number, 0)
        self._metrics.set_state_restored(number, restored.seconds)
        fields = {"partition": number, "records": restored.records, "seconds": round(restored.seconds, 2)}
        if restored.rebuilt:
            self._log.warning("state folder not used", problem=f"{restored.rebuilt}: its rows were read anew", **fields)
        self._log.info("restored", rows=state.store.keys, **fields)
        if seen is None and point.committed and point.basis not in {"recreated", "beginning"}:
            self._report_lost(number, point)
        if seen is not None and state.mark.next > point.offset:
            self._log.warning(
                "input is in the state already",
                problem=f"{state.mark.next - point.offset} offsets are read again, and change nothing. To rebuild it, "
                "delete its changelog, too (infra/RUNBOOK.md)",
                partition=number,
            )

    def _report_lost(self, number: int, point: ResumePoint) -> None:
        problem = (
            f"{self.changelog}/{number} holds no commit, although the input was read up to {point.offset}: the state "
            "is lost, or the stage had none before"
        )
        if self._settings.lost_state == "begin":
            self._log.warning("state begins anew", problem=f"{problem} (COPYDESK_LOST_STATE=begin)", partition=number)
            return
        raise SetupError(
            f"{problem}. To rebuild it, stop all workers of this stage and reset the group's offsets to the earliest; "
            "to go on without it, set COPYDESK_LOST_STATE=begin"
        )

    async def _open_store(self, number: int, still_wanted: Callable[[], bool]) -> Store | None:
        """Open the store of a partition. Its folder may still be in use by its last owner on this machine."""
        note = Note(version=self._state.version)
        if self._folder is None:
            return MemoryStore(note)
        deadline = time.monotonic() + LOCK_SECONDS
        while still_wanted():
            try:
                return FolderStore(self._folder / str(number), note)
            except SetupError:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(0.5)
        return None

    def check_size(self) -> None:
        """Check the size of the rows in memory.

        Raises:
            SetupError: They have outgrown their limit.
        """
        stores = [state.store for state in self._open.values() if isinstance(state.store, MemoryStore)]
        size, limit = sum(store.size for store in stores), self._settings.max_state_bytes
        if limit and size > limit:
            raise SetupError(
                f"the state takes {size} bytes of memory, over COPYDESK_MAX_STATE_BYTES ({limit}): raise it, keep the "
                "rows in a folder (COPYDESK_STATE_DIR), or run more workers"
            )

    def _warn_of_time(self, record: ConsumedRecord) -> None:
        """Warn of an ingestion time in the future, once a minute."""
        if time.monotonic() - self._warned_of_time < 60 and self._warned_of_time:
            return
        self._warned_of_time = time.monotonic()
        self._log.warning(
            "ingestion time in the future",
            problem="it lies more than an hour ahead of the time at which its record was appended, and is taken as "
            "one hour ahead: check the clock of its producer",
            topic=record.topic, partition=record.partition, offset=record.offset,
        )  # fmt: skip


__all__ = ["StateKeeper"]
