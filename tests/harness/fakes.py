"""Parts of a worker without a broker and without a process, for tests of the runtime that take milliseconds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from aiokafka import TopicPartition
from aiokafka.errors import MessageSizeTooLargeError
from copydesk_teststages import stage

from copydesk.client.connection import Connection
from copydesk.runtime.committing import Committer
from copydesk.runtime.execution import ArticleError, Outcome
from copydesk.runtime.frames import NO_CONTEXT, InputContext
from copydesk.runtime.halt import Halt
from copydesk.runtime.health import ProgressClock
from copydesk.runtime.lanes import Lane, LaneContext, MemoryBudget
from copydesk.runtime.metrics import Metrics
from copydesk.runtime.processing import Processor
from copydesk.runtime.records import ConsumedRecord, ProcessedArticle, RecordBuilder
from copydesk.runtime.resuming import ResumePoint
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import StageProcess

HERE = TopicPartition("articles.raw", 0)


def record(offset: int, value: bytes | None = b"{}", *, key: bytes | None = b"k") -> ConsumedRecord:
    """A consumed record of the first partition."""
    return ConsumedRecord(
        topic="articles.raw", partition=0, offset=offset, timestamp=1000, key=key, value=value, headers=()
    )


def resume_at(offset: int) -> ResumePoint:
    """A committed offset of the topic as it is."""
    return ResumePoint(offset, offset, "", "committed")


def builder() -> RecordBuilder:
    """A record builder whose topics take 10,000 bytes."""
    limits = {"articles.cleaned": 10_000, "articles.probe.dlq": 10_000}
    return RecordBuilder(stage, Connection(), settings_digest="", limits=limits)


class FakeStageProcess(StageProcess):
    """A stage's process without a process. It echoes articles; the value `FAIL` fails."""

    def __init__(self, *, slots: int = 4) -> None:
        super().__init__(stage, Settings())
        self.last_seconds = 0.001
        self.slots = slots
        self.ahead: list[int] = []
        """Number of submitted articles at each call of `next_outcome`."""
        self.gate = asyncio.Event()
        """Cleared, it keeps the article in hand from being finished."""
        self.gate.set()
        self._submitted: deque[bytes] = deque()

    @property
    def free_slots(self) -> int:
        return self.slots - len(self._submitted)

    def submit(self, key: bytes | None, value: bytes | None, context: InputContext = NO_CONTEXT) -> None:  # noqa: ARG002 - the real one's signature
        self._submitted.append(value or b"")

    async def next_outcome(self, still_assigned: Callable[[], bool] = lambda: True) -> Outcome | None:
        self.ahead.append(len(self._submitted))
        await self.gate.wait()
        if not still_assigned():
            self._submitted.clear()
            return None
        value = self._submitted.popleft()
        if value == b"FAIL":
            error = ArticleError(class_name="RuntimeError", message="bug")
            return Outcome(disposition="failed", article_id="a", error=error)
        return Outcome(disposition="passed", article_id="a", value=value)


class FakeCommitter(Committer):
    """A committer that remembers what it would have written, and refuses one value for its size."""

    def __init__(self, *, refuse: bytes | None = None) -> None:
        super().__init__(builder())
        self.refuse = refuse
        self.error: BaseException | None = None
        """Raised by every write, if set."""
        self.opened = False
        self.closed = False
        self.resets = 0
        self.writes: list[tuple[list[str], int]] = []
        """Topics and committed offset of each write."""

    async def open(self) -> None:
        self.opened = True

    async def close(self) -> None:
        self.closed = True

    async def write(self, articles: Sequence[ProcessedArticle], offset: int) -> None:
        if self.error is not None:
            raise self.error
        outputs = [output for article in articles for output in article.outputs]
        if self.refuse is not None and any(output.value == self.refuse for output in outputs):
            raise MessageSizeTooLargeError
        self.writes.append(([output.topic for output in outputs], offset))

    async def reset_producer(self) -> None:
        self.resets += 1


class FakeWorker:
    """The parts of a worker that lanes use, and a record of their reports to it."""

    def __init__(self, *, consecutive: int = 1) -> None:
        self.stage_process = FakeStageProcess()
        self.halt = Halt(ratio=1, consecutive=consecutive)
        self.metrics = Metrics(stage)
        self.processor = Processor(
            self.stage_process, builder(), halt=self.halt, metrics=self.metrics, progress=ProgressClock()
        )
        self.committed: list[ProcessedArticle] = []
        self.halted_over: list[ProcessedArticle] = []
        self.errors: list[BaseException] = []
        self.context = LaneContext(
            processor=self.processor,
            budget=MemoryBudget(1_000),
            commit_seconds=30,
            on_committed=self.committed.extend,
            on_halt=self.halted_over.append,
            abort=self._abort,
        )

    def lane(self, committer: Committer) -> Lane:
        return Lane(self.context, HERE, committer)

    def _abort(self, error: BaseException) -> NoReturn:
        self.errors.append(error)
        raise asyncio.CancelledError  # the real one ends the process


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, at most five seconds; the fakes need milliseconds."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.001)


async def put_all(lane: Lane, records: Sequence[ConsumedRecord]) -> None:
    for one in records:
        await lane.put(one)


class FakeLog:
    """A log that keeps its lines: (level, event, fields)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, dict[str, Any]]] = []

    def __getattr__(self, level: str) -> Callable[..., None]:
        return lambda event, **fields: self.lines.append((level, event, fields))
