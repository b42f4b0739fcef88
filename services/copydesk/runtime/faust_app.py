"""The faust application of a worker. Only this module imports faust; it overrides private methods (ADR 0002).

faust joins the group and reads. The records go straight to the lanes of their partitions, past faust's streams, agents
and acks (ADR 0013). faust produces nothing and commits nothing: the lanes do both.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn, Protocol, cast

import faust
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, ConsumerStoppedError
from aiokafka.structs import OffsetAndMetadata
from faust.app.base import BootStrategy
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver

from copydesk.client.progress import PartitionProgress, partition_progress
from copydesk.client.topic_metadata import TopicMetadata, fetch_topic_metadata
from copydesk.runtime.lanes import Lane, close_lanes, revoke_lanes
from copydesk.runtime.private_folder import private_folder
from copydesk.runtime.records import ConsumedRecord
from copydesk.runtime.resuming import ResumePoint, ResumePoints, recreated_error, seek_to_resume_points
from copydesk.runtime.settings import Settings

NEVER = 86_400.0
"""Seconds. Time limit for aiokafka's check of poll intervals, which takes a slow article for a broken consumer."""

FETCH_WAIT_MS = 500
"""Maximum time for which the broker keeps a fetch that finds nothing; Kafka's own default."""

POLL_SECONDS = 1.0
"""Maximum time of a poll that finds nothing, as in faust."""


