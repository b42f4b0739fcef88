"""The spans of one article at one stage.

`process`, from the hand of its lane to the commit, under the span that the record's headers carry; in it the time in
the stage's own process, as that measured it, and `send`, which the result's headers carry on.

Each span is told explicitly whose child it is. What is "current" is known a thread and a task only: faust reads in a
thread of its own, and one task works on many articles. The stage's process has no OpenTelemetry: it tells its two times
with the outcome, so that a process which is killed takes no span with it, and no exporter counts to its memory.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from copydesk.client import tracing as names
from copydesk.client.tracing import Tracing, failed
from copydesk.contracts.envelope import TRACE
from copydesk.runtime.records import ProcessedArticle

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class Spans(NamedTuple):
    """The spans of an article that is not committed yet."""

    process: Span
    send: Span

    @property
    def trace_id(self) -> str:
        """As logs tell it."""
        return f"{self.process.get_span_context().trace_id:032x}"

    def end(self, ready: ProcessedArticle) -> None:
        """It is committed. Of an article that never is, no span is sent: whoever reads it next has its own."""
        outcome, record = ready.outcome, ready.record
        self.send.update_name(f"send {record.topic}")  # a result that the broker refused is a dead letter now
        self.send.set_attributes({names.DESTINATION: record.topic, names.BODY_BYTES: len(record.value or b"")})
        self.send.end()
        self.process.set_attribute(names.DISPOSITION, outcome.disposition)
        if outcome.trouble is not None:
            failed(self.process, outcome.trouble.name)
        self.process.end()


class StageTracing:
    """Begins the spans of every article of one stage."""

    def __init__(self, stage: str, group: str) -> None:
        """For a worker of a stage, in a consumer group."""
        self._stage = stage
        self._group = group
        self._tracing = Tracing(f"copydesk-{stage}")

    def begin(self, ready: ProcessedArticle, *, began: int, child: int | None) -> ProcessedArticle:
        """The same, with its spans; a result carries its trace on, a dead letter keeps its original's headers.

        Args:
            ready: What is to be written.
            began: When the article was taken in hand, nanoseconds since 1970.
            child: The process id of the stage's process.
        """
        incoming, outcome = ready.incoming, ready.outcome
        now = time.time_ns()
        told: dict[str, names.Value] = {
            names.STAGE: self._stage,
            names.GROUP: self._group,
            names.PARTITION: str(incoming.partition),
            names.OFFSET: incoming.offset,
            names.TOMBSTONE: incoming.value is None,
            names.BODY_BYTES: len(incoming.value or b""),
        }
        if outcome.article_id is not None:
            told[names.ARTICLE] = outcome.article_id
        context = self._tracing.context(incoming.headers)
        process = self._tracing.start("process", incoming.topic, under=context, began=began, attributes=told)
        if outcome.ran is not None:
            begin, end = outcome.ran
            by: dict[str, names.Value] = {names.STAGE: self._stage}
            if child is not None:
                by[names.PROCESS] = child
            self._tracing.record(self._stage, under=process, began=begin, ended=end, attributes=by)
        send = self._tracing.start("send", ready.record.topic, under=process, began=now)
        record = ready.record
        if outcome.disposition == "passed":
            kept = [one for one in record.headers if one[0] not in TRACE]
            record = record._replace(headers=[*kept, *self._tracing.headers(send)])
        return ready._replace(record=record, spans=Spans(process, send))

    async def close(self) -> None:
        """Send what is left."""
        await self._tracing.close()


__all__ = ["Spans", "StageTracing"]
