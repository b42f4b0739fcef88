"""One worker, from start to exit code: checks, the child, faust, lanes, and what to do when the world breaks.

The way of an article: faust reads it (`app.py`) and queues it in its partition's lane (`lanes.py`); the lane has it
`handle`d, here, by the stage's process (`child.py`, `article.py`), makes it one record (`records.py`), and commits.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, NoBrokersAvailable, NodeNotReadyError

from copydesk.contracts import envelope
from copydesk.operations import broker_checks
from copydesk.operations.broker_checks import SetupError
from copydesk.operations.rights import check_rights
from copydesk.runtime.exits import Exit
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import Health, State, health_file, write_health
from copydesk.runtime.lanes import (
    Budget,
    Lane,
    PlainLane,
    TransactionalLane,
    close_lanes,
    give_up,
    producer_options,
)
from copydesk.runtime.logs import set_up_logs
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.metrics_server import Page
from copydesk.runtime.processes import keep_loaded
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder, told
from copydesk.runtime.settings import Settings, settings_digest, stage_settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from copydesk.runtime.tracing import StageTracing
from copydesk.stage import Stage

if TYPE_CHECKING:
    from copydesk.runtime.faust_app import App

TICK_SECONDS = 1.0
BROKER_CHECK_SECONDS = 5.0
BEYOND_SECONDS = 10.0
"""A new leader may tell an older end of the log for a moment; a topic made anew tells it for ever."""
CLUSTER_CHECKS = 12
"""Checks of the broker between two questions which cluster it is: one a minute."""

_AWAY = (
    ConnectionError,  # BrokerAwayError is one
    KafkaConnectionError,
    KafkaTimeoutError,
    NodeNotReadyError,
    NoBrokersAvailable,
    TimeoutError,
)


class Worker:
    """One stage's worker; `run` is its life."""

    def __init__(self, stage: Stage, settings: Settings) -> None:
        """Nothing is started yet."""
        self.stage = stage
        self.settings = settings
        self.log = set_up_logs(settings, stage=stage.name)
        self.metrics = Metrics(stage)
        self.halt = Halt(ratio=settings.dlq_max_ratio, consecutive=settings.dlq_max_consecutive)
        self.child = StageProcess(stage, settings, on_start=self.metrics.child_started)
        self.budget = Budget()
        self.turn = asyncio.Lock()
        self.lanes: dict[TopicPartition, Lane] = {}
        self.builder: RecordBuilder
        self.producer_bytes = self.smallest_limit = broker_checks.DEFAULT_BYTES
        self._says_passed = settings.log_level in {"debug", "info"}
        self._page = Page(self.metrics.registry)
        self._app: App | None = None
        self._plain: AIOKafkaProducer | None = None
        self._tracing: StageTracing | None = None
        self._stop = asyncio.Event()
        self._signal: signal.Signals | None = None
        self._ready = False
        self._waiting = False
        self._progress = time.monotonic()
        self._broker_seen = time.monotonic()
        self._beyond: dict[TopicPartition, float] = {}
        self._cluster: str | None = None

    # ---------------------------------------------------------------------------------------------- life

    async def run(self) -> int:
        """Work until a signal or the end of the world; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._on_signal, number)
        work = asyncio.create_task(self._start())
        stop = asyncio.create_task(self._stop.wait())
        watch = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({work, stop, watch}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                await self._work(work.result(), stop, watch)
            elif watch.done():
                watch.result()
            self.log.info("stopping", signal=self._signal.name if self._signal else None)
            give_up(self.lanes)
            await _cancelled(work)
            await self._stop_app()
            self.log.info("stopped")
        except (SetupError, LoadError) as error:
            self.log.error("set up wrongly", problem=str(error))  # noqa: TRY400 - the message says it all
            return Exit.SETUP
        except Exception as error:  # noqa: BLE001 - broker gone or a bug: nothing can be ended in order
            self.fail(error)
        else:
            if self._ready:
                return Exit.DONE
            return Exit.TERMINATED if self._signal == signal.SIGTERM else Exit.INTERRUPTED
        finally:
            await self._clean_up()
            await _cancelled(stop)
            await _cancelled(watch)
            self._health_path.unlink(missing_ok=True)

    async def _start(self) -> App:
        """Everything before the first article: the topics, the models, the group."""
        if self.settings.metrics_port >= 0:
            await self._serve()
        # the models load in a process of their own, while this one asks the broker and imports faust
        loading = asyncio.create_task(self.child.start())
        try:
            transactions, fetch_bytes = await self._check()
            from copydesk.runtime.faust_app import make_app  # noqa: PLC0415 - half of the imports' time: see above

            if not transactions:
                self._plain = AIOKafkaProducer(**producer_options(self))
                await self._plain.start()
            await loading  # a member of the group that cannot work yet would only keep others from it
        finally:
            await _cancelled(loading)
        app = self._app = make_app(
            self,
            self.settings,
            group=self.builder.group,
            topic=self.settings.full(self.stage.source),
            fetch_bytes=fetch_bytes,
        )
        await app.start()
        keep_loaded()
        return app

    async def _serve(self) -> None:
        host, port = self.settings.metrics_host, self.settings.metrics_port
        try:
            port = await self._page.start(host, port)
        except OSError as error:
            raise SetupError(f"metrics cannot be served on {host}:{port}: {error}; see COPYDESK_METRICS_PORT") from None
        self.log.info("metrics", url=f"http://{host}:{port}/metrics")

    async def _check(self) -> tuple[bool, int]:
        """Whether to use transactions, and the source's largest message; what cannot work is refused here."""
        settings, stage = self.settings, self.stage
        async with broker_checks.admin(settings, seconds=settings.broker_seconds) as client:
            self._cluster = await broker_checks.cluster_id(client)
            await check_rights(client, stage, settings)
            await broker_checks.check_topics(client, settings, (stage.source, stage.sink, stage.dead_letters))
            limits = await broker_checks.size_limits(client, settings, stage)
        self.producer_bytes = max(limits.values())
        self.smallest_limit = min(limits[settings.full(name)] for name in (stage.sink, stage.dead_letters))
        digest = settings_digest(stage_settings(stage))
        self.builder = RecordBuilder(stage, settings, settings_digest=digest, limits=limits)
        if settings.tracing:
            self._tracing = StageTracing(stage.name, self.builder.group)
        return await self._has_transactions(), limits[settings.full(stage.source)]

    async def _has_transactions(self) -> bool:
        delivery = self.settings.delivery
        if delivery == "at_least_once":
            return False
        if await broker_checks.has_transactions(self.settings):
            return True
        if delivery == "auto":
            self.log.warning(
                "at least once",
                problem="this broker has no transactions: after a crash an article may come twice, with the same ce_id",
            )
            return False
        raise SetupError(
            "this broker has no transactions: set COPYDESK_DELIVERY=at_least_once (or auto), or use Apache Kafka"
        )

    async def _work(self, app: App, stop: asyncio.Task[bool], watch: asyncio.Task[None]) -> None:
        """From the start of the application to the signal that stops it."""
        ended = asyncio.create_task(app.wait_until_stopped())
        await asyncio.wait({stop, ended, watch}, return_when=asyncio.FIRST_COMPLETED)
        if watch.done() and (error := watch.exception()):
            if isinstance(error, SetupError):
                raise error
            self.fail(error)
        if not stop.done():
            self.fail(app.died_of or RuntimeError("the consumer stopped by itself"))
        await _cancelled(ended)

    async def _stop_app(self) -> None:
        """Leave the group, as soon as every lane is done with the article in hand."""
        app, self._app = self._app, None
        if app is not None:
            # two tries of the article in hand, and what comes after
            seconds = 2 * self.settings.max_article_seconds + self.settings.transaction_seconds
            try:
                async with asyncio.timeout(seconds):
                    await app.stop()
            except TimeoutError:
                raise RuntimeError(f"did not stop within {seconds:g} s") from None

    async def _clean_up(self) -> None:
        await self._stop_app()
        await close_lanes(self.lanes)
        await self.child.stop()
        await self._page.stop()
        if self._plain is not None:
            with suppress(*_AWAY):
                await self._plain.stop()
        if self._tracing is not None:
            await self._tracing.close()

    def _on_signal(self, number: signal.Signals) -> None:
        if self._stop.is_set():
            self._exit(128 + number)  # the second one: now
        self._signal = number
        self._stop.set()

    def fail(self, error: BaseException) -> NoReturn:
        """The world is broken: say it in one line and end at once; the next owner replays what is not committed."""
        if isinstance(error, _AWAY):
            self.log.critical("broker out of reach", problem=_say(error))
            self._exit(Exit.BROKER)
        if isinstance(error, broker_checks.NO_RIGHT):
            self.log.critical("set up wrongly", problem=broker_checks.lacking(error))
            self._exit(Exit.SETUP)
        if isinstance(error, LoadError):
            self.log.critical("the stage's process could not be started again", problem=str(error))
        else:
            self.log.critical("ending, to be restarted", problem=_say(error), exc_info=error)
        self._exit(Exit.RESTART)

    def _exit(self, status: int) -> NoReturn:
        with suppress(OSError):
            self._health_path.unlink(missing_ok=True)
        logging.shutdown()
        os._exit(status)  # the child ends with us: see `child.py`

    # ------------------------------------------------------------------------------------------ articles

    @property
    def halted(self) -> bool:
        """Whether no more articles are taken."""
        return self.halt.reason is not None

    async def handle(
        self, more: Callable[[], ConsumedRecord | None], wanted: Callable[[], bool]
    ) -> AsyncGenerator[ProcessedArticle]:
        """What became of the articles that `more` gives, and the records to write, one by one.

        Ends where there are no more, or they are not ours any more. Those that the stage's process has are finished.
        """
        ahead: deque[tuple[ConsumedRecord, int]] = deque()
        while True:
            for _ in range(self.child.room):
                if (one := more()) is None:
                    break
                ahead.append((one, time.time_ns()))
                if one.value is not None:
                    self.child.give(one.key, one.value)
            if not ahead:
                return
            incoming, began = ahead.popleft()
            if incoming.value is None:
                yield self._traced(self.builder.tombstone(incoming, _now()), began)
                continue
            outcome = await self.child.take(wanted)
            if outcome is None:
                return
            self.metrics.article_took(self.child.seconds)
            self._progress = time.monotonic()
            ready = self.builder.build(incoming, outcome, _now())
            self.halt.count(ready.outcome.disposition)
            if self.halted:
                self._say_halted(ready)
            yield self._traced(ready, began)

    def _traced(self, ready: ProcessedArticle, began: int) -> ProcessedArticle:
        return ready if self._tracing is None else self._tracing.begin(ready, began=began, child=self.child.pid)

    def committed(self, ready: Sequence[ProcessedArticle]) -> None:
        """Count and log what is done with for good."""
        self._progress = time.monotonic()
        self.metrics.committed()
        now = time.time()
        for one in ready:
            disposition = one.outcome.disposition
            self.metrics.count(disposition)
            self.metrics.measured(one.outcome.measures)
            if ingested := envelope.header(one.record.headers, envelope.INGESTED):
                self.metrics.arrived(max(0.0, now - envelope.seconds(ingested, default=now)))
            if one.spans is not None:
                one.spans.end(one)
            if disposition != "passed":
                self.log.warning("article", **told(one))
            elif self._says_passed:
                self.log.info("article", **told(one))

    def _say_halted(self, last: ProcessedArticle) -> None:
        self.metrics.halted()
        self._tell("halted")
        self.log.critical(
            "halted",
            problem=f"{self.halt.reason}: no more articles are taken until this worker is restarted; "
            f"what lies in {self.settings.full(self.stage.dead_letters)} says why",
            **{f"last_{name}": value for name, value in told(last).items()},
        )

    # -------------------------------------------------------------------------------------------- lanes

    def new_lane(self, partition: TopicPartition) -> Lane:
        """A lane for a partition that is ours now."""
        if self._plain is None:
            return TransactionalLane(self, partition)
        if self._app is None:
            raise RuntimeError("no application")
        return PlainLane(self, partition, self._plain, self._app.commit_offset)

    def expired(self, partition: TopicPartition, committed: int, first: int) -> None:
        """What lay between the committed offset and the log's first one is gone unread."""
        self.metrics.expired(partition.topic, partition.partition, first - committed)
        self.log.warning(
            "articles expired",
            problem=f"up to {first - committed} articles were removed by the topic's retention before they were read: "
            "more workers, or a longer retention.ms",
            topic=partition.topic,
            partition=partition.partition,
            committed=committed,
            first=first,
        )

    def owns(self, partitions: int) -> None:
        """So many partitions are ours from now on."""
        self.metrics.rebalanced()
        self.metrics.forget_lag()
        self._progress = time.monotonic()
        self._ready = True
        self.log.info(
            "ready", partitions=partitions, offsets={str(tp.partition): lane.next for tp, lane in self.lanes.items()}
        )
        self._look()
        self._tell(self._state())
        if self._stop.is_set():
            give_up(self.lanes)

    # ------------------------------------------------------------------------------------------- health

    async def _watch(self) -> None:
        """Tell health and lag every second; give up on a broker that stays away."""
        tasks = {asyncio.create_task(self._tick()), asyncio.create_task(self._watch_broker())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                await _cancelled(task)

    async def _tick(self) -> None:
        while True:
            self._look()
            self._tell(self._state())
            stalled = time.monotonic() - self._progress
            if self._state() == "stalled" and 0 < self.settings.stall_exit_seconds < stalled:
                raise RuntimeError(
                    f"work is waiting and nothing got done for {stalled:.0f} s (COPYDESK_STALL_EXIT_SECONDS)"
                )
            await asyncio.sleep(TICK_SECONDS)

    async def _watch_broker(self) -> None:
        checks = 0
        while True:
            await asyncio.sleep(BROKER_CHECK_SECONDS)
            was_away = time.monotonic() - self._broker_seen > 2 * BROKER_CHECK_SECONDS
            await self._check_broker()
            checks += 1
            answers = time.monotonic() - self._broker_seen < BROKER_CHECK_SECONDS
            if answers and (was_away or not checks % CLUSTER_CHECKS):
                await self._check_cluster()

    async def _check_cluster(self) -> None:
        """Make sure that it is still the same cluster: offsets mean nothing on another one."""
        try:
            async with broker_checks.admin(self.settings) as client:
                now = await broker_checks.cluster_id(client)
        except _AWAY:
            return  # the next check of the broker will tell
        if self._cluster and now and now != self._cluster:
            raise SetupError(
                f"{self.settings.brokers} is another cluster now ({now}, was {self._cluster}): "
                "see whether COPYDESK_BROKERS is right; a restart takes the new one"
            )

    async def _check_broker(self) -> None:
        if await self.settings.answers():
            if time.monotonic() - self._broker_seen > 2 * BROKER_CHECK_SECONDS:
                self.log.info("the broker is back")
            self._broker_seen = time.monotonic()
            return
        away = time.monotonic() - self._broker_seen
        if away > self.settings.broker_seconds:
            raise self.settings.away(f"for {away:.0f} s")
        self.log.warning("the broker does not answer", seconds=round(away), gives_up_after=self.settings.broker_seconds)

    def _state(self) -> State:
        if self._stop.is_set():
            return "stopping"
        if self.halted:
            return "halted"
        if not self._ready:
            return "starting"
        return "stalled" if time.monotonic() - self._progress > self.settings.stall_seconds else "ready"

    def _look(self) -> None:
        """See how far behind every lane is, and whether work is waiting at all."""
        known = self._app.partition_progress(self.lanes) if self._app is not None else {}
        for partition, reading in known.items():
            lane = self.lanes[partition]
            self.metrics.lag(partition.topic, partition.partition, max(0, reading.last_stable_offset - lane.next))
            self._look_beyond(partition, lane.next, reading.last_stable_offset)
        # transaction markers take offsets: only the reading position tells whether something is left to read
        self._waiting = any(reading.waiting for reading in known.values()) or any(
            lane.holding for lane in self.lanes.values()
        )
        if not self._waiting:
            self._progress = time.monotonic()  # idle since now, not since the last article

    def _look_beyond(self, partition: TopicPartition, next_: int, end: int) -> None:
        """Stop where the committed offset lies beyond the log's end: nothing would ever be read from there.

        Raises:
            SetupError: It has for long enough.
        """
        if next_ <= end:
            self._beyond.pop(partition, None)
            return
        since = self._beyond.setdefault(partition, time.monotonic())
        if time.monotonic() - since > BEYOND_SECONDS:
            raise SetupError(
                f"the committed offset {next_} of {partition.topic}/{partition.partition} is beyond the log's end "
                f"({end}): the topic was made anew or cut short. Reset the offsets of the group {self.builder.group} "
                "(kafka-consumer-groups --reset-offsets --to-earliest), then start again"
            )

    def _tell(self, state: State) -> None:
        in_hand = sum(lane.holding for lane in self.lanes.values())
        self.metrics.in_hand(in_hand)
        health = Health(
            stage=self.stage.name,
            pid=os.getpid(),
            state=state,
            reason=self.halt.reason,
            partitions=len(self.lanes),
            in_hand=in_hand,
            waiting=self._waiting,
            idle_seconds=round(time.monotonic() - self._progress, 1),
            checked=time.time(),
        )
        self._page.health = health
        with suppress(OSError):  # a full disk must not stop the articles
            write_health(self._health_path, health)

    @property
    def _health_path(self) -> Path:
        return health_file(self.stage.name, self.settings.health_file)


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """End a task that is not needed any more; what it died of earlier was told where it mattered."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _now() -> int:
    return time.time_ns() // 1_000_000


def _say(error: BaseException) -> str:
    return str(error) or type(error).__name__


__all__ = ["Worker"]
