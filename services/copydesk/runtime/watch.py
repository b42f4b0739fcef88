"""The watch over a worker: its health and lag every second, its broker every five.

It ends the worker when the broker stays away, when work is waiting and nothing is done for too long, when the brokers
are another cluster than before, when the topic was created again, and when a committed offset lies beyond the end of
the log.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, NoBrokersAvailable, NodeNotReadyError

from copydesk.client.held_back import HeldBack, HeldBackClock, describe_held_back
from copydesk.client.progress import PartitionProgress
from copydesk.client.tasks import run_until_first
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import Health, ProgressClock, State, health_file, remove_ended, write_health
from copydesk.runtime.lanes import Lane
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.metrics_server import MetricsServer
from copydesk.runtime.settings import Settings
from copydesk.runtime.source_watch import Source, SourceWatch

if TYPE_CHECKING:
    from structlog.stdlib import BoundLogger

TICK_SECONDS = 1.0
BROKER_CHECK_SECONDS = 5.0

PAST_END_GRACE_SECONDS = 10.0
"""Time for which a committed offset may lie beyond the end of the log. A new leader may report an older end for a
moment; a topic that was deleted and created again reports it for ever."""

CLUSTER_CHECKS = 12
"""Every twelfth check of the broker also asks for the cluster's id: once a minute."""

BROKER_UNAVAILABLE = (
    ConnectionError,  # BrokerAwayError is one
    KafkaConnectionError,
    KafkaTimeoutError,
    NodeNotReadyError,
    NoBrokersAvailable,
    TimeoutError,
)
"""Errors that say that the broker is out of reach."""


