"""From what was read, and what became of it, to the one record to write: a result, a tombstone or a dead letter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, Self

from copydesk.client.connection import Connection
from copydesk.contracts import deadletter, envelope
from copydesk.contracts.deadletter import DeadLetter
from copydesk.contracts.envelope import Header
from copydesk.contracts.ids import event_id, id_from_key
from copydesk.contracts.topics import record_bytes, topics_with
from copydesk.runtime.execution import Outcome, Trouble
from copydesk.stage import Stage


class ConsumedRecord(NamedTuple):
    """A record as it was read; `timestamp` in milliseconds since 1970."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]

    @classmethod
    def of(cls, record: Any) -> Self:
        """A record of aiokafka's."""
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
    """A record to be written; `topic` is the full name on this cluster."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[Header]


class Traced(Protocol):
    """The spans of an article, where it is traced."""

    @property
    def trace_id(self) -> str:
        """As logs tell it."""

    def end(self, ready: ProcessedArticle) -> None:
        """It is committed."""


class ProcessedArticle(NamedTuple):
    """An article that is done with, and the record that says so."""

    incoming: ConsumedRecord
    outcome: Outcome
    record: OutputRecord
    spans: Traced | None = None


class RecordBuilder:
    """Makes the records of one stage, each small enough for its topic."""

    def __init__(
        self,
        stage: Stage,
        connection: Connection,
        *,
        settings_digest: str,
        limits: Mapping[str, int],
        group: str | None = None,
    ) -> None:
        """For a stage on a cluster.

        Args:
            stage: Whose results they are.
            connection: Names the topics.
            settings_digest: Of the stage's settings, as it goes into `ce_id`.
            limits: `max.message.bytes` of sink and dead letter topic, by full name.
            group: The consumer group that reads, by full name; default: the stage's workers'.
        """
        self._stage = stage
        self._sink = connection.full(stage.sink)
        self._dead_letters = connection.full(stage.dead_letters)
        self.group = group or connection.full(f"copydesk.{stage.name}")
        self._settings_digest = settings_digest
        self._limits = limits
        self._type = topics_with([stage])[stage.sink].event or stage.sink

    def build(self, incoming: ConsumedRecord, outcome: Outcome, now: int) -> ProcessedArticle:
        """What is to be written for this article, now (milliseconds since 1970)."""
        if outcome.disposition == "passed":
            key = incoming.key if outcome.article_id is None else outcome.article_id.encode()
            record = OutputRecord(self._sink, key, outcome.value, self._headers(incoming, outcome, now))
            size = record_bytes(key, outcome.value, record.headers)
            if size <= self._limits[self._sink]:
                return ProcessedArticle(incoming, outcome, record)
            return self.oversized(
                incoming, outcome, f"the result takes up to {size} bytes, over {self._limits[self._sink]}"
            )
        return ProcessedArticle(incoming, outcome, self._dead_letter(incoming, outcome))

    def tombstone(self, incoming: ConsumedRecord, now: int) -> ProcessedArticle:
        """A withdrawal, passed down the chain; a dead letter where its key is no article's id."""
        problem = "a record with neither key nor value"
        if incoming.key:
            try:
                id_ = id_from_key(incoming.key)
            except ValueError as error:
                problem = f"a tombstone, but {error}"
            else:
                outcome = Outcome(disposition="passed", article_id=id_)
                return ProcessedArticle(
                    incoming,
                    outcome,
                    OutputRecord(self._sink, incoming.key, None, self._headers(incoming, outcome, now)),
                )
        trouble = Trouble(name="InvalidDocumentError", message=problem)
        outcome = Outcome(disposition="invalid", trouble=trouble)
        return ProcessedArticle(incoming, outcome, self._dead_letter(incoming, outcome))

    def oversized(self, incoming: ConsumedRecord, outcome: Outcome, why: str) -> ProcessedArticle:
        """The dead letter of an article whose result is too large for its topic."""
        trouble = Trouble(name="MessageSizeTooLargeError", message=f"{why}: max.message.bytes of {self._sink}")
        outcome = Outcome(disposition="oversized", article_id=outcome.article_id, trouble=trouble)
        return ProcessedArticle(incoming, outcome, self._dead_letter(incoming, outcome))

    def without_value(self, ready: ProcessedArticle) -> ProcessedArticle:
        """The same dead letter without the original's bytes: its headers say where they lie."""
        return ready._replace(record=ready.record._replace(value=b""))

    def _headers(self, incoming: ConsumedRecord, outcome: Outcome, now: int) -> list[Header]:
        # an event is known by its source and its id together (CloudEvents 1.0.2): two feeds may both count from 1
        source, id_ = envelope.header(incoming.headers, "ce_source"), envelope.header(incoming.headers, "ce_id")
        cause = f"{source} {id_}" if source and id_ else f"{incoming.topic}/{incoming.partition}/{incoming.offset}"
        stage = self._stage
        return envelope.event(
            id_=event_id(
                cause, stage=stage.name, version=stage.version, model=outcome.model, settings=self._settings_digest
            ),
            source=f"/copydesk/{stage.name}",
            type_=self._type,
            time=now,
            subject=outcome.article_id,
            passed_on=envelope.passed_on(
                incoming.headers, partition=incoming.partition, offset=incoming.offset, timestamp=incoming.timestamp
            ),
        )

    def _dead_letter(self, incoming: ConsumedRecord, outcome: Outcome) -> OutputRecord:
        if outcome.disposition == "passed":
            raise ValueError("what passed is no dead letter")
        trouble = outcome.trouble or Trouble(name="Unknown", message="")
        letter = DeadLetter(
            stage=self._stage.name,
            topic=incoming.topic,
            partition=str(incoming.partition),
            offset=str(incoming.offset),
            timestamp=str(max(incoming.timestamp, 0)),
            group=self.group,
            reason=outcome.disposition,
            exception_class=trouble.name,
            exception_message=trouble.message,
            exception_stacktrace=trouble.stack,
            attempt=str(deadletter.attempt(incoming.headers)),
            version=self._stage.version,
        ).headers()
        limit = self._limits[self._dead_letters]
        # aiokafka refuses a record with neither key nor value
        value = b"" if incoming.key is None and incoming.value is None else incoming.value
        whole = OutputRecord(self._dead_letters, incoming.key, value, [*deadletter.original(incoming.headers), *letter])
        for record in (whole, whole._replace(value=b""), OutputRecord(self._dead_letters, None, b"", letter)):
            if record_bytes(record.key, record.value, record.headers) <= limit:
                break  # else twelve short headers: nothing smaller can be said
        return record


def told(ready: ProcessedArticle) -> dict[str, object]:
    """What a log line says of an article."""
    incoming, outcome, spans = ready.incoming, ready.outcome, ready.spans
    line: dict[str, object] = {
        "topic": incoming.topic,
        "partition": incoming.partition,
        "offset": incoming.offset,
        "article_id": outcome.article_id,
        "trace_id": envelope.trace_id(incoming.headers) if spans is None else spans.trace_id,
        "disposition": outcome.disposition,
    }
    if outcome.trouble is not None:
        line["trouble"] = f"{outcome.trouble.name}: {outcome.trouble.message}"[: deadletter.MESSAGE_BYTES]
    return line


__all__ = ["ConsumedRecord", "OutputRecord", "ProcessedArticle", "RecordBuilder", "told"]
