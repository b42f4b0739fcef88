"""The watch over a worker: lag, health, and the reasons to end it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from copydesk_teststages import stage
from prometheus_client import generate_latest

from copydesk.client.connection import BrokerAwayError
from copydesk.client.progress import PartitionProgress
from copydesk.client.topic_metadata import TopicMetadata
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime import watch as watching
from copydesk.runtime.execution import Outcome
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock, read_health
from copydesk.runtime.lanes import Lane
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.metrics_server import MetricsServer
from copydesk.runtime.settings import Settings
from copydesk.runtime.watch import Watch
from harness.fakes import HERE, FakeCommitter, FakeLog, FakeWorker, record


class FakeSource:
    """The topic that a worker reads, and what the broker says of it."""

    source = "articles.raw"

    def __init__(self, metadata: TopicMetadata | None, *, accept_recreated: bool = False) -> None:
        self.source_id: str | None = "old"
        self.accept_recreated = accept_recreated
        self.metadata = metadata

    async def fetch_source(self, _: float) -> TopicMetadata | None:
        return self.metadata


class Watched(SimpleNamespace):
    """A watch and what it looks at."""

    watch: Watch
    lane: Lane
    halt: Halt
    metrics: Metrics
    progress: ProgressClock
    positions: dict[TopicPartition, PartitionProgress]
    source: FakeSource | None
    log: FakeLog
    health: Path


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return watched_with(tmp_path, monkeypatch)


def watched_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **settings: float) -> Watched:
    """A watch that ticks a hundred times a second over a worker of one lane."""
    monkeypatch.setattr(watching, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(watching, "BROKER_CHECK_SECONDS", 0.01)
    metrics, log = Metrics(stage), FakeLog()
    one = Watched(
        lane=FakeWorker().lane(FakeCommitter()),
        halt=Halt(ratio=1, consecutive=1),
        metrics=metrics,
        progress=ProgressClock(),
        positions={},
        source=None,
        log=log,
        health=tmp_path / "health.json",
    )
    one.watch = Watch(
        "probe",
        Settings(health_file=one.health, **settings),  # type: ignore[arg-type]
        lanes=lambda: {HERE: one.lane},
        read_progress=lambda: one.positions,
        source=lambda: one.source,
        halt=one.halt,
        progress=one.progress,
        metrics=metrics,
        server=MetricsServer(metrics.registry),
        log=log,  # type: ignore[arg-type]
    )
    return one


def state(watched: Watched) -> str:
    watched.watch.update()
    return read_health(watched.health).state


def test_the_states_of_a_worker(watched: Watched) -> None:
    assert state(watched) == "starting"
    watched.watch.ready = True
    assert state(watched) == "ready"
    watched.halt.count(Outcome(disposition="failed"))
    assert state(watched) == "halted"
    assert read_health(watched.health).reason == "1 articles in a row failed"
    watched.watch.stopping = True
    assert state(watched) == "stopping"


def test_lag_is_the_distance_from_the_committed_offset(watched: Watched) -> None:
    watched.lane.next = 40
    watched.positions[HERE] = PartitionProgress(position=45, last_stable_offset=52)
    watched.watch.update()
    exported = generate_latest(watched.metrics.registry).decode()
    assert 'copydesk_consumer_lag{partition="0",stage="probe",topic="articles.raw"} 12.0' in exported
    assert read_health(watched.health).waiting


def test_an_idle_partition_is_not_waiting_whatever_markers_lie_behind(watched: Watched) -> None:
    watched.lane.next = 40
    watched.positions[HERE] = PartitionProgress(position=42, last_stable_offset=42)
    watched.watch.update()
    assert not read_health(watched.health).waiting


async def test_an_article_in_a_lane_is_waiting(watched: Watched) -> None:
    await watched.lane.put(record(0))
    watched.watch.update()
    health = read_health(watched.health)
    assert (health.waiting, health.in_hand) == (True, 1)
    await watched.lane.close()


def test_a_health_file_that_cannot_be_written_is_told_once(watched: Watched) -> None:
    watched.health.mkdir()
    for _ in range(3):
        watched.watch.update()
    watched.health.rmdir()
    for _ in range(2):
        watched.watch.update()
    assert [event for _, event, _ in watched.log.lines] == [
        "no health file: `copydesk health` sees an old report or none",
        "the health file is written again",
    ]
    assert read_health(watched.health).stage == "probe"


def test_the_report_is_removed_at_the_end(watched: Watched) -> None:
    watched.watch.update()
    assert watched.health.exists()
    watched.watch.remove_report()
    assert not watched.health.exists()
    watched.watch.remove_report()


def test_an_unwritable_health_file_does_not_stop_the_articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = watched_with(tmp_path / "missing", monkeypatch)
    one.watch.update()


async def ends(watch: Watch) -> None:
    async with asyncio.timeout(5):
        await watch.run()


async def answers() -> bool:
    return True


async def test_an_offset_beyond_the_logs_end_ends_the_worker(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "answers", lambda _: answers())
    monkeypatch.setattr(watching, "PAST_END_GRACE_SECONDS", 0.05)
    watched.watch.group = "copydesk.probe"
    watched.lane.next = 9
    watched.positions[HERE] = PartitionProgress(position=9, last_stable_offset=5)
    with pytest.raises(SetupError, match=r"committed offset 9 of articles.raw/0 is beyond .* \(5\).*copydesk.probe"):
        await ends(watched.watch)


async def test_an_older_end_for_a_moment_does_not(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr(watching, "time", SimpleNamespace(monotonic=lambda: clock, time=lambda: clock))
    watched.lane.next = 9
    for end in (5, 9, 5):
        watched.positions[HERE] = PartitionProgress(position=9, last_stable_offset=end)
        watched.watch.update()
        clock += 0.9 * watching.PAST_END_GRACE_SECONDS
    watched.watch.update()  # 5 again, but not for long enough: the clock began anew
    clock += 0.2 * watching.PAST_END_GRACE_SECONDS
    with pytest.raises(SetupError):
        watched.watch.update()


async def test_work_that_stands_still_ends_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Settings, "answers", lambda _: answers())
    watched = watched_with(tmp_path, monkeypatch, stall_seconds=0.02, stall_exit_seconds=0.05)
    watched.watch.ready = True
    watched.positions[HERE] = PartitionProgress(position=1, last_stable_offset=5)
    with pytest.raises(RuntimeError, match="COPYDESK_STALL_EXIT_SECONDS"):
        await ends(watched.watch)
    assert read_health(watched.health).state == "stalled"


async def test_a_broker_that_stays_away_ends_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watched_with(tmp_path, monkeypatch, broker_seconds=0.05)

    async def silent(_: Settings) -> bool:
        return False

    monkeypatch.setattr(Settings, "answers", silent)
    with pytest.raises(BrokerAwayError):
        await ends(watched.watch)
    assert ("warning", "the broker does not answer") in [line[:2] for line in watched.log.lines]


async def test_a_broker_that_comes_back_is_told_and_asked_which_cluster_it_is(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = iter([False] * 5)

    async def sometimes(_: Settings) -> bool:
        return next(answered, True)

    @contextlib.asynccontextmanager
    async def admin(_: Settings) -> AsyncIterator[None]:
        yield None

    async def other(_: None) -> str:
        return "another"

    monkeypatch.setattr(Settings, "answers", sometimes)
    monkeypatch.setattr(broker_checks, "admin", admin)
    monkeypatch.setattr(broker_checks, "cluster_id", other)
    watched.watch.cluster_id = "mine"
    with pytest.raises(SetupError, match=r"another cluster now \(another, was mine\)"):
        await ends(watched.watch)
    assert ("info", "the broker is back") in [line[:2] for line in watched.log.lines]


# ------------------------------------------------------------------------------------------ the topic itself


async def test_a_topic_that_is_gone_is_told_once_and_the_worker_goes_on(watched: Watched) -> None:
    watched.watch.ready, watched.source = True, FakeSource(None)
    await watched.watch._source_watch.check()
    await watched.watch._source_watch.check()
    assert state(watched) == "without_topic"
    assert "copydesk topics apply" in (read_health(watched.health).reason or "")
    assert [event for _, event, _ in watched.log.lines] == ["the topic is gone"]
    watched.source.metadata = TopicMetadata("old", 6)
    await watched.watch._source_watch.check()
    assert state(watched) == "ready"


async def test_a_topic_that_was_created_again_stops_the_worker(watched: Watched) -> None:
    watched.source = FakeSource(TopicMetadata("new", 6))
    with pytest.raises(SetupError, match=r"id new, was old.*Stop all workers"):
        await watched.watch._source_watch.check()


async def test_where_that_is_accepted_the_worker_is_started_anew(watched: Watched) -> None:
    watched.source = FakeSource(TopicMetadata("new", 6), accept_recreated=True)
    with pytest.raises(RuntimeError, match="begins at its first article"):
        await watched.watch._source_watch.check()


async def test_more_partitions_are_told(watched: Watched) -> None:
    watched.source = FakeSource(TopicMetadata("old", 6))
    await watched.watch._source_watch.check()
    watched.source.metadata = TopicMetadata("old", 8)
    await watched.watch._source_watch.check()
    assert watched.log.lines == [
        ("info", "partitions changed", {"topic": "articles.raw", "partitions": 8, "before": 6})
    ]


async def test_a_broker_without_topic_ids_is_told_once(watched: Watched) -> None:
    watched.source = FakeSource(TopicMetadata(None, 6))
    await watched.watch._source_watch.check()
    await watched.watch._source_watch.check()
    assert [event for _, event, _ in watched.log.lines] == ["no topic ids"]


# ------------------------------------------------------------------------------------------ held back


def test_what_an_open_transaction_holds_back_is_told(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    watched.positions[HERE] = PartitionProgress(position=5, last_stable_offset=5, high_watermark=12)
    watched.watch.update()
    assert read_health(watched.health).held_back == 0, "copydesk's own transactions end at once"
    now += 11
    watched.watch.update()
    health = read_health(watched.health)
    assert (health.held_back, health.held_back_since) == (7, 1_000.0)
    assert [event for _, event, _ in watched.log.lines] == ["held back"]
    exported = generate_latest(watched.metrics.registry).decode()
    assert 'copydesk_held_back_offsets{partition="0",stage="probe",topic="articles.raw"} 7.0' in exported
    watched.positions[HERE] = PartitionProgress(position=5, last_stable_offset=12, high_watermark=12)
    watched.watch.update()
    assert read_health(watched.health).held_back == 0
    assert watched.log.lines[-1][1] == "no longer held back"


def test_a_stable_offset_that_moves_holds_nothing_back(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(time, "time", lambda: now)
    for offset in range(5, 9):
        watched.positions[HERE] = PartitionProgress(offset, offset, high_watermark=offset + 3)
        watched.watch.update()
        now += 8
    assert read_health(watched.health).held_back == 0
