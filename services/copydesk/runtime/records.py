"""From a consumed record and its outcome to the records to write: a result, a tombstone or a dead letter, and others.

An article's result goes to the sink under its id. A stage may write further records under keys of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, Self

from copydesk.client.connection import Connection
from copydesk.contracts import deadletter, envelope
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header
from copydesk.contracts.ids import event_id, id_from_key
from copydesk.contracts.topics import record_bytes, topics_with
from copydesk.runtime.execution import ArticleError, EncodedRecord, Outcome
from copydesk.stage import Stage

ROW_HEADER_BYTES = 64
"""Bytes that the header of a changelog's row takes at most."""


class ConsumedRecord(NamedTuple):
    """A record as it was consumed."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since 1970."""

    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]

    @classmethod
    def from_aiokafka(cls, record: Any) -> Self:
        """Copy of an aiokafka `ConsumerRecord`."""
        return cls(
            record.topic,
            record.partition,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
        )


class OutputRecord(NamedTuple):
    """A record to be written."""

    topic: str
    """Full name of the topic on this cluster."""

    key: bytes | None
    value: bytes | None
    headers: list[Header]
    partition: int | None = None
    """None: the partition of the key."""


class ArticleSpans(Protocol):
    """Open tracing spans of an article."""

    @property
    def trace_id(self) -> str:
        """Trace id, in hexadecimal digits."""

    def end(self, article: ProcessedArticle) -> None:
        """End the spans; called after the commit."""


class ProcessedArticle(NamedTuple):
    """A processed article: the record that was consumed, its outcome, and the records to write."""

    consumed: ConsumedRecord
    outcome: Outcome
    output: OutputRecord | None
    """Result, tombstone or dead letter; None if the stage returned no result for its sink."""

    spans: ArticleSpans | None = None
    more: tuple[OutputRecord, ...] = ()
    """Records under keys of their own."""

    @property
    def outputs(self) -> tuple[OutputRecord, ...]:
        """All records to write."""
        return self.more if self.output is None else (self.output, *self.more)

    @property
    def size(self) -> int:
        """Bytes of the values to write."""
        return sum(len(output.value or b"") for output in self.outputs)


