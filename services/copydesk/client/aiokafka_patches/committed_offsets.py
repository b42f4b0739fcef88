"""Committed offsets, asked for as KIP-447 does: pending commits are waited for, and errors are not taken for answers.

aiokafka (0.14) uses OffsetFetch 3 at most. While the group's coordinator moves, two kinds of its answers look like
"none committed". A reader then begins at the start of its partitions, whatever transactions guarantee (ADR 0002):

- The old coordinator, or one that still loads the group, answers with one error for the whole group and no partitions.
  aiokafka looks for errors in the partitions only.
- The new coordinator answers from what it knows its followers to have, which may be nothing for a moment. Only a
  request for stable offsets (version 7) waits.
"""

from __future__ import annotations

from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.commit import (
    OffsetFetchRequest,
    OffsetFetchRequest_v1,
    OffsetFetchRequest_v2,
    OffsetFetchRequest_v3,
    OffsetFetchResponse_v2,
    OffsetFetchResponse_v3,
)
from aiokafka.protocol.types import Boolean, CompactArray, CompactString, Int16, Int32, Int64, Schema, TaggedFields

UNSTABLE_OFFSET_COMMIT = 88
"""Error of a partition with a pending transaction (brokers before 4.0); aiokafka does not know it."""

_send = GroupCoordinator._send_req  # noqa: SLF001 - aiokafka has no public way to see the response


def ask_for_stable_offsets() -> None:
    """Make aiokafka ask for stable offsets and heed errors. Calling it again changes nothing more."""
    GroupCoordinator._send_req = _send_and_check  # noqa: SLF001 - ditto


class _Response7(Response):  # type: ignore[misc]  # aiokafka has no types
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", CompactString("utf-8")),
                        ("error_code", Int16),
                        ("tags", TaggedFields),
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("error_code", Int16),
        ("tags", TaggedFields),
    )


class _Request7(RequestStruct):  # type: ignore[misc]  # ditto
    API_KEY = 9
    API_VERSION = 7
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Response7
    SCHEMA = Schema(
        ("consumer_group", CompactString("utf-8")),
        (
            "topics",
            CompactArray(
                ("topic", CompactString("utf-8")), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)
            ),
        ),
        ("require_stable", Boolean),
        ("tags", TaggedFields),
    )


class _StableRequest(
    Request[OffsetFetchRequest_v1 | OffsetFetchRequest_v2 | OffsetFetchRequest_v3 | _Request7]  # type: ignore[misc]
):
    """OffsetFetch as aiokafka sends it, but for stable offsets where the broker supports them (Kafka 2.5)."""

    API_KEY = 9

    def __init__(self, request: OffsetFetchRequest) -> None:
        self._request = request

    def build(self, request_struct_class: type[Any]) -> Any:
        if request_struct_class is not _Request7:
            return self._request.build(request_struct_class)
        topics: list[Any] = [(topic, partitions, {}) for topic, partitions in self._request._partitions or ()]  # noqa: SLF001
        return _Request7(self._request._consumer_group, topics, True, {})  # noqa: FBT003, SLF001 - fields of a message


async def _send_and_check(self: Any, request: Any) -> Any:
    """Send a request to the coordinator; raise the error of an OffsetFetch response as if a partition had it.

    Raises:
        KafkaError: The committed offsets are refused; aiokafka asks again after a retriable error.
    """
    if not isinstance(request, OffsetFetchRequest):
        return await _send(self, request)
    response = await _send(self, _StableRequest(request))
    if isinstance(response, _Response7):
        response = _to_version_3(response)
    if isinstance(response, OffsetFetchResponse_v2 | OffsetFetchResponse_v3) and response.error_code:
        error = for_code(response.error_code)
        if error in {NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError}:
            self.coordinator_dead()  # the next request asks first who the coordinator is now
        raise error
    return response


def _to_version_3(response: Any) -> OffsetFetchResponse_v3:
    """Same response in the version that aiokafka reads.

    Raises:
        GroupLoadInProgressError: A transaction that commits an offset is still pending.
    """
    topics = [
        (topic, [(number, offset, metadata, error) for number, offset, _, metadata, error, _ in partitions])
        for topic, partitions, _ in response.topics
    ]
    if any(error == UNSTABLE_OFFSET_COMMIT for _, partitions in topics for *_, error in partitions):
        raise GroupLoadInProgressError("a transaction is still pending")
    return OffsetFetchResponse_v3(response.throttle_time_ms, topics, response.error_code)


__all__ = ["ask_for_stable_offsets"]
