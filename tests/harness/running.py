"""Worker processes and the records that they write, seen from outside with plain aiokafka."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from copydesk.runtime.processes import die_with
from harness.brokers import Broker
from harness.require import ROOT

STAGES = ROOT / "tests" / "stages"
SITE_TOPICS = ("sites", "sites.seen", "sites.changelog", "articles.sites.dlq")
RELATED_TOPICS = ("articles.related", "articles.fingerprints.dlq", "articles.related.dlq")
SOURCES = {"cleaner": "articles.raw", "extractor": "articles.cleaned", "coherence": "articles.extracted"}


class Row(NamedTuple):
    """A record as a reader sees it."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value or b"null")
        return found


class Worker:
    """A `copydesk run` process and what it logs."""

    def __init__(self, stage: str, process: asyncio.subprocess.Process) -> None:
        self.stage = stage
        self.process = process
        self.lines: list[dict[str, Any]] = []
        self.asked = False
        """True once it was asked to stop."""
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            try:
                fields = json.loads(line)
            except ValueError:
                fields = {"event": line.decode(errors="replace").rstrip(), "raw": True}
            async with self._news:
                self.lines.append(fields)
                self._news.notify_all()
        await self.process.wait()
        async with self._news:
            self._news.notify_all()

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    async def says(self, event: str, seconds: float = 60) -> dict[str, Any]:
        """The first line with that event; fails if the worker ends or takes too long before it says so."""

        def found() -> dict[str, Any] | None:
            return next((line for line in self.lines if line.get("event") == event), None)

        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: found() or self._reader.done() or not self.alive)
        line = found()
        assert line is not None, (
            f"{self.stage} ended with {self.process.returncode} before {event!r}: {self.lines[-5:]}"
        )
        return line

    async def ended(self, seconds: float = 60) -> int:
        """Its exit code, once it ended."""
        done, _ = await asyncio.wait({self._reader}, timeout=seconds)
        assert done, f"{self.stage} still runs after {seconds} s: {self.lines[-6:]}"
        return await self.process.wait()

    def signal_children(self, number: signal.Signals) -> None:
        """To the stage's process, if there is one now."""
        for child in stage_processes(self.process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, number)

    def signal(self, number: signal.Signals) -> None:
        self.asked |= number == signal.SIGTERM
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def stop(self, seconds: float = 60) -> int:
        self.signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def stop_when_ready(self, seconds: float = 160) -> int:
        """As `stop`; before it has partitions it would end with 143, and a second signal would end it at once."""
        if not self.asked:
            await self.says("ready", seconds)
            self.signal(signal.SIGTERM)
        return await self.ended(seconds)

    def articles(self) -> list[dict[str, Any]]:
        """Log lines about articles."""
        return [line for line in self.lines if line.get("event") == "article"]


