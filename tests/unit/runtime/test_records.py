from __future__ import annotations

import pytest
from copydesk_teststages import stage

from copydesk.client.connection import Connection
from copydesk.contracts import deadletter
from copydesk.contracts.envelope import header
from copydesk.contracts.topics import record_bytes
from copydesk.runtime.execution import ArticleError, Outcome
from copydesk.runtime.records import ConsumedRecord, RecordBuilder, log_fields

NOW = 1_700_000_000_000


def builder(*, sink: int = 10_000, dead: int = 10_000, prefix: str = "", settings_digest: str = "") -> RecordBuilder:
    limits = {f"{prefix}articles.cleaned": sink, f"{prefix}articles.probe.dlq": dead}
    return RecordBuilder(stage, Connection(topic_prefix=prefix), settings_digest=settings_digest, limits=limits)


def consumed(**more: object) -> ConsumedRecord:
    fields: dict[str, object] = {
        "topic": "articles.raw",
        "partition": 3,
        "offset": 1042,
        "timestamp": NOW - 5_000,
        "key": b"key",
        "value": b'{"text": "x"}',
        "headers": (),
    }
    return ConsumedRecord(**(fields | more))  # type: ignore[arg-type]


def passed(**more: object) -> Outcome:
    return Outcome(**({"disposition": "passed", "article_id": "a/1", "model": "m", "value": b"{}"} | more))  # type: ignore[arg-type]


def failed(**more: object) -> Outcome:
    error = ArticleError(class_name="RuntimeError", message="boom", stacktrace="Traceback ...")
    return Outcome(**({"disposition": "failed", "article_id": "a/1", "error": error} | more))  # type: ignore[arg-type]


def test_a_result_is_keyed_by_the_articles_id() -> None:
    record = builder().build(consumed(), passed(), NOW).outputs[0]
    assert (record.topic, record.key, record.value) == ("articles.cleaned", b"a/1", b"{}")
    assert header(record.headers, "copydesk-origin") == "3/1042"
    assert header(record.headers, "ce_ingestedtime") == "2023-11-14T22:13:15.000Z"
    assert header(record.headers, "ce_time") == "2023-11-14T22:13:20.000Z"


def test_origin_and_ingestion_time_of_the_raw_article_are_passed_on() -> None:
    headers = (("copydesk-origin", b"7/9"), ("ce_ingestedtime", b"2020-01-01T00:00:00.000Z"))
    record = builder().build(consumed(headers=headers), passed(), NOW).outputs[0]
    assert header(record.headers, "copydesk-origin") == "7/9"
    assert header(record.headers, "ce_ingestedtime") == "2020-01-01T00:00:00.000Z"


def event(outcome: Outcome | None = None, *, digest: str = "", **more: object) -> str | None:
    return header(
        builder(settings_digest=digest).build(consumed(**more), outcome or passed(), NOW).outputs[0].headers, "ce_id"
    )


def test_a_redelivery_has_the_same_event_id_and_a_new_cause_model_or_setting_another() -> None:
    assert event() == event()
    cause = (("ce_source", b"/feed/a"), ("ce_id", b"1"))
    other = (("ce_source", b"/feed/b"), ("ce_id", b"1"))
    assert event(headers=cause) == event(headers=cause, offset=7, partition=0)
    different = [
        event(),
        event(offset=7),
        event(headers=cause),
        event(headers=other),
        event(passed(model="n")),
        event(digest="d"),
    ]
    assert len(set(different)) == len(different)


def test_topics_and_group_carry_the_prefix() -> None:
    made = builder(prefix="test-")
    assert made.group == "test-copydesk.probe"
    assert made.build(consumed(), passed(), NOW).outputs[0].topic == "test-articles.cleaned"
    assert made.build(consumed(), failed(), NOW).outputs[0].topic == "test-articles.probe.dlq"


def test_a_dead_letter_is_the_original_and_why() -> None:
    headers = (("x-mine", b"1"), ("dlq.attempt", b"2"), ("dlq.reason", b"stale"))
    record = builder().build(consumed(headers=headers), failed(), NOW).outputs[0]
    assert (record.key, record.value) == (b"key", b'{"text": "x"}')
    assert record.headers[0] == ("x-mine", b"1")
    letter = deadletter.DeadLetter.from_headers(record.headers)
    assert (letter.reason, letter.attempt, letter.offset) == ("failed", "2", "1042")
    assert [name for name, _ in record.headers].count("dlq.reason") == 1


def test_an_oversized_result_becomes_a_dead_letter_that_fits() -> None:
    article = builder(sink=1_000).build(consumed(), passed(value=b"x" * 2_000), NOW)
    assert article.outcome.disposition == "oversized"
    assert article.outputs[0].topic == "articles.probe.dlq"
    assert article.outputs[0].value == b'{"text": "x"}'


def test_a_dead_letter_that_does_not_fit_is_a_pointer() -> None:
    large = consumed(value=b"x" * 20_000, headers=(("x-mine", b"1"),))
    record = builder().build(large, failed(), NOW).outputs[0]
    assert record.value == b""
    assert header(record.headers, "x-mine") == "1"
    assert record_bytes(record.key, record.value, record.headers) <= 10_000


def test_headers_that_do_not_fit_are_left_out_of_a_dead_letter() -> None:
    record = builder().build(consumed(headers=(("x-mine", b"1" * 20_000),)), failed(), NOW).outputs[0]
    assert (record.key, record.value) == (None, b"")
    assert header(record.headers, "dlq.offset") == "1042"


def test_a_tombstone_passes_with_its_key() -> None:
    article = builder().tombstone(consumed(value=None), NOW)
    assert article.outcome.disposition == "passed"
    assert (article.outputs[0].topic, article.outputs[0].key, article.outputs[0].value) == (
        "articles.cleaned",
        b"key",
        None,
    )


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "neither key nor value"),
        (b"", "neither key nor value"),
        (b"\xff", "not UTF-8"),
        (b"x" * 300, "300 bytes"),
    ],
)
def test_a_tombstone_without_an_id_is_invalid(key: bytes | None, why: str) -> None:
    article = builder().tombstone(consumed(key=key, value=None), NOW)
    assert article.outcome.disposition == "invalid"
    assert why in (header(article.outputs[0].headers, "dlq.exception.message") or "")
    assert article.outputs[0].key is not None or article.outputs[0].value is not None, (
        "Kafka's client refuses such a record"
    )


def test_a_log_line_says_where_and_what() -> None:
    line = log_fields(builder().build(consumed(), failed(), NOW))
    assert line["disposition"] == "failed"
    assert line["error"] == "RuntimeError: boom"
    assert {"topic", "partition", "offset", "article_id", "trace_id"} <= line.keys()
