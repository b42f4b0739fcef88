"""The faust application around the lanes. Only this module imports faust; it overrides private methods (ADR 0002).

faust joins the group and reads; what it reads goes straight to the lane of its partition, past faust's streams, agents
and acks (ADR 0013). It produces nothing and commits nothing: lanes do both.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import faust
from aiokafka import TopicPartition
from aiokafka.errors import ConsumerStoppedError
from faust.app.base import BootStrategy
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from copydesk.client.aiokafka_patches.committed_offsets import ask_for_stable_offsets
from copydesk.client.aiokafka_patches.header_names import read_any_header_name
from copydesk.client.aiokafka_patches.lz4 import compress_fast
from copydesk.client.progress import PartitionProgress, partition_progress
from copydesk.runtime.lanes import Lane, close_lanes, give_up
from copydesk.runtime.records import ConsumedRecord
from copydesk.runtime.settings import Settings

NEVER = 86_400.0
"""Seconds. For aiokafka's watchdog over polls, which takes a slow article for a broken consumer."""

FETCH_WAIT_MS = 500
"""How long the broker may keep a fetch that finds nothing; Kafka's own default."""

POLL_SECONDS = 1.0
"""How long a poll waits where nothing comes, as faust does."""


class Owner(Protocol):
    """What the application asks of its worker."""

    lanes: dict[TopicPartition, Lane]

    def new_lane(self, partition: TopicPartition) -> Lane:
        """A lane for a partition that is ours now."""

    def owns(self, partitions: int) -> None:
        """So many partitions are ours from now on."""

    def expired(self, partition: TopicPartition, committed: int, first: int) -> None:
        """What lay between these offsets was never processed and is gone from the log."""

    def fail(self, error: BaseException) -> None:
        """The world is broken: end the process."""


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # faust hard-codes read_uncommitted: a stage behind an exactly-once stage would read aborted results
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        # and 1,500: what else is asked of the broker, as a start does, waits that long behind a fetch with no answer
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer

    async def seek_to_committed(self) -> Any:
        """Seek every partition to where its group left off; faust calls this after each rebalance, too."""
        return await self.call_thread(seek_to_committed, self._ensure_consumer())


async def seek_to_committed(consumer: Any) -> dict[TopicPartition, int | None]:
    """The committed offsets of all assigned partitions, each partition set to its own or to the log's start.

    aiokafka leaves a partition without a committed offset where it stands. faust reads ahead and throws away what it
    read when a rebalance comes between: on a young partition those articles would never be read again.
    """
    committed: dict[TopicPartition, int | None] = await consumer.seek_to_committed()
    young = [partition for partition, offset in committed.items() if not offset]
    if young:
        for partition, first in (await consumer.beginning_offsets(young)).items():
            consumer.seek(partition, first)
    return committed


