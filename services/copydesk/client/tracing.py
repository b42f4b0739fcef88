"""Traces: an article's way through publisher and stages as OpenTelemetry spans, and every name in them.

Off (the default of `COPYDESK_TRACING`) nothing of OpenTelemetry is imported. What an article's headers say of its trace
is passed on by the stages either way.

The names are those of OpenTelemetry's conventions for messaging and for Kafka, which are still "Development" and have
renamed attributes before (`messaging.kafka.message.offset` to `messaging.kafka.offset`): they are spelled here only.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import copydesk
from copydesk.contracts.envelope import TRACE, Header, Headers, header

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

SYSTEM = "messaging.system"
OPERATION_NAME = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
DESTINATION = "messaging.destination.name"
PARTITION = "messaging.destination.partition.id"
OFFSET = "messaging.kafka.offset"
TOMBSTONE = "messaging.kafka.message.tombstone"
GROUP = "messaging.consumer.group.name"
BODY_BYTES = "messaging.message.body.size"
ERROR = "error.type"
PROCESS = "process.pid"
ARTICLE = "copydesk.article.id"
DISPOSITION = "copydesk.disposition"
STAGE = "copydesk.stage"

Value = str | int | bool
Operation = Literal["send", "process"]

FLUSH_SECONDS = 5.0
"""How long the end of a process waits for a collector to take its last spans."""


def require() -> None:
    """Make sure that OpenTelemetry is installed.

    Raises:
        ValueError: It is not.
    """
    try:
        found = all(find_spec(name) for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))
    except ModuleNotFoundError:
        found = False
    if not found:
        raise ValueError("COPYDESK_TRACING=true needs OpenTelemetry: pip install 'copydesk[otel]'")


class Tracing:
    """Spans of this process, sent by OTLP over HTTP to where the standard `OTEL_EXPORTER_OTLP_*` variables say."""

    def __init__(self, service: str) -> None:
        """Ready to record; nothing is sent yet.

        Args:
            service: `service.name`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` name another.
        """
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - only who traces pays for it
            TraceContextTextMapPropagator,
        )

        self._own = _own_provider(service)
        self._tracer = self._own.get_tracer("copydesk", copydesk.__version__)
        self._w3c = TraceContextTextMapPropagator()

    def context(self, headers: Headers) -> Context:
        """The trace that a record's headers carry; an empty one where they carry none that is valid."""
        from opentelemetry.context import Context  # noqa: PLC0415 - as above

        told = {name: value for name in TRACE if (value := header(headers, name)) is not None}
        return self._w3c.extract(told, context=Context())

    def headers(self, span: Span) -> list[Header]:
        """What carries a span on to who reads the record."""
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415 - as above

        carrier: dict[str, str] = {}
        self._w3c.inject(carrier, set_span_in_context(span))
        return [(name, value.encode()) for name, value in carrier.items()]

    def start(
        self,
        operation: Operation,
        topic: str,
        *,
        under: Span | Context | None = None,
        began: int | None = None,
        attributes: Mapping[str, Value] | None = None,
    ) -> Span:
        """A span that has begun: something done with a record of a topic.

        Args:
            operation: What is done.
            topic: With a record of which topic, by its full name.
            under: The span or the trace it belongs to; default: what is current in the calling program.
            began: When, nanoseconds since 1970; default: now.
            attributes: What else to tell.
        """
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - as above

        told = {SYSTEM: "kafka", OPERATION_NAME: operation, OPERATION_TYPE: operation, DESTINATION: topic}
        return self._tracer.start_span(
            f"{operation} {topic}",
            context=_context(under),
            kind=SpanKind.PRODUCER if operation == "send" else SpanKind.CONSUMER,
            start_time=began,
            attributes={**told, **(attributes or {})},
        )

    def record(self, name: str, *, under: Span, began: int, ended: int, attributes: Mapping[str, Value]) -> None:
        """A span of something that is over."""
        span = self._tracer.start_span(name, context=_context(under), start_time=began, attributes=attributes)
        span.end(ended)

    async def close(self) -> None:
        """Send what is left; a collector that does not answer gets `FLUSH_SECONDS`."""
        # a daemon: neither the event loop's end nor the interpreter's waits for it
        flushing = threading.Thread(target=self._own.shutdown, daemon=True)
        flushing.start()
        await asyncio.to_thread(flushing.join, FLUSH_SECONDS)


def failed(span: Span, what: str) -> None:
    """Mark a span as failed, by the name of what went wrong: messages may quote an article."""
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - only who traces pays for it

    span.set_attribute(ERROR, what)
    span.set_status(StatusCode.ERROR)


def _context(under: Span | Context | None) -> Context | None:
    from opentelemetry.trace import Span, set_span_in_context  # noqa: PLC0415 - as above

    return set_span_in_context(under) if isinstance(under, Span) else under


def _own_provider(service: str) -> TracerProvider:
    """A provider of our own: a program that uses the client may have set up another for itself."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    ours = {"service.name": service, "service.namespace": "copydesk", "service.version": copydesk.__version__}
    resource = Resource.create({**ours, **OTELResourceDetector().detect().attributes})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # `close` does that, and does not hang
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


__all__ = ["Tracing", "failed", "require"]
