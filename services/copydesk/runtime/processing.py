"""The way of an article through a worker: take a record, have the stage process it, build the output, count the commit.

Lanes and `replay` both use this `Processor`. What happens around it: `faust_app.py` consumes the records, `lanes.py`
queues them by partition and commits the outputs.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from copydesk.contracts import envelope
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder, log_fields
from copydesk.runtime.stage_process import StageProcess
from copydesk.runtime.state.partition_state import PartitionState, input_context
from copydesk.runtime.state.tables import Table

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

    from copydesk.runtime.tracing import StageTracing


class _Submitted(NamedTuple):
    """A record that was taken, and the time of it in nanoseconds since 1970."""

    record: ConsumedRecord
    began: int


class Processor:
    """Processes the records of one stage, one after the other."""

    def __init__(
        self,
        stage_process: StageProcess,
        builder: RecordBuilder,
        *,
        halt: Halt,
        metrics: Metrics,
        progress: ProgressClock,
        tracing: StageTracing | None = None,
        tables: Mapping[str, Table] | None = None,
        takes_tombstones: bool = False,
    ) -> None:
        """Put the parts together.

        Args:
            stage_process: Turns an article into an outcome.
            builder: Turns an outcome into the record to write.
            halt: Counts the outcomes, and stops everything when too many articles failed.
            metrics: Counts processing times and committed articles.
            progress: Marked at every outcome and every commit.
            tracing: Records spans; None where tracing is off.
            tables: The stage's tables by topic.
            takes_tombstones: True if tombstones go through the stage, too.
        """
        self.builder = builder
        self._stage_process = stage_process
        self._halt = halt
        self._metrics = metrics
        self._progress = progress
        self._tracing = tracing
        self.tables = tables or {}
        self._takes_tombstones = takes_tombstones
        self._stage_lock = asyncio.Lock()
        """Held for a whole turn: there is one stage process, and several lanes share it."""

    @property
    def halted(self) -> bool:
        """True once too many articles failed; no more records are taken then."""
        return self._halt.reason is not None

    async def process(
        self,
        next_record: Callable[[], ConsumedRecord | None],
        still_assigned: Callable[[], bool],
        state: PartitionState | None = None,
    ) -> AsyncGenerator[ProcessedArticle]:
        """Yield one processed article per record, until there are no more or the partition was revoked.

        Several records may be submitted ahead of the one whose outcome is awaited; their order is kept.

        Args:
            next_record: Returns the next record, or None if there is none now.
            still_assigned: Returns False once the partition was revoked or the worker has halted.
            state: State of the records' partition, for a stage that has one. Changes of articles that passed are laid
                over it at once: the next article sees them.
        """
        async with self._stage_lock:
            if not still_assigned():
                return
            self._stage_process.answer = partial(self._answer, state)
            submitted: deque[_Submitted] = deque()
            while True:
                self._submit(next_record, submitted, state)
                if not submitted:
                    return
                record, began = submitted.popleft()
                article = await self._finish(record, still_assigned, state)
                if article is None:
                    return
                yield article if self._tracing is None else self._trace(self._tracing, article, began)

    async def process_one(self, record: ConsumedRecord) -> ProcessedArticle:
        """Process a single record, without company and whatever happens to its partition."""
        records = iter([record])
        articles = [article async for article in self.process(lambda: next(records, None), lambda: True)]
        return articles[0]

    def _submit(
        self,
        next_record: Callable[[], ConsumedRecord | None],
        submitted: deque[_Submitted],
        state: PartitionState | None,
    ) -> None:
        """Take as many records as the stage's process has room for."""
        for _ in range(self._stage_process.free_slots):
            if (record := next_record()) is None:
                return
            submitted.append(_Submitted(record, time.time_ns()))
            if self._goes_through_stage(record, state):
                context = input_context(record) if state is None else state.context(record)
                self._stage_process.submit(record.key, record.value, context)

    def _goes_through_stage(self, record: ConsumedRecord, state: PartitionState | None) -> bool:
        """False for a tombstone that the stage does not take, and for a record that the state has seen."""
        if record.value is None and not self._takes_tombstones:
            return False
        return state is None or not state.has_seen(record)

    def _answer(self, state: PartitionState | None, table: str, keys: list[bytes]) -> list[bytes | None]:
        """Look up keys for the stage."""
        if table:
            return self.tables[table].get_many(keys)
        return [None] * len(keys) if state is None else state.get_many(keys)

    async def _finish(
        self, record: ConsumedRecord, still_assigned: Callable[[], bool], state: PartitionState | None
    ) -> ProcessedArticle | None:
        """Await the outcome of a record and build its outputs; None if the partition was revoked meanwhile."""
        if not self._goes_through_stage(record, state):
            if state is not None and state.has_seen(record):
                return self.builder.repeated(record)
            return self.builder.tombstone(record, _milliseconds())
        outcome = await self._stage_process.next_outcome(still_assigned)
        if outcome is None:
            return None
        self._metrics.observe_processing(self._stage_process.last_seconds)
        self._progress.mark()
        article = self.builder.build(record, outcome, _milliseconds())
        if state is not None and article.outcome.disposition == "passed":
            state.apply(article.outcome.changes)
        self._halt.count(article.outcome)
        return article

    def _trace(self, tracing: StageTracing, article: ProcessedArticle, began: int) -> ProcessedArticle:
        return tracing.begin(article, began=began, stage_pid=self._stage_process.pid)

    def count_committed(self, articles: Sequence[ProcessedArticle], log: BoundLogger, *, log_passed: bool) -> None:
        """Count, log and trace articles whose records and offsets are committed.

        Args:
            articles: The articles of one commit.
            log: Gets one line per article.
            log_passed: False to log only articles that did not pass.
        """
        self._progress.mark()
        self._metrics.count_commit()
        now = time.time()
        for article in articles:
            disposition = article.outcome.disposition
            self._metrics.count_article(disposition)
            self._metrics.observe_measures(article.outcome.measures)
            if ingested := envelope.header(article.outputs[0].headers if article.outputs else (), envelope.INGESTED):
                seconds = now - envelope.seconds(ingested, default=now)
                self._metrics.observe_end_to_end(max(0.0, seconds))
            if article.spans is not None:
                article.spans.end(article)
            if disposition != "passed":
                log.warning("article", **log_fields(article))
            elif log_passed:
                log.info("article", **log_fields(article))


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


__all__ = ["Processor"]
