"""Message headers: CloudEvents 1.0, Kafka protocol binding in binary mode, and what copydesk adds to it.

Source: CloudEvents 1.0.2 and its Kafka binding 1.0.2 (attributes as headers prefixed ``ce_``, ``content-type`` apart).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

Header = tuple[str, bytes | None]
"""Name and value. A foreign producer's header may be null, which aiokafka hands on as None: readers here allow it."""

Headers = Sequence[Header]

ORIGIN = "copydesk-origin"
"""Where the raw article lies: its partition and offset in ``articles.raw``, as ``3/1042``."""

INGESTED = "ce_ingestedtime"
"""When the raw article was appended to its topic; end-to-end times are measured from it."""

TRACE = ("traceparent", "tracestate")
"""W3C Trace Context, passed on as it came."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# the years 1 to 9999 are all that datetime and RFC 3339 know
_FIRST_MILLISECOND = -62_135_596_800_000
_LAST_MILLISECOND = 253_402_300_799_999

_OURS = ("ce_", "dlq.")
_OURS_WHOLE = frozenset({"content-type", ORIGIN})


def header(headers: Iterable[Header], name: str) -> str | None:
    """The last value of that header, or None where it is missing or not UTF-8.

    >>> header([("ce_id", b"1"), ("ce_id", b"2")], "ce_id")
    '2'
    """
    value = None
    for key, raw in headers:
        if key == name:
            value = raw
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def rfc3339(milliseconds: int) -> str:
    """A Kafka timestamp (milliseconds since 1970, UTC) as CloudEvents writes times.

    Producers set timestamps as they like (microseconds by mistake, -1): what no year has four digits for becomes
    the nearest time that can be written.

    >>> rfc3339(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    milliseconds = min(max(milliseconds, _FIRST_MILLISECOND), _LAST_MILLISECOND)
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(time: str, *, default: float) -> float:
    """Seconds since 1970 of an RFC 3339 time, or the default where it is none.

    >>> seconds("1970-01-01T00:00:01.500Z", default=0)
    1.5
    """
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return default


def trace_id(headers: Iterable[Header]) -> str | None:
    """The trace id of ``traceparent``, or None.

    >>> trace_id([("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
    '0af7651916cd43dd8448eb211c80319c'
    """
    parts = (header(headers, "traceparent") or "").split("-")
    return parts[1] if len(parts) == 4 and len(parts[1]) == 32 else None


def event(
    *, id_: str, source: str, type_: str, time: int, subject: str | None, passed_on: Iterable[Header] = ()
) -> list[Header]:
    """The headers of one message.

    Args:
        id_: ``ce_id``.
        source: ``ce_source``, a URI reference.
        type_: ``ce_type``, such as ``copydesk.article.cleaned.v1``.
        time: When it is published, milliseconds since 1970.
        subject: The article's id; a header cannot be null, so None leaves it out.
        passed_on: Headers to put behind these.
    """
    headers: list[Header] = [
        ("ce_specversion", b"1.0"),
        ("ce_id", id_.encode()),
        ("ce_source", source.encode()),
        ("ce_type", type_.encode()),
        ("ce_time", rfc3339(time).encode()),
    ]
    if subject is not None:
        headers.append(("ce_subject", subject.encode()))
    headers.append(("content-type", b"application/json"))
    headers.extend(passed_on)
    return headers


def passed_on(headers: Headers, *, partition: int, offset: int, timestamp: int) -> list[Header]:
    """What a result inherits from its input: origin, ingestion time, trace context and everybody else's headers.

    Args:
        headers: Of the input.
        partition: Of the input; the origin where the input names none (it is the raw article itself).
        offset: Ditto.
        timestamp: When the input was appended, milliseconds since 1970; the ingestion time, ditto.
    """
    inherited = [(name, value) for name, value in headers if not name.startswith(_OURS) and name not in _OURS_WHOLE]
    origin = header(headers, ORIGIN) or f"{partition}/{offset}"
    ingested = header(headers, INGESTED) or rfc3339(timestamp)
    return [(ORIGIN, origin.encode()), (INGESTED, ingested.encode()), *inherited]
