"""Committed offsets that a broker refuses to tell: aiokafka takes the refusal for "none committed" and begins anew.

From version 2 of OffsetFetch on, a broker that is not the group's coordinator any more, or still loads the group,
answers with one error for all and no partition. aiokafka (0.14) looks for errors at the partitions only, so that every
one of them seems to have no committed offset: read once more from its start, whatever transactions guarantee.
"""

from __future__ import annotations

from typing import Any

from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError, for_code
from aiokafka.protocol.commit import OffsetFetchResponse_v2, OffsetFetchResponse_v3

_send = GroupCoordinator._send_req  # noqa: SLF001 - there is no public way between the request and its answer


def heed_refused_offsets() -> None:
    """Have aiokafka ask again where it is refused the committed offsets; may be called again."""
    GroupCoordinator._send_req = _send_and_heed  # noqa: SLF001 - ditto


async def _send_and_heed(self: Any, request: Any) -> Any:
    """The answer; one to OffsetFetch that is an error for all partitions is raised, as one of each would be.

    Raises:
        KafkaError: The committed offsets are refused; aiokafka asks again after one that is retriable.
    """
    response = await _send(self, request)
    if isinstance(response, OffsetFetchResponse_v2 | OffsetFetchResponse_v3) and response.error_code:
        error = for_code(response.error_code)
        if error in {NotCoordinatorForGroupError, GroupCoordinatorNotAvailableError}:
            self.coordinator_dead()  # who it is now is asked first
        raise error
    return response


__all__ = ["heed_refused_offsets"]