class Membership(Protocol):
    """Callbacks of a member of the consumer group: what the application asks of its worker."""

    lanes: dict[TopicPartition, Lane]
    """The lanes of the assigned partitions. The application replaces them at every rebalance."""

    def new_lane(self, partition: TopicPartition) -> Lane:
        """Create the lane of a partition that was assigned to this worker."""

    def on_resumed(self, points: Mapping[TopicPartition, ResumePoint]) -> None:
        """Called during a rebalance, when it is known where the assigned partitions are resumed."""

    def on_assigned(self) -> None:
        """Called after a rebalance, when the lanes of all assigned partitions have started."""

    def abort(self, error: BaseException) -> NoReturn:
        """End the process after an error that is no article's fault."""


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    @property
    def _app(self) -> App:
        return cast("App", self.transport.app)

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # faust hard-codes read_uncommitted: behind an exactly-once stage it would read aborted results
        consumer._isolation_level = "read_committed"  # noqa: SLF001
        # faust hard-codes 1,500 ms: other requests to the broker, as at a start, wait behind an empty fetch
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS  # noqa: SLF001
        return consumer

    async def on_partitions_assigned(self, assigned: Any, generation_id: int = 0) -> None:
        """Have the main thread begin what was assigned, and wait for it."""
        with _unless_stopped():
            await super().on_partitions_assigned(assigned, generation_id)

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Have the main thread end what was revoked, and wait for it."""
        with _unless_stopped():
            await super().on_partitions_revoked(revoked)

    async def seek_to_committed(self) -> Any:
        """Seek all partitions to where they are resumed; faust calls this after each rebalance, too."""
        points = (await self.seek_to_resume_points()).points
        return {partition: point.committed for partition, point in points.items()}

    async def seek_to_resume_points(self) -> ResumePoints:
        """Seek all partitions to where they are resumed."""
        return await self.call_thread(self._seek_to_resume_points)  # type: ignore[no-any-return]  # mode has no types

    async def _seek_to_resume_points(self) -> ResumePoints:
        return await seek_to_resume_points(self._ensure_consumer(), accept_recreated=self._app.accept_recreated)

    async def commit_offset(self, partition: TopicPartition, offset: OffsetAndMetadata) -> bool:
        """Commit one partition's offset.

        Returns:
            False if the partition was given away meanwhile: the offset is left to the next owner.
        """
        return await self.call_thread(self._commit_offset, partition, offset)  # type: ignore[no-any-return]  # ditto

    async def _commit_offset(self, partition: TopicPartition, offset: OffsetAndMetadata) -> bool:
        consumer = self._ensure_consumer()
        if partition not in consumer.assignment():
            return False
        try:
            await consumer.commit({partition: offset})
        except CommitFailedError as error:
            if "already rebalanced" not in str(error):
                raise
            return False
        return True

    async def fetch_topic(self, name: str, seconds: float) -> TopicMetadata | None:
        """Metadata of a topic, as the broker has it now.

        aiokafka itself asks every five minutes. It is made to ask now if it knows another number of partitions.
        """
        return await self.call_thread(self._fetch_topic, name, seconds)  # type: ignore[no-any-return]  # ditto

    async def _fetch_topic(self, name: str, seconds: float) -> TopicMetadata | None:
        client = self._ensure_consumer()._client  # noqa: SLF001 - a request that aiokafka lacks
        async with asyncio.timeout(seconds):
            metadata = await fetch_topic_metadata(client, name)
        known = client.cluster.partitions_for_topic(name) or ()
        if len(known) != (metadata.partitions if metadata else 0):
            client.force_metadata_update()
        return metadata


@contextmanager
def _unless_stopped() -> Iterator[None]:
    """Go on when a stop cancels the answer that is waited for, but not who waits.

    aiokafka's coordinator waits for the answer during a rebalance, and the consumer's stop waits for the coordinator,
    which then leaves the group. If it ended here instead, the stop would fail, and the worker never end.
    """
    try:
        yield
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise


class _Consumer(driver.Consumer):
    app: App

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _commit(self, offsets: Any) -> bool:  # noqa: ARG002 - faust's signature
        """Commit nothing, since the lanes commit. A late commit by faust would move the offset back."""
        return True

    async def seek_to_resume_points(self) -> ResumePoints:
        """Seek all partitions to where they are resumed."""
        return await cast("_ConsumerThread", self._thread).seek_to_resume_points()

    async def wait_empty(self) -> None:
        """Wait until no article is in flight. faust calls this before it leaves the group or gives up partitions."""
        await _finish_lanes(self.app.membership.lanes)

    async def verify_all_partitions_active(self) -> None:
        """Check nothing: faust counts acks, and there are none. `watch.py` watches the progress."""

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand over records until the fetcher stops. The errors that end it are handled as in faust."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):  # noqa: SLF001 - as the original
                await self._hand_over_next()
        except (asyncio.CancelledError, ConsumerStoppedError):
            if not self.app.should_stop:
                raise

    async def _hand_over_next(self) -> None:
        """Put the records of one poll into the lanes of their partitions.

        Records that are polled during a rebalance are dropped, and read again from the committed offsets.
        """
        polled, _ = await self._wait_next_records(POLL_SECONDS)
        if polled is None or self.should_stop:
            return
        if not self.flow_active:
            await self._seek_again()
            return
        generation = self.app.consumer_generation_id
        # round robin over the partitions, so that none has to wait for all records of another
        for partition, record in self.scheduler.iterate(polled):
            lane = self.app.membership.lanes.get(partition)
            if lane is not None:
                await lane.put(ConsumedRecord.from_aiokafka(record))
            if self._is_rebalancing(generation):
                return

    def _is_rebalancing(self, generation: int) -> bool:
        return not self.flow_active or self.app.consumer_generation_id != generation

    async def _seek_again(self) -> None:
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 - as in faust: the assignment that follows seeks once more
            self.log.warning("cannot seek to the committed offsets during a rebalance: %s", error)


async def _finish_lanes(lanes: dict[TopicPartition, Lane]) -> None:
    """Revoke all lanes and wait until none has an article in flight."""
    revoke_lanes(lanes)
    await asyncio.gather(*(lane.wait_idle() for lane in lanes.values()))


class _Transport(driver.Transport):
    Consumer = _Consumer


class _Tables(TableManager):
    async def on_start(self) -> None:
        """Start at once. faust waits a second for agents to register tables, and there are none."""
        await self._update_channels()
        await self.recovery.start()


class _Boot(BootStrategy):
    enable_kafka_producer = False  # the lanes have their own
    enable_sensors = False  # see `metrics.py`
    enable_web = False


class App(faust.App):
    """A faust application that hands the records of each partition to a lane."""

    BootStrategy = _Boot
    membership: Membership
    consumer: Any
    source: str
    """Full name of the topic that is read."""
    source_id: str | None = None
    """Id of that topic when partitions were last assigned; None: not known, or the broker has no topic ids."""
    accept_recreated: bool
    """True if the worker begins anew where the topic was deleted and created again; else that is an error."""

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    async def commit_offset(self, partition: TopicPartition, offset: OffsetAndMetadata) -> bool:
        """Commit one partition's offset, for lanes without transactions; False if it was given away."""
        committed: bool = await self.consumer._thread.commit_offset(partition, offset)  # noqa: SLF001 - faust drops the metadata
        return committed

    async def fetch_source(self, seconds: float) -> TopicMetadata | None:
        """Metadata of the topic that this worker reads; None if it does not exist.

        Raises:
            TimeoutError: The broker did not answer within these seconds.
            KafkaError: The broker refused the answer.
        """
        return await self.consumer._thread.fetch_topic(self.source, seconds)  # type: ignore[no-any-return]  # noqa: SLF001

    def read_progress(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, PartitionProgress]:
        """Read position and last stable offset of each partition that is known by now."""
        thread = self.consumer._thread  # noqa: SLF001 - faust offers the high watermark only
        return partition_progress(thread._consumer, partitions) if thread and thread._consumer else {}  # noqa: SLF001

    @property
    def died_of(self) -> BaseException | None:
        """The error that stopped the application, or None."""
        return self.crash_reason if isinstance(self.crash_reason, BaseException) else None

    async def _on_partitions_revoked(self, revoked: Any) -> None:
        revoke_lanes(self.membership.lanes)  # at once: faust does other things first
        await super()._on_partitions_revoked(revoked)  # waits until no lane is at work, unless the app is stopping
        await _finish_lanes(self.membership.lanes)
        await close_lanes(self.membership.lanes)

    async def _on_partitions_assigned(self, assigned: Any, generation_id: int = 0) -> None:
        if not self.should_stop:
            try:
                await self._open_lanes([TopicPartition(*partition) for partition in assigned])
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - without its lanes a worker can do nothing
                self.membership.abort(error)
        await super()._on_partitions_assigned(assigned, generation_id)

    async def _open_lanes(self, partitions: list[TopicPartition]) -> None:
        """Open a lane for each partition. The order of the steps is what guarantees exactly once."""
        # 1. Close what is left of the last assignment.
        await close_lanes(self.membership.lanes)
        lanes = {partition: self.membership.new_lane(partition) for partition in partitions}
        async with asyncio.timeout(self.conf.broker_rebalance_timeout):
            # 2. Fence the partitions' older owners.
            await asyncio.gather(*(lane.open() for lane in lanes.values()))
            # 3. Only then read how far they committed.
            # nothing may be awaited between the seek and the lanes' start: records without a lane are dropped
            topic_id, points = await self.consumer.seek_to_resume_points() if lanes else ResumePoints(None, {})
        self._note_source_id(topic_id)
        self.membership.on_resumed(points)
        # 4. Start to work behind the committed offsets.
        for partition, lane in lanes.items():
            lane.start(points[partition])
        self.membership.lanes = lanes
        self.membership.on_assigned()

    def _note_source_id(self, topic_id: str | None) -> None:
        if topic_id is None:
            return
        if self.source_id not in {None, topic_id} and not self.accept_recreated:
            raise recreated_error(self.source, self.source_id, topic_id)
        self.source_id = topic_id


