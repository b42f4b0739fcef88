"""Traces: an article's way through publisher and stages as OpenTelemetry spans, and the names of all attributes.

Without `COPYDESK_TRACING=true` nothing of OpenTelemetry is imported. Stages pass on an article's trace headers in both
cases.

The names follow OpenTelemetry's conventions for messaging and for Kafka. Those are still "Development" and have renamed
attributes before (`messaging.kafka.message.offset` to `messaging.kafka.offset`), so names are spelled only here.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

import copydesk
from copydesk.contracts.envelope import TRACE, Header, Headers, header
from copydesk.extras import install_hint

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
"""Longest wait at the end of a process until a collector has taken its last spans."""


def require_opentelemetry() -> None:
    """Check that OpenTelemetry is installed.

    Raises:
        ValueError: It is not installed.
    """
    try:
        installed = all(find_spec(name) for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"))
    except ModuleNotFoundError:
        installed = False
    if not installed:
        raise ValueError(f"COPYDESK_TRACING=true needs OpenTelemetry; {install_hint('otel')}")


class Tracing:
    """Spans of a process, sent by OTLP over HTTP; the standard `OTEL_EXPORTER_OTLP_*` variables name the receiver."""

    def __init__(self, service: str) -> None:
        """Tracing that is ready to record; nothing is sent yet.

        Args:
            service: Value of `service.name`, unless `OTEL_SERVICE_NAME` or `OTEL_RESOURCE_ATTRIBUTES` set another one.
        """
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415 - imported only where spans are recorded
            TraceContextTextMapPropagator,
        )

        self._provider = _make_provider(service)
        self._tracer = self._provider.get_tracer("copydesk", copydesk.__version__)
        self._w3c = TraceContextTextMapPropagator()

    def context(self, headers: Headers) -> Context:
        """Trace context in a record's headers; an empty one if they have no valid one."""
        from opentelemetry.context import Context  # noqa: PLC0415 - as above

        carrier = {name: value for name in TRACE if (value := header(headers, name)) is not None}
        return self._w3c.extract(carrier, context=Context())

    def headers(self, span: Span) -> list[Header]:
        """Headers that carry a span to the readers of a record."""
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
        """Start a span of an operation on a record.

        Args:
            operation: The operation.
            topic: Full name of the record's topic.
            under: Parent span or trace; default: the current one of the calling program.
            began: Start time, nanoseconds since 1970; default: now.
            attributes: More attributes.
        """
        from opentelemetry.trace import SpanKind  # noqa: PLC0415 - as above

        common = {SYSTEM: "kafka", OPERATION_NAME: operation, OPERATION_TYPE: operation, DESTINATION: topic}
        return self._tracer.start_span(
            f"{operation} {topic}",
            context=_context(under),
            kind=SpanKind.PRODUCER if operation == "send" else SpanKind.CONSUMER,
            start_time=began,
            attributes={**common, **(attributes or {})},
        )

    def record(self, name: str, *, under: Span, began: int, ended: int, attributes: Mapping[str, Value]) -> None:
        """Record a span that has ended already.

        Args:
            name: The span's name.
            under: Parent span.
            began: Start time, nanoseconds since 1970.
            ended: End time, nanoseconds since 1970.
            attributes: Attributes.
        """
        span = self._tracer.start_span(name, context=_context(under), start_time=began, attributes=attributes)
        span.end(ended)

    async def close(self) -> None:
        """Send the remaining spans; wait at most `FLUSH_SECONDS` for the collector."""
        # a daemon thread: neither the event loop nor the interpreter waits for it at its end
        thread = threading.Thread(target=self._provider.shutdown, daemon=True)
        thread.start()
        await asyncio.to_thread(thread.join, FLUSH_SECONDS)


def failed(span: Span, error: str) -> None:
    """Mark a span as failed.

    Args:
        span: The span.
        error: Class name of the error; not its message, which may quote an article.
    """
    from opentelemetry.trace import StatusCode  # noqa: PLC0415 - imported only where spans are recorded

    span.set_attribute(ERROR, error)
    span.set_status(StatusCode.ERROR)


def _context(under: Span | Context | None) -> Context | None:
    from opentelemetry.trace import Span, set_span_in_context  # noqa: PLC0415 - as above

    return set_span_in_context(under) if isinstance(under, Span) else under


def _make_provider(service: str) -> TracerProvider:
    """Tracer provider of copydesk's own; a program that uses the client may have set up another one globally."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - as above
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above

    defaults = {"service.name": service, "service.namespace": "copydesk", "service.version": copydesk.__version__}
    resource = Resource.create({**defaults, **OTELResourceDetector().detect().attributes})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # `close` does that, and does not hang
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


__all__ = ["Tracing", "failed", "require_opentelemetry"]
