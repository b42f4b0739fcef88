"""Committed offsets, asked for as KIP-447 does: what is on its way is waited for, a refusal is no answer.

aiokafka (0.14) asks by OffsetFetch 3 at most. While the group's coordinator moves, two kinds of answers to that look
like "none committed", on which a reader begins at its partitions' start, whatever transactions guarantee:

- The old coordinator, or one that still loads the group, refuses with one error for all and no partition. aiokafka
  looks for errors at the partitions only.
- The new one answers from what its followers are known to have, which for a moment may be nothing. Only a request for
  stable offsets (version 7) waits.
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
"""Of a partition whose transaction is not through yet (brokers before 4.0); aiokafka does not know it."""

_send = GroupCoordinator._send_req  # noqa: SLF001 - there is no public way between the request and its answer


def ask_for_stable_offsets() -> None:
    """Have aiokafka ask so, and ask again where it is refused; may be called again."""
    GroupCoordinator._send_req = _send_and_heed  # noqa: SLF001 - ditto


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
    """As aiokafka's, and for stable offsets where the broker knows of them (Kafka 2.5)."""

    API_KEY = 9

    def __init__(self, asked: OffsetFetchRequest) -> None:
        self._asked = asked

    def build(self, request_struct_class: type[Any]) -> Any:
        if request_struct_class is not _Request7:
            return self._asked.build(request_struct_class)
        topics: list[Any] = [(topic, partitions, {}) for topic, partitions in self._asked._partitions or ()]  # noqa: SLF001
        return _Request7(self._asked._consumer_group, topics, True, {})  # noqa: FBT003, SLF001 - fields of a message


async def _send_and_heed(self: Any, request: Any) -> Any:
    """The answer; one to OffsetFetch that is an error for all partitions is raised, as one of each would be.

    Raises:
        KafkaError: The committed offsets are refused; aiokafka asks again after one that is retriable.
    """
    if not isinstance(request, OffsetFetchRequest):
        return await _send(self, request)
    response = await _send(self, _StableRequest(request))
    if isinstance(response, _Response7):
        response = _read(response)
    if isinstance(response, OffsetFetchResponse_v2 | OffsetFetchResponse_v3) and response.error_code:
        error = for_code(response.error_code)
        if error in {NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError}:
            self.coordinator_dead()  # who it is now is asked first
        raise error
    return response


def _read(response: Any) -> OffsetFetchResponse_v3:
    """The same in the version that aiokafka reads.

    Raises:
        GroupLoadInProgressError: A transaction that commits an offset is not through yet.
    """
    topics = [
        (topic, [(number, offset, metadata, error) for number, offset, _, metadata, error, _ in partitions])
        for topic, partitions, _ in response.topics
    ]
    if any(error == UNSTABLE_OFFSET_COMMIT for _, partitions in topics for *_, error in partitions):
        raise GroupLoadInProgressError("a transaction is not through yet")
    return OffsetFetchResponse_v3(response.throttle_time_ms, topics, response.error_code)


__all__ = ["ask_for_stable_offsets"]