def make_app(membership: Membership, settings: Settings, *, group: str, topic: str, fetch_bytes: int) -> App:
    """Make the application of one worker. It runs in the event loop in which it is started.

    Args:
        membership: The worker.
        settings: Its settings.
        group: Full name of the consumer group.
        topic: Full name of the topic to read.
        fetch_bytes: Maximum bytes per partition in a fetch: the topic's `max.message.bytes`.
    """
    options = settings.aiokafka_options()  # makes copydesk's changes to aiokafka, too
    session = settings.session_seconds
    app = App(
        group,
        broker_credentials=_credentials(settings),
        broker=[f"aiokafka://{server}" for server in options["bootstrap_servers"].split(",")],
        version=1,  # part of the group's name: another version would read everything again
        key_serializer="raw",
        value_serializer="raw",
        TableManager=_Tables,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        stream_wait_empty=True,
        broker_session_timeout=session,
        broker_heartbeat_interval=session / 3,
        # a member that has to give up its partitions finishes its current article first
        broker_rebalance_timeout=max(60.0, settings.max_article_seconds + 30.0),
        broker_max_poll_interval=NEVER,
        broker_max_poll_records=200,  # measured: 1,000 was slower
        broker_request_timeout=max(30.0, session),
        broker_client_id=options["client_id"],
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=fetch_bytes,
        web_enabled=False,
        worker_redirect_stdouts=False,
        # faust creates this folder and leaves it empty, since there are no tables
        datadir=_data_folder(),
    )
    app.membership, app.source = membership, topic
    app.accept_recreated = settings.recreated_topic == "earliest"
    app.topics.add(app.topic(topic, key_serializer="raw", value_serializer="raw"))
    return app


def _data_folder() -> Path:
    """Folder for faust; it stays empty. A new one where the private folder is somebody else's."""
    try:
        return private_folder() / "faust"
    except OSError:
        return Path(tempfile.mkdtemp(prefix="copydesk-"))


def _credentials(settings: Settings) -> faust.SASLCredentials | faust.SSLCredentials | None:
    """The connection's security, in faust's terms."""
    context = settings.ssl_context()
    if settings.security_protocol.startswith("SASL"):
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password,
            mechanism=settings.sasl_mechanism,
            ssl_context=context,
        )
    return None if context is None else faust.SSLCredentials(context)


__all__ = ["App", "make_app"]