class Watch:
    """Reports the health of one worker and checks what its progress depends on."""

    def __init__(
        self,
        stage: str,
        settings: Settings,
        *,
        lanes: Callable[[], Mapping[TopicPartition, Lane]],
        read_progress: Callable[[], Mapping[TopicPartition, PartitionProgress]],
        source: Callable[[], Source | None],
        halt: Halt,
        progress: ProgressClock,
        metrics: Metrics,
        server: MetricsServer,
        log: BoundLogger,
        on_tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; `run` begins to watch.

        Args:
            stage: Name of the stage.
            settings: Settings of the worker.
            lanes: Returns the lanes that the worker has now.
            read_progress: Returns how far the partitions of these lanes were read; empty before anything was read.
            source: Returns the topic that the worker reads; None while it has not joined the group.
            halt: Tells whether the worker has halted.
            progress: Time since the last progress; marked here while no work is waiting.
            metrics: Gets lag and articles in flight.
            server: Serves the last health report.
            log: Log of the worker.
            on_tick: Called every second, to update metrics that cost something.
        """
        self.ready = False
        """True once partitions were assigned for the first time."""
        self.stopping = False
        """True once the worker was told to stop."""
        self.group = ""
        """Full name of the consumer group, for messages."""
        self.cluster_id: str | None = None
        """Id of the cluster that the worker started with; None if the broker has none."""
        self._stage = stage
        self._settings = settings
        self._lanes = lanes
        self._read_progress = read_progress
        self._halt = halt
        self._progress = progress
        self._metrics = metrics
        self._server = server
        self._log = log
        self._on_tick = on_tick
        self._path = health_file(stage, settings.health_file)
        self._unwritable: str | None = None
        if settings.health_file is None:
            remove_ended(stage)
        self._source_watch = SourceWatch(source, log)
        self._held_back_clock = HeldBackClock()
        self._held_back: list[HeldBack] = []
        self._waiting = False
        self._broker_seen = time.monotonic()
        self._past_end_since: dict[TopicPartition, float] = {}

    async def run(self) -> None:
        """Watch until cancelled.

        Raises:
            BrokerAwayError: The broker did not answer for `COPYDESK_BROKER_SECONDS`.
            SetupError: A committed offset lies beyond the end of the log, or the cluster is another one.
            RuntimeError: Work is waiting and nothing was done for `COPYDESK_STALL_EXIT_SECONDS`.
        """
        await run_until_first(self._tick(), self._watch_broker())

    def update(self) -> None:
        """Update lag and health now."""
        self._update_lag()
        self.report_health()

    def report_health(self) -> None:
        """Write the health report to the health file, the metrics and the HTTP server."""
        lanes = self._lanes()
        in_flight = sum(lane.in_flight for lane in lanes.values())
        self._metrics.set_in_flight(in_flight)
        health = Health(
            stage=self._stage,
            pid=os.getpid(),
            state=self._state(),
            reason=self._halt.reason or self._source_watch.problem,
            partitions=len(lanes),
            in_hand=in_flight,
            waiting=self._waiting,
            held_back=sum(held.messages for held in self._held_back),
            held_back_since=min((held.since for held in self._held_back), default=None),
            idle_seconds=round(self._progress.seconds, 1),
            checked=time.time(),
        )
        self._server.health = health
        self._write_report(health)

    def _write_report(self, health: Health) -> None:
        """Write the health file; log when that begins to fail, and when it works again."""
        try:
            write_health(self._path, health)
        except OSError as error:  # a full disk must not stop the articles
            problem = f"{self._path} cannot be written: {error.strerror or error}"
            if problem != self._unwritable:
                self._log.warning("no health file: `copydesk health` sees an old report or none", problem=problem)
            self._unwritable = problem
        else:
            if self._unwritable:
                self._log.info("the health file is written again", path=str(self._path))
            self._unwritable = None

    def remove_report(self) -> None:
        """Remove the health file."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _state(self) -> State:
        if self.stopping:
            return "stopping"
        if self._halt.reason is not None:
            return "halted"
        if not self.ready:
            return "starting"
        if self._progress.seconds > self._settings.stall_seconds:
            return "stalled"
        return "ready" if self._source_watch.problem is None else "without_topic"

    # ------------------------------------------------------------------------------------- progress and lag

    async def _tick(self) -> None:
        while True:
            self.update()
            self._on_tick()
            stalled = self._progress.seconds
            if self._state() == "stalled" and 0 < self._settings.stall_exit_seconds < stalled:
                raise RuntimeError(
                    f"work is waiting and nothing was done for {stalled:.0f} s (COPYDESK_STALL_EXIT_SECONDS)"
                )
            await asyncio.sleep(TICK_SECONDS)

    def _update_lag(self) -> None:
        """Update the lag of every partition, and whether work is waiting."""
        lanes = self._lanes()
        progress = self._read_progress()
        for partition, position in progress.items():
            lane, end = lanes[partition], position.last_stable_offset
            self._metrics.set_lag(partition.topic, partition.partition, max(0, end - lane.next))
            self._check_offset_past_end(partition, lane.next, end)
        self._update_held_back(progress)
        # transaction markers take offsets: only the read position tells whether something is left to read
        self._waiting = any(position.waiting for position in progress.values()) or any(
            lane.in_flight for lane in lanes.values()
        )
        if not self._waiting:
            self._progress.mark()  # idle since now, not since the last article

    def _update_held_back(self, progress: Mapping[TopicPartition, PartitionProgress]) -> None:
        """Update what an open transaction holds back; log when that begins and ends."""
        held = self._held_back_clock.update(progress)
        if held and not self._held_back:
            problem = f"{describe_held_back(held)}: find its producer (kafka-transactions find-hanging), or wait"
            self._log.warning("held back", problem=problem)
        elif self._held_back and not held:
            self._log.info("no longer held back")
        messages = {one.partition: one.messages for one in held}
        for partition in progress:
            self._metrics.set_held_back(partition.topic, partition.partition, messages.get(partition, 0))
        self._held_back = held

    def _check_offset_past_end(self, partition: TopicPartition, offset: int, end: int) -> None:
        """Stop if the committed offset lies beyond the end of the log: nothing would ever be read from there.

        Raises:
            SetupError: It has been there for `PAST_END_GRACE_SECONDS`.
        """
        if offset <= end:
            self._past_end_since.pop(partition, None)
            return
        since = self._past_end_since.setdefault(partition, time.monotonic())
        if time.monotonic() - since > PAST_END_GRACE_SECONDS:
            raise SetupError(
                f"the committed offset {offset} of {partition.topic}/{partition.partition} is beyond the log's end "
                f"({end}): the topic was deleted and created again, or cut short. Stop all workers of the group "
                f"{self.group}, reset its offsets (kafka-consumer-groups --reset-offsets --to-earliest --execute works "
                "only while the whole group is stopped), then start again"
            )

    # -------------------------------------------------------------------------------------------- the broker

    async def _watch_broker(self) -> None:
        checks = 0
        while True:
            await asyncio.sleep(BROKER_CHECK_SECONDS)
            was_away = self._broker_away_seconds() > 2 * BROKER_CHECK_SECONDS
            await self._check_broker()
            checks += 1
            if self.ready and not self.stopping:
                await self._source_watch.check()
            answers = self._broker_away_seconds() < BROKER_CHECK_SECONDS
            if answers and (was_away or not checks % CLUSTER_CHECKS):
                await self._check_cluster()

    def _broker_away_seconds(self) -> float:
        return time.monotonic() - self._broker_seen

    async def _check_broker(self) -> None:
        away = self._broker_away_seconds()
        if await self._settings.answers():
            if away > 2 * BROKER_CHECK_SECONDS:
                self._log.info("the broker is back")
            self._broker_seen = time.monotonic()
            return
        away = self._broker_away_seconds()
        if away > self._settings.broker_seconds:
            raise self._settings.unavailable_error(f"for {away:.0f} s")
        self._log.warning(
            "the broker does not answer", seconds=round(away), gives_up_after=self._settings.broker_seconds
        )

    async def _check_cluster(self) -> None:
        """Make sure that it is still the same cluster: committed offsets mean nothing on another one.

        Raises:
            SetupError: It is another one.
        """
        try:
            async with broker_checks.admin(self._settings) as client:
                now = await broker_checks.cluster_id(client)
        except BROKER_UNAVAILABLE:
            return  # the next check of the broker reports it
        if self.cluster_id and now and now != self.cluster_id:
            raise SetupError(
                f"{self._settings.brokers} is another cluster now ({now}, was {self.cluster_id}): "
                "check COPYDESK_BROKERS; after a restart the worker takes the new one"
            )


__all__ = ["BROKER_UNAVAILABLE", "Watch"]
