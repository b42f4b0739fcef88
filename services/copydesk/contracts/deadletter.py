"""Dead letters: the original key, bytes and headers, plus headers that say where and why the article failed.

The value of a dead letter is whatever the producer sent, so the contract is about the headers.
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
    """Reason why a message is in a dead letter topic. Every field is a header, as UTF-8 text."""

    stage: Annotated[str, Meta(min_length=1)]
    topic: Annotated[str, Meta(min_length=1, description="Topic from which the original was read")]
    partition: Digits
    offset: Digits
    timestamp: Annotated[
        str, Meta(pattern=r"^[0-9]{1,19}\Z", description="Timestamp of the original, in milliseconds since 1970")
    ]
    group: Annotated[str, Meta(min_length=1, description="Consumer group that read the original")]
    reason: DeadLetterReason
    exception_class: Annotated[str, Meta(min_length=1)]
    exception_message: Annotated[str, Meta(max_length=MESSAGE_BYTES)]
    exception_stacktrace: Annotated[str, Meta(max_length=STACK_BYTES)]
    attempt: Annotated[
        str,
        Meta(pattern=r"^[1-9][0-9]{0,8}\Z", description="Number of the attempt: 1 at first, one more after each retry"),
    ]
    version: Annotated[str, Meta(min_length=1, description="Version of the stage")]

    def headers(self) -> list[Header]:
        """Message headers. Of the message the first 500 bytes are kept, of the stack trace the last 8,000."""
        limits = {"dlq.exception.message": MESSAGE_BYTES, "dlq.exception.stacktrace": -STACK_BYTES}
        return [
            (name, _cut(value, limits.get(name, 0)))
            for name, value in zip(self.__struct_encode_fields__, msgspec.structs.astuple(self), strict=True)
        ]

    @classmethod
    def from_headers(cls, headers: Headers) -> Self:
        """Read a dead letter from message headers.

        Raises:
            msgspec.ValidationError: A header is missing or wrong; the message names it.
        """
        fields = {name: (value or b"").decode("utf-8", "replace") for name, value in headers if name.startswith(PREFIX)}
        return msgspec.convert(fields, cls)


def attempt(headers: Headers) -> int:
    """Number of attempts so far, this one included. A header that holds no such number is ignored.

    >>> attempt([("dlq.attempt", b"2")]), attempt([("dlq.attempt", b"0")])
    (2, 1)
    """
    value = next((value for name, value in reversed(headers) if name == "dlq.attempt"), b"")
    return max(1, int(value)) if value and value.isdigit() and len(value) < 10 else 1


def original(headers: Headers) -> list[Header]:
    """Headers of the original, without those that a dead letter adds."""
    return [(name, value) for name, value in headers if not name.startswith(PREFIX)]


def _cut(text: str, limit: int) -> bytes:
    raw = text.encode("utf-8", "replace")
    if limit and len(raw) > abs(limit):
        # a cut may fall inside a character: the rest of it is dropped, too
        raw = (raw[:limit] if limit > 0 else raw[limit:]).decode("utf-8", "ignore").encode()
    return raw
