"""The life of a worker on a broker that is none: how it starts, why it ends, and with which exit code."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import GroupAuthorizationFailedError, InvalidTimestampError, KafkaConnectionError, ProducerFenced
from aiokafka.structs import OffsetAndMetadata
from copydesk_teststages import stage

from copydesk.client.connection import BrokerAwayError
from copydesk.client.progress import PartitionProgress
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime import committing, faust_app, worker
from copydesk.runtime.committing import PlainCommitter, TransactionalCommitter
from copydesk.runtime.resuming import ResumePoint
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from copydesk.runtime.startup import Cluster
from copydesk.runtime.watch import Watch
from copydesk.runtime.worker import Worker
from harness.fakes import HERE, FakeLog, record, until

LIMITS = {"articles.raw": 5_000, "articles.cleaned": 10_000, "articles.probe.dlq": 6_000}


class Ended(BaseException):
    """Stands for the end of the process by `os._exit`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FakeApp:
    """A faust application without a broker: it assigns one partition when it is started."""

    def __init__(self, membership: Worker) -> None:
        self.membership = membership
        self.stopped = asyncio.Event()
        self.died_of: BaseException | None = None
        self.started = self.stops = False
        self.committed: list[tuple[TopicPartition, int]] = []

    async def start(self) -> None:
        self.started = True

    async def assign(self) -> None:
        lane = self.membership.new_lane(HERE)
        await lane.open()
        self.membership.lanes = {HERE: lane}
        self.membership.on_assigned()

    async def stop(self) -> None:
        self.stops = True
        self.stopped.set()

    async def wait_until_stopped(self) -> None:
        await self.stopped.wait()

    async def commit_offset(self, partition: TopicPartition, offset: OffsetAndMetadata) -> None:
        self.committed.append((partition, offset))

    def read_progress(self, _: object) -> Mapping[TopicPartition, PartitionProgress]:
        return {}


class FakeProducer:
    """A producer without a broker."""

    def __init__(self, *_: object, **options: Any) -> None:
        self.options = options
        self.started = self.stopped = False

    async def start(self) -> None:
        self.started = True

    async def stop(self) -> None:
        self.stopped = True


