"""Dead letters: the original key, bytes and headers, and behind them where and why.

The value of a dead letter is whatever the producer sent, so its contract is its headers.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from copydesk.contracts.envelope import Header, Headers

PREFIX = "dlq."
MESSAGE_BYTES = 500
STACK_BYTES = 8_000

Digits = Annotated[str, Meta(pattern=r"^[0-9]{1,19}\Z")]
DeadLetterReason = Literal["rejected", "failed", "invalid", "oversized"]


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True, rename=lambda name: PREFIX + name.replace("_", ".")):
    """Why a message lies in a dead letter topic; every field is a header, UTF-8 text."""

    stage: Annotated[str, Meta(min_length=1)]
    topic: Annotated[str, Meta(min_length=1, description="The topic it was read from")]
    partition: Digits
    offset: Digits
    timestamp: Annotated[str, Meta(pattern=r"^[0-9]{1,19}\Z", description="Of the original, milliseconds since 1970")]
    group: Annotated[str, Meta(min_length=1, description="The consumer group that gave up")]
    reason: DeadLetterReason
    exception_class: Annotated[str, Meta(min_length=1)]
    exception_message: Annotated[str, Meta(max_length=MESSAGE_BYTES)]
    exception_stacktrace: Annotated[str, Meta(max_length=STACK_BYTES)]
    attempt: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,8}\Z", description="1 at first; a retry counts on")]
    version: Annotated[str, Meta(min_length=1, description="Of the stage")]

    def headers(self) -> list[Header]:
        """As message headers.

        Message and stack trace are cut at 500 and 8,000 bytes: the message's beginning and the trace's end.
        """
        limits = {"dlq.exception.message": MESSAGE_BYTES, "dlq.exception.stacktrace": -STACK_BYTES}
        return [
            (name, _cut(value, limits.get(name, 0)))
            for name, value in zip(self.__struct_encode_fields__, msgspec.structs.astuple(self), strict=True)
        ]

    @classmethod
    def from_headers(cls, headers: Headers) -> Self:
        """The dead letter that these headers tell of.

        Raises:
            msgspec.ValidationError: They are no dead letter's; the message names the header.
        """
        told = {name: (value or b"").decode("utf-8", "replace") for name, value in headers if name.startswith(PREFIX)}
        return msgspec.convert(told, cls)


def attempt(headers: Headers) -> int:
    """How many times the message has been tried, this time included; a header that tells no such number is ignored.

    >>> attempt([("dlq.attempt", b"2")]), attempt([("dlq.attempt", b"0")])
    (2, 1)
    """
    told = next((value for name, value in reversed(headers) if name == "dlq.attempt"), b"")
    return max(1, int(told)) if told and told.isdigit() and len(told) < 10 else 1


def original(headers: Headers) -> list[Header]:
    """The headers without what a dead letter adds."""
    return [(name, value) for name, value in headers if not name.startswith(PREFIX)]


def _cut(text: str, limit: int) -> bytes:
    raw = text.encode("utf-8", "replace")
    if limit and len(raw) > abs(limit):
        # a cut may fall inside a character: what is left of it goes too
        raw = (raw[:limit] if limit > 0 else raw[limit:]).decode("utf-8", "ignore").encode()
    return raw
