"""Tracing spans of one article at one stage.

The span `process` lasts from the lane's queue to the commit; its parent is the span in the record's headers. It has two
children: the time in the stage's process, as that process measured it, and `send`, whose context the result's headers
carry on.

Every span gets its parent explicitly. OpenTelemetry's current span is known per thread and task only, but faust reads
in a thread of its own, and one task works on many articles. The stage's process has no OpenTelemetry: it returns its
start and end with the outcome. So a process that is killed takes no span with it, and no exporter counts to its memory.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from copydesk.client import tracing as names
from copydesk.client.tracing import Tracing, failed
from copydesk.contracts.envelope import TRACE
from copydesk.runtime.execution import Outcome
from copydesk.runtime.records import ConsumedRecord, OutputRecord, ProcessedArticle

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class Spans(NamedTuple):
    """Open spans of an article that is not committed yet."""

    process: Span
    send: Span | None
    """None if the article has nothing to write."""

    @property
    def trace_id(self) -> str:
        """Trace id, in hexadecimal digits, as in the log."""
        return f"{self.process.get_span_context().trace_id:032x}"

    def end(self, article: ProcessedArticle) -> None:
        """End the spans after the commit. An article that is never committed sends none: its next reader does."""
        outcome = article.outcome
        if self.send is not None and article.outputs:
            topic = article.outputs[0].topic
            self.send.update_name(f"send {topic}")  # a result that the broker refused is a dead letter now
            self.send.set_attributes({names.DESTINATION: topic, names.BODY_BYTES: article.size})
            self.send.end()
        self.process.set_attribute(names.DISPOSITION, outcome.disposition)
        if outcome.error is not None:
            failed(self.process, outcome.error.class_name)
        self.process.end()


class StageTracing:
    """Starts the spans of every article of one stage."""

    def __init__(self, stage: str, group: str) -> None:
        """Prepare for a stage and the full name of its consumer group."""
        self._stage = stage
        self._group = group
        self._tracing = Tracing(f"copydesk-{stage}")

    def begin(self, article: ProcessedArticle, *, began: int, stage_pid: int | None) -> ProcessedArticle:
        """Return the article with its spans. A result carries the trace on; a dead letter keeps its original headers.

        Args:
            article: A processed article.
            began: Time at which the article was taken from its lane's queue, in nanoseconds since 1970.
            stage_pid: Process id of the stage's process.
        """
        consumed, outcome = article.consumed, article.outcome
        now = time.time_ns()
        context = self._tracing.context(consumed.headers)
        process = self._tracing.start(
            "process", consumed.topic, under=context, began=began, attributes=self._attributes(consumed, outcome)
        )
        if outcome.ran is not None:
            ran_from, ran_to = outcome.ran
            ran_by: dict[str, names.Value] = {names.STAGE: self._stage}
            if stage_pid is not None:
                ran_by[names.PROCESS] = stage_pid
            self._tracing.record(self._stage, under=process, began=ran_from, ended=ran_to, attributes=ran_by)
        if not article.outputs:
            return article._replace(spans=Spans(process, None))
        send = self._tracing.start("send", article.outputs[0].topic, under=process, began=now)
        if outcome.disposition == "passed":
            article = article._replace(
                output=None if article.output is None else self._carrying(article.output, send),
                more=tuple(self._carrying(record, send) for record in article.more),
            )
        return article._replace(spans=Spans(process, send))

    def _carrying(self, output: OutputRecord, send: Span) -> OutputRecord:
        """The record with the span's context in its headers."""
        kept = [header for header in output.headers if header[0] not in TRACE]
        return output._replace(headers=[*kept, *self._tracing.headers(send)])

    def _attributes(self, consumed: ConsumedRecord, outcome: Outcome) -> dict[str, names.Value]:
        """Attributes of the span `process`."""
        attributes: dict[str, names.Value] = {
            names.STAGE: self._stage,
            names.GROUP: self._group,
            names.PARTITION: str(consumed.partition),
            names.OFFSET: consumed.offset,
            names.TOMBSTONE: consumed.value is None,
            names.BODY_BYTES: len(consumed.value or b""),
        }
        if outcome.article_id is not None:
            attributes[names.ARTICLE] = outcome.article_id
        return attributes

    async def close(self) -> None:
        """Send the remaining spans."""
        await self._tracing.close()


__all__ = ["Spans", "StageTracing"]
