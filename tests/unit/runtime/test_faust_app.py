"""The faust application on a consumer that is none: the order of an assignment, and the handing over of records."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, NoReturn

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import ProducerFenced

from copydesk.operations.broker_checks import SetupError
from copydesk.runtime import faust_app
from copydesk.runtime.faust_app import App, make_app
from copydesk.runtime.lanes import Lane
from copydesk.runtime.resuming import ResumePoint, ResumePoints
from copydesk.runtime.settings import Settings
from harness.fakes import HERE, FakeCommitter, FakeWorker, record, resume_at

THERE = TopicPartition("articles.raw", 1)


class Membership:
    """A worker that writes down what the application does, in order."""

    def __init__(self) -> None:
        self.lanes: dict[TopicPartition, Lane] = {}
        self.steps: list[str] = []
        self.resumed: list[dict[int, str]] = []
        self.errors: list[BaseException] = []
        self.fenced = False
        self._worker = FakeWorker()

    def new_lane(self, partition: TopicPartition) -> Lane:
        return RecordingLane(self, partition)

    def on_assigned(self) -> None:
        self.steps.append(f"assigned {sorted(partition.partition for partition in self.lanes)}")

    def on_resumed(self, points: Mapping[TopicPartition, ResumePoint]) -> None:
        self.resumed.append({partition.partition: point.basis for partition, point in points.items()})

    def abort(self, error: BaseException) -> NoReturn:
        self.errors.append(error)
        raise asyncio.CancelledError  # the real one ends the process


class RecordingLane(Lane):
    """A lane that writes down what is done with it."""

    def __init__(self, membership: Membership, partition: TopicPartition) -> None:
        super().__init__(membership._worker.context, partition, FakeCommitter())
        self._membership = membership
        self._steps = membership.steps

    async def open(self) -> None:
        if self._membership.fenced:
            raise ProducerFenced
        self._steps.append(f"open {self.partition.partition}")

    def start(self, point: ResumePoint) -> None:
        self._steps.append(f"start {self.partition.partition} at {point.offset}")

    def revoke(self) -> None:
        super().revoke()
        self._steps.append(f"revoke {self.partition.partition}")

    async def close(self) -> None:
        self._steps.append(f"close {self.partition.partition}")
        await super().close()


class Consumer:
    """A consumer of faust's with the points that it is given."""

    def __init__(self, steps: list[str], points: Mapping[int, int], *, topic_id: str = "one") -> None:
        self._steps = steps
        self._points = {TopicPartition("articles.raw", number): resume_at(at) for number, at in points.items()}
        self._topic_id = topic_id

    async def seek_to_resume_points(self) -> ResumePoints:
        self._steps.append("seek")
        return ResumePoints(self._topic_id, self._points)


@pytest.fixture
async def app(monkeypatch: pytest.MonkeyPatch) -> App:
    """An application that was not started; faust's own part of a rebalance is left out."""

    async def nothing(*_: object) -> None:
        """Do nothing, in place of faust's own part."""

    monkeypatch.setattr(faust.App, "_on_partitions_assigned", nothing)
    monkeypatch.setattr(faust.App, "_on_partitions_revoked", nothing)
    return make_app(Membership(), Settings(), group="copydesk.probe", topic="articles.raw", fetch_bytes=1_000)


def membership_of(app: App) -> Membership:
    assert isinstance(app.membership, Membership)
    return app.membership


async def test_older_owners_are_fenced_before_the_committed_offsets_are_read(app: App) -> None:
    membership = membership_of(app)
    app.consumer = Consumer(membership.steps, {0: 7, 1: 0})
    await app._on_partitions_assigned({HERE, THERE})
    fences, rest = membership.steps[:2], membership.steps[2:]
    assert sorted(fences) == ["open 0", "open 1"]
    assert rest[0] == "seek"
    assert sorted(rest[1:3]) == ["start 0 at 7", "start 1 at 0"]
    assert rest[3:] == ["assigned [0, 1]"]
    assert membership.resumed == [{0: "committed", 1: "committed"}]


async def test_a_topic_created_again_between_two_assignments_ends_the_worker(app: App) -> None:
    membership = membership_of(app)
    app.consumer = Consumer(membership.steps, {0: 0})
    await app._on_partitions_assigned({HERE})
    app.consumer = Consumer(membership.steps, {0: 0}, topic_id="two")
    with pytest.raises(asyncio.CancelledError):
        await app._on_partitions_assigned({HERE})
    assert isinstance(membership.errors[0], SetupError)


async def test_where_that_is_accepted_it_goes_on(app: App) -> None:
    membership = membership_of(app)
    app.accept_recreated = True
    for topic_id in ("one", "two"):
        app.consumer = Consumer(membership.steps, {0: 0}, topic_id=topic_id)
        await app._on_partitions_assigned({HERE})
    assert (membership.errors, app.source_id) == ([], "two")