def stage_processes(pid: int) -> list[int]:
    """A worker's stage processes; what a library starts for a moment, as `file`, is none."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(child) for child in children if b"copydesk.runtime.stage_process" in _command(int(child))]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


class Cluster:
    """Topics of a test, kept apart on a shared broker by a topic prefix, and the workers on them."""

    def __init__(self, broker: Broker, **environ: str) -> None:
        self.broker = broker
        self.prefix = f"t{uuid4().hex[:8]}-"
        self.workers: list[Worker] = []
        self.environ = {
            "COPYDESK_BROKERS": broker.brokers,
            "COPYDESK_TOPIC_PREFIX": self.prefix,
            "COPYDESK_DELIVERY": "exactly_once" if broker.transactions else "at_least_once",
            "COPYDESK_SESSION_SECONDS": "6",
            "COPYDESK_LOG_FORMAT": "json",
            **environ,
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.signal(signal.SIGKILL)
        for worker in self.workers:
            await worker.ended()

    async def create(
        self, *names: str, partitions: int = 6, configs: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Create topics, and wait until every partition has a leader.

        With the cleaner's come those of site memory, which it writes and reads, too, and those that commands read.
        """
        if "articles.cleaner.dlq" in names:
            names = tuple(dict.fromkeys([*names, *SITE_TOPICS, *RELATED_TOPICS]))
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.brokers)
        await admin.start()
        try:
            copies = self.broker.nodes
            new = [
                NewTopic(self.prefix + name, partitions, copies, topic_configs=dict((configs or {}).get(name, {})))
                for name in names
            ]
            response = await admin.create_topics(new)
            assert all(error[1] == 0 for error in response.topic_errors), response
            while any(
                partition["leader"] < 0 or partition["error_code"]
                for topic in await admin.describe_topics([one.name for one in new])
                for partition in topic["partitions"]
            ):
                await asyncio.sleep(0.05)  # nobody tells when a leader is elected
        finally:
            await admin.close()

    async def delete(self, name: str) -> None:
        """Delete a topic."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.brokers)
        await admin.start()
        try:
            await admin.delete_topics([self.prefix + name])
        finally:
            await admin.close()

    async def recreate(
        self, name: str, *, partitions: int, configs: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Delete a topic, and create it again as soon as the broker lets us."""
        await self.delete(name)
        async with asyncio.timeout(30):
            while True:
                with contextlib.suppress(AssertionError):  # it is still being deleted
                    await self.create(name, partitions=partitions, configs=configs)
                    return
                await asyncio.sleep(0.2)

    async def run(self, stage: str, **environ: str) -> Worker:
        """Start a worker."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", "run", stage,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            limit=1 << 22,
            preexec_fn=partial(die_with, os.getpid()),
            env={
                **os.environ,
                "PYTHONPATH": str(STAGES),
                **self.environ,
                "COPYDESK_HEALTH_FILE": str(self.health_file(stage, len(self.workers))),
                **environ,
            },
        )  # fmt: skip
        worker = Worker(stage, process)
        self.workers.append(worker)
        return worker

    def health_file(self, stage: str, number: int = 0) -> Path:
        """Health file of the n-th worker."""
        folder = Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 - only a default
        return folder / f"{self.prefix}{stage}-{number}.json"

    async def command(self, *arguments: str, stdin: bytes = b"", **environ: str) -> tuple[int, bytes, str]:
        """Run another `copydesk` command here: exit code, standard output, standard error."""
        return await run_command(*arguments, stdin=stdin, environ={**self.environ, **environ})

    async def send(self, name: str, records: Iterable[tuple[bytes | None, bytes | None, dict[str, bytes]]]) -> None:
        """Write records: key, value, headers."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.brokers, acks="all", linger_ms=5, max_request_size=8 << 20
        )
        await producer.start()
        try:
            for future in [
                await producer.send(self.prefix + name, value, key=key, headers=list(headers.items()))
                for key, value, headers in records
            ]:
                await future
        finally:
            await producer.stop()

    @contextlib.asynccontextmanager
    async def follow(self, *names: str) -> AsyncIterator[Follower]:
        """Read topics from their beginnings on, in the background."""
        follower = Follower(self.broker.brokers, {self.prefix + name: name for name in names})
        await follower.start()
        try:
            yield follower
        finally:
            await follower.stop()

    @contextlib.asynccontextmanager
    async def beside(self, stage: str, name: str) -> AsyncIterator[tuple[AIOKafkaConsumer, TopicPartition]]:
        """A consumer of a stage's group, beside its workers, with the first partition of a topic."""
        partition = TopicPartition(self.prefix + name, 0)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.brokers,
            group_id=f"{self.prefix}copydesk.{stage}",
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            consumer.assign([partition])
            yield consumer, partition
        finally:
            await consumer.stop()

    async def committed(self, stage: str, name: str) -> dict[int, int]:
        """The group's committed offsets, by partition."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.broker.brokers)
        await admin.start()
        try:
            topic = self.prefix + name
            described = await admin.describe_topics([topic])
            partitions = [TopicPartition(topic, p["partition"]) for p in described[0]["partitions"]]
            found = await admin.list_consumer_group_offsets(f"{self.prefix}copydesk.{stage}", partitions=partitions)
            return {partition.partition: offset.offset for partition, offset in found.items() if offset.offset >= 0}
        finally:
            await admin.close()

    async def state(self) -> str:
        """State of every group and worker, for the message of a failed test."""
        lines = []
        for stage, name in SOURCES.items():
            with contextlib.suppress(KafkaError):
                lines.append(f"{stage} committed {await self.committed(stage, name)}")
        for number, worker in enumerate(self.workers):
            path = self.health_file(worker.stage, number)
            health = path.read_text(encoding="utf-8") if worker.alive and path.exists() else ""
            lines_of_worker = [line for line in worker.lines if line.get("event") != "article"][-8:]
            how = "runs" if worker.alive else f"ended with {worker.process.returncode}"
            lines += [
                f"{worker.stage} {worker.process.pid} {how} {health}",
                *(f"    {line}"[:1500] for line in lines_of_worker),
            ]
        return "\n".join(lines)


class Follower:
    """Everything that is in some topics, as it comes."""

    def __init__(self, brokers: str, names: Mapping[str, str]) -> None:
        self.rows: list[Row] = []
        self._names = names
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=brokers, isolation_level="read_committed", auto_offset_reset="earliest",
            enable_auto_commit=False, max_partition_fetch_bytes=4 << 20,
        )  # fmt: skip
        self._places: dict[tuple[TopicPartition, int], tuple[bytes | None, bytes | None]] = {}
        self._news = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self._consumer.start()
        await self._consumer._client.set_topics(list(self._names))
        async with asyncio.timeout(30):
            # a broker may tell of a new topic a moment later than the one that was asked before
            while not all(self._consumer.partitions_for_topic(name) for name in self._names):
                await self._consumer._client.force_metadata_update()
                await asyncio.sleep(0.05)
        partitions = [
            TopicPartition(name, number)
            for name in self._names
            for number in sorted(self._consumer.partitions_for_topic(name) or ())
        ]
        assert partitions, f"no partitions of {list(self._names)}"
        self._consumer.assign(partitions)
        await self._consumer.seek_to_beginning(*partitions)
        self._task = asyncio.create_task(self._read())

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._consumer.stop()

    async def _read(self) -> None:
        while True:
            try:
                batch = await self._consumer.getmany(timeout_ms=200)
            except KafkaError:
                continue  # the broker is being killed; the consumer comes back with it
            if not batch:
                continue
            async with self._news:
                for partition, records in batch.items():
                    self.rows.extend(
                        Row(
                            self._names[partition.topic], record.partition, record.offset, record.timestamp,
                            record.key, record.value, {name: value.decode() for name, value in record.headers},
                        )
                        for record in records
                        if self._is_new(partition, record)
                    )  # fmt: skip
                self._news.notify_all()

    def _is_new(self, partition: TopicPartition, record: Any) -> bool:
        """True if the record was not read before. A new leader that is behind for a moment sends readers back."""
        place = (partition, record.offset)
        if place not in self._places:
            self._places[place] = (record.key, record.value)
            return True
        assert self._places[place] == (record.key, record.value), f"{place} holds another record than before"
        return False

    async def until(self, enough: Callable[[list[Row]], bool] | int, seconds: float = 60) -> list[Row]:
        """The rows, once there are enough of them."""

        def there() -> bool:
            if self._task is not None and self._task.done():
                self._task.result()  # raises what ended it
            return len(self.rows) >= enough if isinstance(enough, int) else enough(self.rows)

        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(there)
        except TimeoutError:
            counts = {name: sum(row.topic == name for row in self.rows) for name in self._names.values()}
            raise AssertionError(f"not enough after {seconds} s: {counts}") from None
        return self.rows

    async def settle(self, seconds: float = 2.0) -> list[Row]:
        """The rows, once nothing more came for so long: what was written twice would come now."""
        while True:
            before = len(self.rows)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds), self._news:
                    await self._news.wait_for(lambda: len(self.rows) > before)  # noqa: B023 - awaited at once
            if len(self.rows) == before:
                return self.rows

    def of(self, name: str) -> list[Row]:
        return [row for row in self.rows if row.topic == name]


async def run_command(
    *arguments: str, stdin: bytes = b"", environ: Mapping[str, str] | None = None, seconds: float = 120
) -> tuple[int, bytes, str]:
    """Run `copydesk`: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environ or {})},
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            out, err = await process.communicate(stdin)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return process.returncode, out, err.decode()