class Started:
    """A worker that runs, and its application once it has one."""

    def __init__(self, tmp_path: Path, **settings: Any) -> None:
        self.log = FakeLog()
        self.worker = Worker(stage, Settings(health_file=tmp_path / "health.json", **settings))
        self.worker._log = self.worker._watch._log = self.log  # type: ignore[assignment]
        self.task: asyncio.Task[int] = asyncio.create_task(self.worker.run())

    async def app(self) -> FakeApp:
        await until(lambda: self.worker._app is not None and self.worker._app.started)
        assert isinstance(self.worker._app, FakeApp)
        return self.worker._app

    async def ready(self) -> Self:
        await (await self.app()).assign()
        return self

    def signal(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.worker._on_signal(number)

    async def exit_code(self) -> int:
        try:
            async with asyncio.timeout(5):
                return await self.task
        except Ended as end:
            return end.status

    def problem(self) -> str:
        """The problem that the last line tells."""
        return str(self.log.lines[-1][2].get("problem"))


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that a worker starts is real."""

    async def check(*_: object) -> Cluster:
        return Cluster("mine", LIMITS, transactions=True)

    async def nothing(_: object) -> None:
        """Nothing to start or stop."""

    def end(status: int) -> None:
        raise Ended(status)

    monkeypatch.setattr(worker, "check_cluster", check)
    monkeypatch.setattr(committing, "make_producer", FakeProducer)
    monkeypatch.setattr(faust_app, "make_app", lambda membership, *_, **__: FakeApp(membership))
    monkeypatch.setattr(StageProcess, "start", nothing)
    monkeypatch.setattr(worker, "keep_loaded", lambda: None)  # it would keep this suite's garbage
    monkeypatch.setattr(os, "_exit", end)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


async def test_a_worker_that_was_ready_ends_in_order(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    app = await started.app()
    started.signal()
    assert await started.exit_code() == 0
    assert app.stops
    assert [event for _, event, _ in started.log.lines] == ["ready", "stopping", "stopped"]
    assert not (tmp_path / "health.json").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_a_worker_that_was_never_ready_says_by_which_signal_it_ended(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    started = Started(tmp_path)
    await started.app()
    started.signal(number)
    assert await started.exit_code() == code


async def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    started.signal()
    with pytest.raises(Ended) as ended:
        started.signal(signal.SIGINT)
    assert ended.value.status == 130
    assert await started.exit_code() == 0


async def test_a_wrong_set_up_is_5_and_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(*_: object) -> Cluster:
        raise SetupError("no topic articles.raw")

    monkeypatch.setattr(worker, "check_cluster", check)
    started = Started(tmp_path)
    assert await started.exit_code() == 5
    assert started.problem() == "no topic articles.raw"


async def test_a_stage_that_cannot_be_loaded_is_5(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def start(_: StageProcess) -> None:
        raise LoadError("probe cannot be loaded")

    monkeypatch.setattr(StageProcess, "start", start)
    started = Started(tmp_path)
    assert await started.exit_code() == 5
    assert started.problem() == "probe cannot be loaded"


async def test_a_port_that_is_taken_is_5(tmp_path: Path) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started = Started(tmp_path, metrics_port=port)
    assert await started.exit_code() == 5
    assert "COPYDESK_METRICS_PORT" in started.problem()
    server.close()
    await server.wait_closed()


async def test_a_broker_that_cannot_be_reached_is_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(*_: object) -> Cluster:
        raise BrokerAwayError("no broker answers")

    monkeypatch.setattr(worker, "check_cluster", check)
    started = Started(tmp_path)
    assert await started.exit_code() == 3
    assert started.problem() == "no broker answers"


@pytest.mark.parametrize(
    ("error", "code", "problem"),
    [
        (ProducerFenced("another has it"), 70, "another has it"),
        (TimeoutError(), 3, "TimeoutError"),
        (KafkaConnectionError("gone"), 3, "gone"),
        (GroupAuthorizationFailedError("copydesk.probe"), 5, "no right to Read as the group copydesk.probe"),
        (InvalidTimestampError(), 5, "more than an hour ahead of the broker's"),
        (LoadError("ended while loading"), 70, "ended while loading"),
        (ValueError("a bug"), 70, "a bug"),
    ],
)
async def test_what_a_lane_cannot_get_over_ends_the_worker(
    tmp_path: Path, error: Exception, code: int, problem: str
) -> None:
    started = await Started(tmp_path).ready()
    with pytest.raises(Ended) as ended:
        started.worker.abort(error)
    assert ended.value.status == code
    assert problem in started.problem()
    assert not (tmp_path / "health.json").exists()
    started.signal()
    await started.exit_code()


async def test_a_consumer_that_stops_by_itself_is_70(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    app = await started.app()
    app.died_of = RuntimeError("faust crashed")
    app.stopped.set()
    assert await started.exit_code() == 70
    assert started.problem() == "faust crashed"


@pytest.mark.parametrize(("error", "code"), [(SetupError("beyond the log's end"), 5), (BrokerAwayError("away"), 3)])
async def test_what_the_watch_finds_ends_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    found = asyncio.Event()

    async def watch(_: object) -> None:
        await found.wait()
        raise error

    monkeypatch.setattr(Watch, "run", watch)
    started = await Started(tmp_path).ready()
    found.set()
    assert await started.exit_code() == code


async def test_partitions_that_come_after_the_signal_are_given_up(tmp_path: Path) -> None:
    started = Started(tmp_path)
    app = await started.app()
    started.worker._stop.set()
    await app.assign()
    assert all(lane.revoked for lane in started.worker.lanes.values())
    await started.exit_code()


async def test_expired_articles_are_told(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    started.worker.on_resumed({HERE: ResumePoint(25, 10, "", "expired")})
    level, event, fields = started.log.lines[-1]
    assert (level, event, fields["committed"], fields["first"]) == ("warning", "articles expired", 10, 25)
    assert "up to 15 articles" in fields["problem"]
    started.signal()
    await started.exit_code()


async def test_a_halt_says_over_which_article_and_where_the_reasons_lie(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    started.worker._halt.reason = "20 articles in a row failed"
    started.worker._on_halt(started.worker._processor.builder.tombstone(record(5, None), 0))
    level, event, fields = started.log.lines[-1]
    assert (level, event, fields["last_offset"]) == ("critical", "halted", 5)
    assert "20 articles in a row failed" in fields["problem"]
    assert "articles.probe.dlq" in fields["problem"]
    started.signal()
    await started.exit_code()


async def test_with_transactions_every_partition_has_a_producer_of_its_own(tmp_path: Path) -> None:
    started = await Started(tmp_path).ready()
    committer = started.worker.lanes[HERE]._committer
    assert isinstance(committer, TransactionalCommitter)
    producer: Any = committer._producer
    assert producer.started
    assert producer.options["transactional_id"] == "copydesk.probe-articles.raw-0"
    assert producer.options["max_record_bytes"] == 10_000
    assert producer.options["batch_bytes"] == 6_000, "no batch that a topic would refuse"
    started.signal()
    assert await started.exit_code() == 0
    assert producer.stopped


async def test_without_them_all_partitions_share_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def check(*_: object) -> Cluster:
        return Cluster("mine", LIMITS, transactions=False)

    monkeypatch.setattr(worker, "check_cluster", check)
    started = await Started(tmp_path).ready()
    producer: Any = started.worker._shared_producer
    assert producer.started
    assert producer.options["transactional_id"] is None
    assert isinstance(started.worker.lanes[HERE]._committer, PlainCommitter)
    started.signal()
    assert await started.exit_code() == 0
    assert producer.stopped