async def test_an_assignment_of_nothing_asks_nobody(app: App) -> None:
    membership = membership_of(app)
    app.consumer = Consumer(membership.steps, {})
    await app._on_partitions_assigned(set())
    assert membership.steps == ["assigned []"]


async def test_lanes_of_the_last_assignment_are_closed_first(app: App) -> None:
    membership = membership_of(app)
    app.consumer = Consumer(membership.steps, {0: 1, 1: 2})
    await app._on_partitions_assigned({HERE})
    membership.steps.clear()
    await app._on_partitions_assigned({THERE})
    assert membership.steps[:2] == ["close 0", "open 1"]
    assert list(membership.lanes) == [THERE]


async def test_a_worker_that_is_fenced_while_it_opens_its_lanes_ends(app: App) -> None:
    membership = membership_of(app)
    membership.fenced = True
    app.consumer = Consumer(membership.steps, {0: 1})
    with pytest.raises(asyncio.CancelledError):
        await app._on_partitions_assigned({HERE})
    assert isinstance(membership.errors[0], ProducerFenced)


async def test_revoked_lanes_are_stopped_then_closed(app: App) -> None:
    membership = membership_of(app)
    app.consumer = Consumer(membership.steps, {0: 1})
    await app._on_partitions_assigned({HERE})
    membership.steps.clear()
    await app._on_partitions_revoked({HERE})
    assert membership.steps[0] == "revoke 0"
    assert membership.steps[-1] == "close 0"
    assert membership.lanes == {}


# ------------------------------------------------------------------------------------------ handing over


class Handing(SimpleNamespace):
    """The attributes that `_Consumer._hand_over_next` uses, and the lanes that it fills."""

    def __init__(self, *, flow_active: bool = True, should_stop: bool = False) -> None:
        self.put: list[int] = []
        super().__init__(
            flow_active=flow_active,
            should_stop=should_stop,
            seeks=0,
            app=SimpleNamespace(
                consumer_generation_id=1,
                membership=SimpleNamespace(lanes={HERE: SimpleNamespace(put=self._put)}),
            ),
            scheduler=SimpleNamespace(iterate=lambda polled: polled),
        )

    async def _put(self, consumed: Any) -> None:
        self.put.append(consumed.offset)

    async def _wait_next_records(self, _: float) -> tuple[list[tuple[TopicPartition, Any]], None]:
        return [(HERE, record(0)), (THERE, record(5)), (HERE, record(1))], None

    def _is_rebalancing(self, generation: int) -> bool:
        return faust_app._Consumer._is_rebalancing(self, generation)  # type: ignore[arg-type]

    async def _seek_again(self) -> None:
        self.seeks += 1


async def hand_over(handing: Handing) -> None:
    await faust_app._Consumer._hand_over_next(handing)  # type: ignore[arg-type]


async def test_records_go_to_the_lanes_of_their_partitions_and_others_are_dropped() -> None:
    handing = Handing()
    await hand_over(handing)
    assert handing.put == [0, 1]


async def test_what_is_polled_during_a_rebalance_is_read_again() -> None:
    handing = Handing(flow_active=False)
    await hand_over(handing)
    assert (handing.put, handing.seeks) == ([], 1)


async def test_a_new_generation_ends_the_handing_over() -> None:
    handing = Handing()

    async def put(consumed: Any) -> None:
        handing.put.append(consumed.offset)
        handing.app.consumer_generation_id += 1

    handing.app.membership.lanes[HERE].put = put
    await hand_over(handing)
    assert handing.put == [0]


async def test_nothing_is_handed_over_while_the_worker_stops() -> None:
    handing = Handing(should_stop=True)
    await hand_over(handing)
    assert (handing.put, handing.seeks) == ([], 0)


@pytest.mark.parametrize("callback", ["on_partitions_assigned", "on_partitions_revoked"])
async def test_a_stop_during_a_rebalance_lets_the_coordinator_go_on_and_leave_the_group(callback: str) -> None:
    """A worker that got SIGTERM in that moment never ended: the cancelled answer ended the coordinator, too."""
    answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def wait_for_main_thread(*_: object) -> None:
        await answer

    thread: Any = object.__new__(faust_app._ConsumerThread)
    thread.consumer = SimpleNamespace(
        threadsafe_partitions_assigned=wait_for_main_thread, threadsafe_partitions_revoked=wait_for_main_thread
    )
    thread.thread_loop = asyncio.get_running_loop()
    coordinator = asyncio.create_task(getattr(thread, callback)({HERE}))
    await asyncio.sleep(0)
    answer.cancel()
    await coordinator

    waiting = asyncio.create_task(getattr(thread, callback)({HERE}))
    answer = asyncio.get_running_loop().create_future()
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
