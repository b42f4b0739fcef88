"""Message headers: CloudEvents 1.0, Kafka protocol binding in binary mode, and copydesk's extensions.

Source: CloudEvents 1.0.2 and its Kafka binding 1.0.2 (attributes as headers prefixed ``ce_``, ``content-type`` apart).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

Header = tuple[str, bytes | None]
"""Name and value. Other producers may write null values, which aiokafka returns as None."""

Headers = Sequence[Header]

ORIGIN = "copydesk-origin"
"""Header with the place of the raw article: its partition and offset in ``articles.raw``, as ``3/1042``."""

INGESTED = "ce_ingestedtime"
"""Header with the time at which the raw article was appended. End-to-end times are measured from it."""

TRACE = ("traceparent", "tracestate")
"""Headers of W3C Trace Context, passed on as they came."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# datetime and RFC 3339 know the years 1 to 9999 only
_FIRST_MILLISECOND = -62_135_596_800_000
_LAST_MILLISECOND = 253_402_300_799_999

_OURS = ("ce_", "dlq.")
_OURS_WHOLE = frozenset({"content-type", ORIGIN})


def header(headers: Iterable[Header], name: str) -> str | None:
    """Last value of a header, or None if it is missing or not UTF-8.

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
    """A Kafka timestamp (milliseconds since 1970, UTC) in RFC 3339, as CloudEvents requires.

    Producers set any timestamps (microseconds by mistake, -1): one outside the years 1 to 9999 becomes the nearest time
    that can be written.

    >>> rfc3339(1_500)
    '1970-01-01T00:00:01.500Z'
    """
    milliseconds = min(max(milliseconds, _FIRST_MILLISECOND), _LAST_MILLISECOND)
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(time: str, *, default: float) -> float:
    """Seconds since 1970 of an RFC 3339 time, or the default if it is not one.

    >>> seconds("1970-01-01T00:00:01.500Z", default=0)
    1.5
    """
    try:
        return datetime.fromisoformat(time).timestamp()
    except (ValueError, OverflowError):
        return default


def trace_id(headers: Iterable[Header]) -> str | None:
    """Trace id in the header ``traceparent``, or None.

    >>> trace_id([("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")])
    '0af7651916cd43dd8448eb211c80319c'
    """
    parts = (header(headers, "traceparent") or "").split("-")
    return parts[1] if len(parts) == 4 and len(parts[1]) == 32 else None


def event(
    *, id_: str, source: str, type_: str, time: int, subject: str | None, passed_on: Iterable[Header] = ()
) -> list[Header]:
    """Headers of one message.

    Args:
        id_: ``ce_id``.
        source: ``ce_source``, a URI reference.
        type_: ``ce_type``, such as ``copydesk.article.cleaned.v1``.
        time: Time of publishing, in milliseconds since 1970.
        subject: The article's id; None leaves the header out.
        passed_on: Headers to append.
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
    """Headers that a result inherits from its input: origin, ingestion time, trace context, other producers' headers.

    Args:
        headers: Headers of the input.
        partition: Partition of the input. The raw article has no header for its origin: it is the origin.
        offset: Offset of the input, likewise.
        timestamp: Time at which the input was appended, in milliseconds since 1970: the ingestion time of a raw
            article.
    """
    inherited = [(name, value) for name, value in headers if not name.startswith(_OURS) and name not in _OURS_WHOLE]
    origin = header(headers, ORIGIN) or f"{partition}/{offset}"
    ingested = header(headers, INGESTED) or rfc3339(timestamp)
    return [(ORIGIN, origin.encode()), (INGESTED, ingested.encode()), *inherited]