class RecordBuilder:
    """Builds the output records of one stage, each small enough for its topic."""

    def __init__(
        self,
        stage: Stage,
        connection: Connection,
        *,
        settings_digest: str,
        limits: Mapping[str, int],
        group: str | None = None,
    ) -> None:
        """Prepare for a stage on a cluster.

        Args:
            stage: The stage whose results are written.
            connection: Gives the full names of the topics.
            settings_digest: Digest of the stage's settings; part of `ce_id`.
            limits: `max.message.bytes` of the topics that the stage writes, by full topic name.
            group: Full name of the consumer group that reads; default: the group of the stage's workers.
        """
        self._stage = stage
        self._sink = connection.full_name(stage.sink)
        self._dead_letters = connection.full_name(stage.dead_letters)
        self._changelog = "" if stage.changelog is None else connection.full_name(stage.changelog)
        self.group = group or connection.full_name(f"copydesk.{stage.name}")
        self._settings_digest = settings_digest
        self._limits = limits
        described = topics_with([stage])
        self._full_names = {name: connection.full_name(name) for name in (stage.sink, *stage.outputs)}
        self._event_types = {name: described[name].event or name for name in self._full_names}

    def build(self, consumed: ConsumedRecord, outcome: Outcome, now: int) -> ProcessedArticle:
        """Build the records for an outcome. `now` is in milliseconds since 1970."""
        if outcome.disposition != "passed":
            return ProcessedArticle(consumed, outcome, self._dead_letter(consumed, outcome))
        output = None
        if not outcome.silent:
            key = consumed.key if outcome.article_id is None else outcome.article_id.encode()
            output = OutputRecord(self._sink, key, outcome.value, self._headers(consumed, outcome, now))
        more = tuple(self._build_record(consumed, outcome, record, now) for record in outcome.records)
        article = ProcessedArticle(consumed, outcome, output, more=more)
        for record in article.outputs:
            size = record_bytes(record.key, record.value, record.headers)
            if size > self._limits[record.topic]:
                what = "the result" if record is output else f"a record for {record.topic}"
                why = f"{what} takes up to {size} bytes, over {self._limits[record.topic]}"
                return self.oversized(consumed, outcome, why, record.topic)
        for key, value in outcome.changes.items():
            size = record_bytes(key, value, ()) + ROW_HEADER_BYTES
            if size > self._limits[self._changelog]:
                why = f"a row of the state takes up to {size} bytes, over {self._limits[self._changelog]}"
                return self.oversized(consumed, outcome, why, self._changelog)
        return article

    def repeated(self, consumed: ConsumedRecord) -> ProcessedArticle:
        """Build the outcome of a record whose changes are in the state already: nothing is written."""
        id_ = None if consumed.key is None else consumed.key.decode("utf-8", "replace")
        return ProcessedArticle(consumed, Outcome(disposition="passed", article_id=id_, silent=True), None)

    def _build_record(
        self, consumed: ConsumedRecord, outcome: Outcome, record: EncodedRecord, now: int
    ) -> OutputRecord:
        key = record.key.decode()
        headers = self._headers(consumed, outcome, now, topic=record.topic, subject=key)
        return OutputRecord(self._full_names[record.topic], record.key, record.value, headers, record.partition)

    def tombstone(self, consumed: ConsumedRecord, now: int) -> ProcessedArticle:
        """Build the tombstone that withdraws the article downstream, or a dead letter if the key is no article id."""
        problem = "a record with neither key nor value"
        if consumed.key:
            try:
                article_id = id_from_key(consumed.key)
            except ValueError as error:
                problem = f"a tombstone, but {error}"
            else:
                outcome = Outcome(disposition="passed", article_id=article_id)
                output = OutputRecord(self._sink, consumed.key, None, self._headers(consumed, outcome, now))
                return ProcessedArticle(consumed, outcome, output)
        reason = ArticleError(class_name="InvalidDocumentError", message=problem)
        outcome = Outcome(disposition="invalid", error=reason)
        return ProcessedArticle(consumed, outcome, self._dead_letter(consumed, outcome))

    def oversized(
        self, consumed: ConsumedRecord, outcome: Outcome, why: str, topic: str | None = None
    ) -> ProcessedArticle:
        """Build the dead letter of an article whose result is too large for its topic (default: the sink)."""
        message = f"{why}: max.message.bytes of {topic or self._sink}"
        error = ArticleError(class_name="MessageSizeTooLargeError", message=message)
        outcome = Outcome(disposition="oversized", article_id=outcome.article_id, error=error)
        return ProcessedArticle(consumed, outcome, self._dead_letter(consumed, outcome))

    def without_value(self, article: ProcessedArticle) -> ProcessedArticle:
        """Return the same dead letter with an empty value; its headers say where the original lies."""
        if article.output is None:
            raise ValueError("an article without an output is no dead letter")
        return article._replace(output=article.output._replace(value=b""))

    def _headers(
        self, consumed: ConsumedRecord, outcome: Outcome, now: int, *, topic: str | None = None, subject: str = ""
    ) -> list[Header]:
        """Headers of the result, or of a record for another topic (or the sink) under a key of its own."""
        # source and id together identify an event (CloudEvents 1.0.2): two feeds may both count from 1
        source = envelope.header(consumed.headers, "ce_source")
        id_ = envelope.header(consumed.headers, "ce_id")
        cause = f"{source} {id_}" if source and id_ else f"{consumed.topic}/{consumed.partition}/{consumed.offset}"
        stage = self._stage
        if topic is not None:  # several records of one cause, each an event of its own
            cause = f"{cause} {topic} {subject}"
        model = f"{outcome.model} {outcome.basis}" if outcome.basis else outcome.model
        return envelope.event(
            id_=event_id(cause, stage=stage.name, version=stage.version, model=model, settings=self._settings_digest),
            source=f"/copydesk/{stage.name}",
            type_=self._event_types[topic or stage.sink],
            time=now,
            subject=outcome.article_id if topic is None else subject,
            passed_on=envelope.passed_on(
                consumed.headers, partition=consumed.partition, offset=consumed.offset, timestamp=consumed.timestamp
            ),
        )

    def _dead_letter(self, consumed: ConsumedRecord, outcome: Outcome) -> OutputRecord:
        """Dead letter with the original's key, bytes and headers, or as much of them as its topic takes."""
        if outcome.disposition == "passed":
            raise ValueError("an article that passed is no dead letter")
        error = outcome.error or ArticleError(class_name="Unknown", message="")
        headers = DeadLetter(
            stage=self._stage.name,
            topic=consumed.topic,
            partition=str(consumed.partition),
            offset=str(consumed.offset),
            timestamp=str(max(consumed.timestamp, 0)),
            group=self.group,
            reason=outcome.disposition,
            exception_class=error.class_name,
            exception_message=error.message,
            exception_stacktrace=error.stacktrace,
            attempt=str(deadletter.attempt(consumed.headers)),
            version=self._stage.version,
        ).headers()
        # aiokafka refuses a record with neither key nor value
        value = b"" if consumed.key is None and consumed.value is None else consumed.value
        whole = OutputRecord(
            self._dead_letters, consumed.key, value, [*deadletter.original(consumed.headers), *headers]
        )
        limit = self._limits[self._dead_letters]
        for record in (whole, whole._replace(value=b""), OutputRecord(self._dead_letters, None, b"", headers)):
            if record_bytes(record.key, record.value, record.headers) <= limit:
                break  # else twelve short headers remain: nothing smaller says as much
        return record


def log_fields(article: ProcessedArticle) -> dict[str, object]:
    """Fields of the log line of an article."""
    consumed, outcome, spans = article.consumed, article.outcome, article.spans
    fields: dict[str, object] = {
        "topic": consumed.topic,
        "partition": consumed.partition,
        "offset": consumed.offset,
        "article_id": outcome.article_id,
        "trace_id": envelope.trace_id(consumed.headers) if spans is None else spans.trace_id,
        "disposition": outcome.disposition,
    }
    if outcome.error is not None:
        fields["error"] = f"{outcome.error.class_name}: {outcome.error.message}"[: deadletter.MESSAGE_BYTES]
    return fields


__all__ = ["ConsumedRecord", "OutputRecord", "ProcessedArticle", "RecordBuilder", "log_fields"]
