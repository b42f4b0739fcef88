"""An error of the coordinator does not mean that no offsets are committed."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    GroupLoadInProgressError,
    KafkaError,
    NotCoordinatorForGroupError,
)
from aiokafka.protocol.commit import OffsetFetchResponse_v2, OffsetFetchResponse_v3

from copydesk.client.aiokafka_patches.committed_offsets import (
    UNSTABLE_OFFSET_COMMIT,
    _Response7,
    ask_for_stable_offsets,
)

PARTITION = TopicPartition("articles.raw", 3)
COMMITTED = [("articles.raw", [(3, 71, "", 0)])]


class Client:
    """Returns its answers one after the other."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    async def send(self, _node: int, request: Any, **_options: Any) -> Any:
        self.requests.append(request)
        return self.answers.pop(0)


class Coordinator(GroupCoordinator):  # type: ignore[misc]  # aiokafka has no types
    """Coordinator of a fixed node, without a connection."""

    def __init__(self, client: Client) -> None:
        self.group_id, self._retry_backoff_ms = "cleaner", 1
        self.coordinator_id: int | None = 1
        self._client, self.asked = client, 0

    async def ensure_coordinator_known(self) -> None:
        self.asked += self.coordinator_id is None
        self.coordinator_id = 1

    def coordinator_dead(self) -> None:
        self.coordinator_id = None


@pytest.mark.parametrize(
    ("error", "moves"),
    [(NotCoordinatorForGroupError, 1), (GroupCoordinatorNotAvailableError, 1), (GroupLoadInProgressError, 0)],
)
@pytest.mark.parametrize("version", [2, 3])
async def test_it_is_asked_again(error: type[KafkaError], moves: int, version: int) -> None:
    ask_for_stable_offsets()

    def answer(topics: list[Any], code: int) -> Any:
        return OffsetFetchResponse_v2(topics, code) if version == 2 else OffsetFetchResponse_v3(0, topics, code)

    coordinator = Coordinator(Client(answer([], error.errno), answer([], error.errno), answer(COMMITTED, 0)))
    found = await coordinator.fetch_committed_offsets([PARTITION])
    assert found[PARTITION].offset == 71
    assert coordinator.asked == 2 * moves


async def test_what_asking_again_will_not_mend_is_raised() -> None:
    ask_for_stable_offsets()
    coordinator = Coordinator(Client(OffsetFetchResponse_v3(0, [], GroupAuthorizationFailedError.errno)))
    with pytest.raises(GroupAuthorizationFailedError):
        await coordinator.fetch_committed_offsets([PARTITION])


def stable(offset: int, error: int = 0) -> Any:
    """Response of a broker in version 7."""
    return _Response7(0, [("articles.raw", [(3, offset, -1, "", error, {})], {})], 0, {})


async def test_what_is_stable_is_asked_for_and_waited_for() -> None:
    ask_for_stable_offsets()
    client = Client(stable(-1, UNSTABLE_OFFSET_COMMIT), _Response7(0, [], 14, {}), stable(71))
    found = await Coordinator(client).fetch_committed_offsets([PARTITION])
    assert found[PARTITION].offset == 71
    assert len(client.requests) == 3
    asked = client.requests[0].prepare({9: (1, 9)})
    assert asked.encode() == b"\x08cleaner\x02\x0darticles.raw\x02\0\0\0\x03\0\x01\0", "group, topic, partition, stable"
    assert client.requests[0].prepare({9: (0, 6)}).API_VERSION == 3, "an older broker is asked as before"


def test_an_answer_is_read_as_the_protocol_writes_it() -> None:
    assert _Response7.decode(stable(71).encode()).topics == stable(71).topics


async def test_none_committed_is_an_answer() -> None:
    ask_for_stable_offsets()
    coordinator = Coordinator(Client(OffsetFetchResponse_v3(0, [("articles.raw", [(3, -1, "", 0)])], 0)))
    assert await coordinator.fetch_committed_offsets([PARTITION]) == {}
