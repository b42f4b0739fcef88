"""The life of one worker: checks, start, stop, signals, exit codes.

The way of an article starts at the consumer (`faust_app.py`), which queues it in the lane of its partition
(`lanes.py`). The lane has it processed (`processing.py`) by the stage's process (`stage_process.py`, `execution.py`),
which gives the record to write (`records.py`), and commits (`committing.py`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import InvalidTimestampError

from copydesk.client.producing import describe_refused_time
from copydesk.client.progress import PartitionProgress
from copydesk.client.tasks import cancel_tasks
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.runtime.committing import Committer, PlainCommitter, TransactionalCommitter, make_output_producer
from copydesk.runtime.exits import Exit
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.lanes import Lane, LaneContext, MemoryBudget, close_lanes, revoke_lanes
from copydesk.runtime.logs import set_up_logs
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.metrics_server import MetricsServer
from copydesk.runtime.processes import keep_loaded
from copydesk.runtime.processing import Processor
from copydesk.runtime.records import ProcessedArticle, RecordBuilder, log_fields
from copydesk.runtime.resuming import ResumePoint, report_resumed
from copydesk.runtime.settings import Settings, settings_digest, stage_settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from copydesk.runtime.startup import Cluster, check_cluster, serve_metrics
from copydesk.runtime.state.keeper import StateKeeper
from copydesk.runtime.state.tables import TableReader
from copydesk.runtime.tracing import StageTracing
from copydesk.runtime.watch import BROKER_UNAVAILABLE, Watch
from copydesk.stage import Stage, State

if TYPE_CHECKING:
    from copydesk.runtime.faust_app import App


class Worker:
    """The worker of one stage. `run` is its life."""

    def __init__(self, stage: Stage, settings: Settings) -> None:
        """Prepare; `run` starts everything."""
        self.stage = stage
        self.settings = settings
        self.lanes: dict[TopicPartition, Lane] = {}
        self._log = set_up_logs(settings, stage=stage.name)
        self._log_passed = settings.log_level in {"debug", "info"}
        self._metrics = Metrics(stage)
        self._server = MetricsServer(self._metrics.registry)
        self._halt = Halt(ratio=settings.dlq_max_ratio, consecutive=settings.dlq_max_consecutive)
        self._progress = ProgressClock()
        self._stage_process = StageProcess(stage, settings, on_start=self._metrics.count_process_start)
        self._watch = Watch(
            stage.name, settings, lanes=lambda: self.lanes, read_progress=self._read_progress, source=lambda: self._app,
            halt=self._halt, progress=self._progress, metrics=self._metrics, server=self._server, log=self._log,
            on_tick=self._report_state,
        )  # fmt: skip
        self._keeper: StateKeeper | None = None
        self._processor: Processor
        self._lane_context: LaneContext
        self._new_producer: partial[AIOKafkaProducer]
        self._app: App | None = None
        self._shared_producer: AIOKafkaProducer | None = None
        """The producer of all lanes where there are no transactions."""
        self._tracing: StageTracing | None = None
        self._tables = TableReader(stage.tables, settings)
        self._following: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._signal: signal.Signals | None = None

    # ---------------------------------------------------------------------------------------------- life

    async def run(self) -> int:
        """Work until a signal or a fatal error; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        start = asyncio.create_task(self._start())
        stop = asyncio.create_task(self._stop.wait())
        watch = asyncio.create_task(self._watch.run())
        try:
            await asyncio.wait({start, stop, watch}, return_when=asyncio.FIRST_COMPLETED)
            if start.done():
                await self._work(start.result(), stop, watch)
            elif watch.done():
                watch.result()
            self._log.info("stopping", signal=self._signal.name if self._signal else None)
            revoke_lanes(self.lanes)
            await cancel_tasks(start)
            await self._stop_app()
            self._log.info("stopped")
        except (SetupError, LoadError) as error:
            self._log.error("set up wrongly", problem=str(error))
            return Exit.SETUP
        except Exception as error:  # noqa: BLE001 - broker gone or a bug: nothing can be ended in order
            self.abort(error)
        else:
            if self._watch.ready:
                return Exit.DONE
            return Exit.TERMINATED if self._signal == signal.SIGTERM else Exit.INTERRUPTED
        finally:
            await self._clean_up()
            await cancel_tasks(stop, watch)
            self._watch.remove_report()

    async def _start(self) -> App:
        """Check the broker, load the models, join the group."""
        if self.settings.metrics_port >= 0:
            await serve_metrics(self._server, self.settings, self._log)
        # the models load in a process of their own, while this one asks the broker and imports faust
        loading = asyncio.create_task(self._stage_process.start())
        try:
            cluster = await check_cluster(self.stage, self.settings, self._log)
            self._prepare(cluster)
            from copydesk.runtime.faust_app import make_app  # noqa: PLC0415 - half of the imports' time: see above

            if not cluster.transactions:
                self._shared_producer = self._new_producer()
                await self._shared_producer.start()
            await self._read_tables(transactions=cluster.transactions)
            await loading  # a member of the group that cannot work yet would only keep others from it
        finally:
            await cancel_tasks(loading)
        source = self.settings.full_name(self.stage.source)
        app = self._app = make_app(
            self,
            self.settings,
            group=self._processor.builder.group,
            topic=source,
            fetch_bytes=cluster.limits[source],
        )
        await app.start()
        keep_loaded()
        return app

    async def _read_tables(self, *, transactions: bool) -> None:
        """Read the stage's tables whole, before its first article, and go on following them."""
        if not self.stage.tables:
            return
        began = time.monotonic()
        await self._tables.start(transactions=transactions)
        keys = {name: len(table) for name, table in self._tables.tables.items()}
        self._log.info("tables read", keys=keys, seconds=round(time.monotonic() - began, 2))
        self._following = asyncio.create_task(self._tables.follow())
        self._following.add_done_callback(self._on_tables_lost)

    def _on_tables_lost(self, following: asyncio.Task[None]) -> None:
        if not following.cancelled() and (error := following.exception()) is not None:
            self.abort(error)

    def _prepare(self, cluster: Cluster) -> None:
        """Create what depends on the cluster: record builder, processor, lanes' context, producers' options."""
        settings, stage = self.settings, self.stage
        digest = settings_digest(stage_settings(stage))
        builder = RecordBuilder(stage, settings, settings_digest=digest, limits=cluster.limits)
        self._watch.cluster_id, self._watch.group = cluster.id, builder.group
        if settings.tracing:
            self._tracing = StageTracing(stage.name, builder.group)
        self._processor = Processor(
            self._stage_process, builder,
            halt=self._halt, metrics=self._metrics, progress=self._progress, tracing=self._tracing,
            tables=self._tables.tables, takes_tombstones=stage.tombstones,
        )  # fmt: skip
        if stage.state is not None:
            self._keeper = self._make_keeper(stage.state, cluster)
        self._lane_context = LaneContext(
            processor=self._processor,
            budget=MemoryBudget(),
            commit_seconds=settings.transaction_seconds,
            on_committed=self._on_committed,
            on_halt=self._on_halt,
            abort=self.abort,
            states=self._keeper,
        )
        self._new_producer = partial(make_output_producer, stage, settings, cluster.limits)

    def _make_keeper(self, state: State, cluster: Cluster) -> StateKeeper:
        keeper = StateKeeper(
            self.stage, state, self.settings, topic_id=cluster.changelog_id, transactions=cluster.transactions,
            metrics=self._metrics, progress=self._progress, log=self._log,
        )  # fmt: skip
        keeper.remove_old_folders()
        return keeper

    async def _work(self, app: App, stop: asyncio.Task[bool], watch: asyncio.Task[None]) -> None:
        """Wait, from the start of the application to the signal that stops it."""
        ended = asyncio.create_task(app.wait_until_stopped())
        await asyncio.wait({stop, ended, watch}, return_when=asyncio.FIRST_COMPLETED)
        if watch.done() and (error := watch.exception()):
            if isinstance(error, SetupError):
                raise error
            self.abort(error)
        if not stop.done():
            self.abort(app.died_of or RuntimeError("the consumer stopped by itself"))
        await cancel_tasks(ended)

    async def _stop_app(self) -> None:
        """Leave the group as soon as every lane has finished its current article."""
        app, self._app = self._app, None
        if app is not None:
            # two tries of the current article, and its commit
            seconds = 2 * self.settings.max_article_seconds + self.settings.transaction_seconds
            try:
                async with asyncio.timeout(seconds):
                    await app.stop()
            except TimeoutError:
                raise RuntimeError(f"did not stop within {seconds:g} s") from None

    async def _clean_up(self) -> None:
        await self._stop_app()
        await close_lanes(self.lanes)
        await self._stage_process.stop()
        if self._following is not None:
            await cancel_tasks(self._following)
        await self._tables.stop()
        await self._server.stop()
        if self._shared_producer is not None:
            with suppress(*BROKER_UNAVAILABLE):
                await self._shared_producer.stop()
        if self._tracing is not None:
            await self._tracing.close()

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stop.is_set():
            self._exit(128 + number)  # the second signal: end at once
        self._signal = number
        self._watch.stopping = True
        self._stop.set()

    def abort(self, error: BaseException) -> NoReturn:
        """Log a fatal error in one line and end at once. The next owner replays what is not committed."""
        if isinstance(error, SetupError):
            self._log.critical("set up wrongly", problem=str(error))
            self._exit(Exit.SETUP)
        if isinstance(error, BROKER_UNAVAILABLE):
            self._log.critical("broker out of reach", problem=str(error) or type(error).__name__)
            self._exit(Exit.BROKER)
        if isinstance(error, broker_checks.NOT_AUTHORIZED):
            self._log.critical("set up wrongly", problem=broker_checks.describe_missing_right(error))
            self._exit(Exit.SETUP)
        if isinstance(error, InvalidTimestampError):
            self._log.critical("set up wrongly", problem=describe_refused_time())
            self._exit(Exit.SETUP)
        if isinstance(error, LoadError):
            self._log.critical("the stage's process could not be started again", problem=str(error))
        else:
            problem = str(error) or type(error).__name__
            self._log.critical("ending, to be restarted", problem=problem, exc_info=error)
        self._exit(Exit.RESTART)

    def _exit(self, status: int) -> NoReturn:
        self._watch.remove_report()
        logging.shutdown()
        os._exit(status)  # the stage's process ends with this one (`processes.die_with`)

    # ------------------------------------------------------------------------------- membership of the group

    def new_lane(self, partition: TopicPartition) -> Lane:
        """Create the lane of a partition that was assigned to this worker."""
        return Lane(self._lane_context, partition, self._new_committer(partition))

    def _new_committer(self, partition: TopicPartition) -> Committer:
        builder = self._processor.builder
        if self._shared_producer is None:
            return TransactionalCommitter(builder, partition, self._new_producer)
        if self._app is None:
            raise RuntimeError("no application")
        return PlainCommitter(builder, partition, self._shared_producer, self._app.commit_offset)

    def on_assigned(self) -> None:
        """Called after a rebalance, when the lanes of all assigned partitions have started."""
        self._metrics.count_rebalance()
        self._metrics.clear_lag()
        self._progress.mark()
        self._watch.ready = True
        offsets = {str(partition.partition): lane.next for partition, lane in self.lanes.items()}
        self._log.info("ready", partitions=len(self.lanes), offsets=offsets)
        self._watch.update()
        if self._stop.is_set():
            revoke_lanes(self.lanes)

    def on_resumed(self, points: Mapping[TopicPartition, ResumePoint]) -> None:
        """Called during a rebalance, when it is known where the assigned partitions are resumed."""
        for partition, point in points.items():
            if point.basis == "expired" and point.committed is not None:
                self._metrics.count_expired(partition.topic, partition.partition, point.offset - point.committed)
        report_resumed(self._log, points)

    # ------------------------------------------------------------------------------- what lanes report

    def _on_committed(self, articles: Sequence[ProcessedArticle]) -> None:
        self._processor.count_committed(articles, self._log, log_passed=self._log_passed)

    def _on_halt(self, article: ProcessedArticle) -> None:
        self._metrics.set_halted()
        self._watch.report_health()
        self._log.critical(
            "halted",
            problem=f"{self._halt.reason}: no more articles are taken until this worker is restarted; "
            f"the dead letters in {self.settings.full_name(self.stage.dead_letters)} say why",
            **{f"last_{name}": value for name, value in log_fields(article).items()},
        )

    def _report_state(self) -> None:
        """Set the metrics of state and tables."""
        if self._keeper is not None:
            self._keeper.report()
        for name, table in self._tables.tables.items():
            self._metrics.set_table_keys(name, len(table))

    def _read_progress(self) -> Mapping[TopicPartition, PartitionProgress]:
        return {} if self._app is None else self._app.read_progress(self.lanes)


__all__ = ["Worker"]
