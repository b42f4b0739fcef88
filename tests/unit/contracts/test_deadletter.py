from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.contracts.deadletter import MESSAGE_BYTES, STACK_BYTES, DeadLetter, attempt, original
from copydesk.contracts.envelope import Header


def letter(**more: Any) -> DeadLetter:
    known: dict[str, Any] = {
        "stage": "cleaner",
        "topic": "articles.raw",
        "partition": "3",
        "offset": "1042",
        "timestamp": "1795162500250",
        "group": "copydesk.cleaner",
        "reason": "failed",
        "exception_class": "RuntimeError",
        "exception_message": "no",
        "exception_stacktrace": "",
        "attempt": "1",
        "version": "1.0.0",
    }
    return DeadLetter(**{**known, **more})


def test_every_field_is_a_header_under_the_name_of_the_contract() -> None:
    assert letter().headers() == [
        ("dlq.stage", b"cleaner"),
        ("dlq.topic", b"articles.raw"),
        ("dlq.partition", b"3"),
        ("dlq.offset", b"1042"),
        ("dlq.timestamp", b"1795162500250"),
        ("dlq.group", b"copydesk.cleaner"),
        ("dlq.reason", b"failed"),
        ("dlq.exception.class", b"RuntimeError"),
        ("dlq.exception.message", b"no"),
        ("dlq.exception.stacktrace", b""),
        ("dlq.attempt", b"1"),
        ("dlq.version", b"1.0.0"),
    ]


@pytest.mark.parametrize("before", ["", "a", "ab", "abc"])
@pytest.mark.parametrize("character", ["x", "é", "€", "\N{FOG}"])
def test_message_and_stack_trace_are_cut_at_bytes_and_between_characters(before: str, character: str) -> None:
    text = before + character * STACK_BYTES + before
    headers = dict(letter(exception_message=text, exception_stacktrace=text).headers())
    message, stack = headers["dlq.exception.message"], headers["dlq.exception.stacktrace"]
    assert message is not None
    assert stack is not None
    # as many bytes as fit without half a character
    size = len(character.encode())
    assert MESSAGE_BYTES - size < len(message) <= MESSAGE_BYTES
    assert STACK_BYTES - size < len(stack) <= STACK_BYTES
    assert text.startswith(message.decode())  # a message says most at its beginning
    assert text.endswith(stack.decode())  # a stack trace at its end


@given(message=st.text(max_size=100), stack=st.text())
def test_a_letter_is_read_from_its_headers_as_it_was_written(message: str, stack: str) -> None:
    written = letter(exception_message=message, exception_stacktrace=stack)
    read = DeadLetter.from_headers([("x-feed", b"1"), *written.headers()])
    assert read == written


@pytest.mark.parametrize("text", ["half an emoji \ud83d", "\udfff" * 9000])
def test_half_an_emoji_in_an_exception_does_not_keep_a_letter_from_being_written(text: str) -> None:
    headers = letter(exception_message=text, exception_stacktrace=text).headers()
    assert DeadLetter.from_headers(headers).exception_message == text[:MESSAGE_BYTES].replace(text[-1], "?")


def test_headers_that_are_no_dead_letters_are_refused_with_the_name_of_the_header() -> None:
    without = [(name, value) for name, value in letter().headers() if name != "dlq.reason"]
    with pytest.raises(msgspec.ValidationError, match=r"`dlq\.reason`"):
        DeadLetter.from_headers(without)
    with pytest.raises(msgspec.ValidationError, match=r"\$\.dlq\.offset"):
        DeadLetter.from_headers([*letter().headers(), ("dlq.offset", b"\xff")])
    null: Header = ("dlq.version", None)  # aiokafka's null header
    with pytest.raises(msgspec.ValidationError, match=r"\$\.dlq\.version"):
        DeadLetter.from_headers([*letter().headers(), null])


def test_a_newer_writers_headers_are_ignored() -> None:
    assert DeadLetter.from_headers([*letter().headers(), ("dlq.from.tomorrow", b"1")]) == letter()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"1", 1),
        (b"2", 2),
        (b"007", 7),
        (b"999999999", 999_999_999),
        (b"0", 1),
        (b"000", 1),
        (b"", 1),
        (b"-3", 1),
        (b"two", 1),
        (b"9" * 10, 1),
        ("²".encode(), 1),
        (None, 1),
    ],
)
def test_the_attempt_is_a_number_that_a_letter_can_hold_whatever_the_producer_wrote(value: bytes, number: int) -> None:
    headers = [("dlq.attempt", value)]
    assert attempt(headers) == number
    again = letter(attempt=str(attempt(headers)))
    assert DeadLetter.from_headers(again.headers()) == again


def test_without_a_header_it_is_the_first_attempt_and_of_several_the_last_counts() -> None:
    assert attempt([]) == 1
    assert attempt([("dlq.attempt", b"2"), ("dlq.attempt", b"3"), ("x", b"9")]) == 3


def test_the_original_headers_come_back_in_their_order() -> None:
    before: list[Header] = [("traceparent", b"t"), ("ce_id", b"1"), ("x", b"1"), ("x", b"\xff")]
    assert original([*before, *letter().headers()]) == before
    assert original(before) == before