class _Consumer(driver.Consumer):
    app: App

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _commit(self, offsets: Any) -> bool:  # noqa: ARG002 - faust's signature
        """Nothing: lanes commit. A late commit by faust would move the offset back."""
        return True

    async def commit_offset(self, partition: TopicPartition, offset: int) -> None:
        """Commit one partition's offset, for lanes without transactions."""
        await super()._commit({TP(*partition): offset})

    async def wait_empty(self) -> None:
        """Wait until no lane has an article in hand. faust asks before it leaves the group or gives up partitions."""
        await _idle(self.app.owner.lanes)

    async def verify_all_partitions_active(self) -> None:
        """Nothing: faust's watchdog counts acks, of which there are none. `health.py` watches progress."""

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand over what is read until the fetcher stops; the errors that end it are told apart as faust does."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):  # noqa: SLF001 - as the original
                await self._hand_over_next()
        except (asyncio.CancelledError, ConsumerStoppedError):
            if not self.app.should_stop:
                raise

    async def _hand_over_next(self) -> None:
        """Put the records of one poll into their partitions' lanes.

        What is polled while partitions change hands is thrown away, and read again from the committed offsets.
        """
        polled, _ = await self._wait_next_records(POLL_SECONDS)
        if polled is None or self.should_stop:
            return
        if not self.flow_active:
            await self._seek_again()
            return
        generation = self.app.consumer_generation_id
        # in turn a partition each, so that none has to wait for what was polled of another
        for partition, record in self.scheduler.iterate(polled):
            lane = self.app.owner.lanes.get(partition)
            if lane is not None:
                await lane.put(ConsumedRecord.of(record))
            if self._changing_hands(generation):
                return

    def _changing_hands(self, generation: int) -> bool:
        return not self.flow_active or self.app.consumer_generation_id != generation

    async def _seek_again(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 - as faust: the assignment that follows seeks once more
            self.log.warning("cannot seek to the committed offsets while partitions change hands: %s", error)


async def _idle(lanes: dict[TopicPartition, Lane]) -> None:
    give_up(lanes)
    await asyncio.gather(*(lane.idle() for lane in lanes.values()))


class _Transport(driver.Transport):
    Consumer = _Consumer


class _Tables(TableManager):
    async def on_start(self) -> None:
        """Start at once: faust waits a second for agents to tell their tables, and there are none."""
        await self._update_channels()
        await self.recovery.start()


class _Boot(BootStrategy):
    enable_kafka_producer = False  # lanes have their own
    enable_sensors = False  # `metrics.py` counts
    enable_web = False


class App(faust.App):
    """A faust application whose partitions are lanes."""

    BootStrategy = _Boot
    owner: Owner
    consumer: Any

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    async def commit_offset(self, partition: TopicPartition, offset: int) -> None:
        """Commit one partition's offset, for lanes without transactions."""
        await self.consumer.commit_offset(partition, offset)

    def partition_progress(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, PartitionProgress]:
        """How far each partition is read."""
        thread = self.consumer._thread  # noqa: SLF001 - faust offers the high watermark only
        return partition_progress(thread._consumer, partitions) if thread and thread._consumer else {}  # noqa: SLF001

    @property
    def died_of(self) -> BaseException | None:
        """Why the application stopped by itself, or None."""
        return self.crash_reason if isinstance(self.crash_reason, BaseException) else None

    async def _on_partitions_revoked(self, revoked: Any) -> None:
        give_up(self.owner.lanes)  # at once: faust does other things first
        await super()._on_partitions_revoked(revoked)  # waits until no lane is at work, unless we are stopping
        await _idle(self.owner.lanes)
        await close_lanes(self.owner.lanes)

    async def _on_partitions_assigned(self, assigned: Any, generation_id: int = 0) -> None:
        if not self.should_stop:
            try:
                await self._open_lanes([TopicPartition(*partition) for partition in assigned])
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - without its lanes a worker can do nothing
                self.owner.fail(error)
        await super()._on_partitions_assigned(assigned, generation_id)

    async def _open_lanes(self, partitions: list[TopicPartition]) -> None:
        await close_lanes(self.owner.lanes)
        lanes = {partition: self.owner.new_lane(partition) for partition in partitions}
        # The order is the guarantee: first fence whoever had these partitions, then read how far they got.
        async with asyncio.timeout(self.conf.broker_rebalance_timeout):
            await asyncio.gather(*(lane.open() for lane in lanes.values()))
            first = await self.consumer.earliest_offsets(*(TP(*partition) for partition in lanes)) if lanes else {}
            # nothing may come between the seek and the lanes' start: what is read without a lane is dropped
            committed = await self.consumer.seek_to_committed() if lanes else {}
        for partition, lane in lanes.items():
            offset, begin = committed.get(TP(*partition)) or 0, first.get(TP(*partition), 0)
            if 0 < offset < begin:
                self.owner.expired(partition, offset, begin)
            lane.start(max(0, offset, begin))
        self.owner.lanes = lanes
        self.owner.owns(len(lanes))


def make_app(owner: Owner, settings: Settings, *, group: str, topic: str, fetch_bytes: int) -> App:
    """The application of one worker; it runs in the event loop in which it is started.

    Args:
        owner: The worker.
        settings: Its settings.
        group: Consumer group.
        topic: Full name of the topic to read.
        fetch_bytes: Most bytes a partition a fetch: the topic's `max.message.bytes`.
    """
    read_any_header_name()
    ask_for_stable_offsets()
    compress_fast()
    session = settings.session_seconds
    app = App(
        group,
        broker_credentials=_credentials(settings),
        broker=[f"aiokafka://{server}" for server in settings.brokers.split(",")],
        version=1,  # another one would change the group and read everything again
        key_serializer="raw",
        value_serializer="raw",
        TableManager=_Tables,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_wait_empty=True,
        broker_session_timeout=session,
        broker_heartbeat_interval=session / 3,
        # a member that is asked to give up its partitions finishes the article in hand first
        broker_rebalance_timeout=max(60.0, settings.max_article_seconds + 30.0),
        broker_max_poll_interval=NEVER,
        broker_max_poll_records=200,  # measured: 1,000 was slower
        broker_request_timeout=max(30.0, session),
        broker_client_id="copydesk",
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=fetch_bytes,
        web_enabled=False,
        worker_redirect_stdouts=False,
        # faust makes this folder and leaves it empty, since there are no tables
        datadir=Path(tempfile.gettempdir()) / f"copydesk-faust-{os.getuid()}",
    )
    app.owner = owner

    app.topics.add(app.topic(topic, key_serializer="raw", value_serializer="raw"))
    return app


def _credentials(settings: Settings) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """The connection's security as faust takes it."""
    context = settings.ssl_context()
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


__all__ = ["App", "make_app", "seek_to_committed"]
