"""The way of an article through a worker: take a record, have the stage process it, build the output, count the commit.

Lanes and `replay` both use this `Processor`. What happens around it: `faust_app.py` consumes the records, `lanes.py`
queues them by partition and commits the outputs.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from copydesk.contracts import envelope
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder, log_fields
from copydesk.runtime.stage_process import StageProcess

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
    ) -> None:
        """Put the parts together.

        Args:
            stage_process: Turns an article into an outcome.
            builder: Turns an outcome into the record to write.
            halt: Counts the outcomes, and stops everything when too many articles failed.
            metrics: Counts processing times and committed articles.
            progress: Marked at every outcome and every commit.
            tracing: Records spans; None where tracing is off.
        """
        self.builder = builder
        self._stage_process = stage_process
        self._halt = halt
        self._metrics = metrics
        self._progress = progress
        self._tracing = tracing
        self._stage_lock = asyncio.Lock()
        """Held for a whole turn: there is one stage process, and several lanes share it."""

    @property
    def halted(self) -> bool:
        """True once too many articles failed; no more records are taken then."""
        return self._halt.reason is not None

    async def process(
        self, next_record: Callable[[], ConsumedRecord | None], still_assigned: Callable[[], bool]
    ) -> AsyncGenerator[ProcessedArticle]:
        """Yield one processed article per record, until there are no more or the partition was revoked.

        Several records may be submitted ahead of the one whose outcome is awaited; their order is kept.

        Args:
            next_record: Returns the next record, or None if there is none now.
            still_assigned: Returns False once the partition was revoked or the worker has halted.
        """
        async with self._stage_lock:
            if not still_assigned():
                return
            submitted: deque[_Submitted] = deque()
            while True:
                self._submit(next_record, submitted)
                if not submitted:
                    return
                record, began = submitted.popleft()
                article = await self._finish(record, still_assigned)
                if article is None:
                    return
                yield article if self._tracing is None else self._trace(self._tracing, article, began)

    async def process_one(self, record: ConsumedRecord) -> ProcessedArticle:
        """Process a single record, without company and whatever happens to its partition."""
        records = iter([record])
        articles = [article async for article in self.process(lambda: next(records, None), lambda: True)]
        return articles[0]

    def _submit(self, next_record: Callable[[], ConsumedRecord | None], submitted: deque[_Submitted]) -> None:
        """Take as many records as the stage's process has room for. Tombstones do not go through it."""
        for _ in range(self._stage_process.free_slots):
            if (record := next_record()) is None:
                return
            submitted.append(_Submitted(record, time.time_ns()))
            if record.value is not None:
                self._stage_process.submit(record.key, record.value)

    async def _finish(self, record: ConsumedRecord, still_assigned: Callable[[], bool]) -> ProcessedArticle | None:
        """Await the outcome of a record and build its output; None if the partition was revoked meanwhile."""
        if record.value is None:
            return self.builder.tombstone(record, _milliseconds())
        outcome = await self._stage_process.next_outcome(still_assigned)
        if outcome is None:
            return None
        self._metrics.observe_processing(self._stage_process.last_seconds)
        self._progress.mark()
        article = self.builder.build(record, outcome, _milliseconds())
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
            if ingested := envelope.header(article.output.headers, envelope.INGESTED):
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
