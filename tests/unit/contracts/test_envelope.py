from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contracts.envelope import (
    INGESTED,
    ORIGIN,
    Header,
    event,
    header,
    passed_on,
    rfc3339,
    seconds,
    trace_id,
)

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
NULL: Header = ("x-null", None)  # what aiokafka hands on for a null header


def test_a_message_has_the_headers_of_a_cloud_event_in_binary_mode() -> None:
    headers = event(
        id_="e-1", source="/copydesk/cleaner", type_="copydesk.article.cleaned.v1", time=1_500, subject="bbc/ö"
    )
    assert headers == [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e-1"),
        ("ce_source", b"/copydesk/cleaner"),
        ("ce_type", b"copydesk.article.cleaned.v1"),
        ("ce_time", b"1970-01-01T00:00:01.500Z"),
        ("ce_subject", "bbc/ö".encode()),
        ("content-type", b"application/json"),
    ]


def test_an_event_without_subject_has_no_such_header_and_what_is_passed_on_comes_last() -> None:
    headers = event(id_="e", source="s", type_="t", time=0, subject=None, passed_on=[("x-feed", b"1")])
    assert "ce_subject" not in dict(headers)
    assert headers[-2:] == [("content-type", b"application/json"), ("x-feed", b"1")]


def test_a_result_inherits_everybody_elses_headers_in_their_order_and_none_of_ours() -> None:
    theirs: list[Header] = [
        ("traceparent", TRACEPARENT),
        ("x-feed", b"a"),
        ("x-feed", b"b"),
        ("tracestate", b"\xff"),
        NULL,
    ]
    ours = [
        ("ce_id", b"1"),
        ("ce_anything", b"1"),
        ("content-type", b"text/plain"),
        ("dlq.attempt", b"2"),
        ("dlq.reason", b"failed"),
    ]
    inherited = passed_on([*ours[:2], *theirs, *ours[2:]], partition=3, offset=1042, timestamp=1_500)
    assert inherited == [(ORIGIN, b"3/1042"), (INGESTED, b"1970-01-01T00:00:01.500Z"), *theirs]


def test_origin_and_ingestion_time_are_the_raw_articles_at_every_stage() -> None:
    first = passed_on([], partition=3, offset=1042, timestamp=1_500)
    second = passed_on(first, partition=7, offset=1, timestamp=99_000)
    assert second == first


def test_an_origin_that_cannot_be_read_is_made_anew() -> None:
    inherited = passed_on([(ORIGIN, b"\xff"), (INGESTED, b"\xff")], partition=3, offset=4, timestamp=0)
    assert inherited == [(ORIGIN, b"3/4"), (INGESTED, b"1970-01-01T00:00:00.000Z")]


@pytest.mark.parametrize(
    ("headers", "value"),
    [
        ([], None),
        ([("a", b"1")], "1"),
        ([("a", b"1"), ("b", b"2"), ("a", b"3")], "3"),
        ([("A", b"1")], None),
        ([("a", b"\xff")], None),
        ([("a", b"1"), ("a", None)], None),
        ([("a", b"")], ""),
    ],
)
def test_the_last_header_of_a_name_counts(headers: list[Header], value: str | None) -> None:
    assert header(headers, "a") == value


@pytest.mark.parametrize(
    ("value", "trace"),
    [
        (TRACEPARENT, "0af7651916cd43dd8448eb211c80319c"),
        (b"", None),
        (b"00-short-b7ad6b7169203331-01", None),
        (TRACEPARENT + b"-more", None),
        (b"\xff", None),
    ],
)
def test_the_trace_id_is_read_from_traceparent(value: bytes, trace: str | None) -> None:
    assert trace_id([("traceparent", value)]) == trace
    assert trace_id([]) is None


@pytest.mark.parametrize(
    ("milliseconds", "time"),
    [
        (1_795_162_500_250, "2026-11-20T08:15:00.250Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"),  # Kafka's word for no timestamp
        (1_795_162_500_250_000, "9999-12-31T23:59:59.999Z"),  # a producer that counts microseconds
        (2**63 - 1, "9999-12-31T23:59:59.999Z"),
        (-(2**63), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_a_timestamp_is_written_as_rfc_3339_in_utc(milliseconds: int, time: str) -> None:
    assert rfc3339(milliseconds) == time


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_timestamp_that_kafka_can_hold_raises(milliseconds: int) -> None:
    time = rfc3339(milliseconds)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", time)
    assert datetime.fromisoformat(time).tzinfo is not None


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_seconds_reads_what_rfc3339_wrote(milliseconds: int) -> None:
    assert round(seconds(rfc3339(milliseconds), default=0) * 1000) == milliseconds


@given(st.text() | st.datetimes().map(str))
def test_a_header_that_is_no_time_gives_the_default(text: str) -> None:
    assert isinstance(seconds(text, default=-5), float | int)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_the_default(text: str) -> None:
    assert seconds(text, default=-5) == -5
