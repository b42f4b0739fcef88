"""The whole pipeline on this machine: the embedded broker, the topics, a worker a stage, the live page.

Behind `up` and `demo` (which has no page).
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from copydesk.client.connection import Connection
from copydesk.contracts.topics import topics_with
from copydesk.local.embedded_broker import SESSION_SECONDS, EmbeddedBroker
from copydesk.operations import broker_checks
from copydesk.runtime.exits import Exit
from copydesk.runtime.processes import die_with, end
from copydesk.stage import find

STOP_SECONDS = 20.0
"""How long a worker may take to finish the article in hand."""

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
HOPELESS = frozenset({Exit.USAGE, Exit.SETUP})
"""Exit codes after which another start would end the same way."""

VIEWER = "viewer"
"""The live page, among the names of the workers."""

Say = Callable[[str, str], None]


class PipelineError(RuntimeError):
    """Part of the pipeline ended and will not come back."""

    def __init__(self, message: str, status: int) -> None:
        """With the exit code to end with."""
        super().__init__(message)
        self.status = status


class Pipeline:
    """A running pipeline."""

    def __init__(self, connection: Connection, scale: Mapping[str, int], say: Say, viewer_port: int | None) -> None:
        """Nothing runs yet.

        Args:
            connection: The broker.
            scale: How many workers of each stage.
            say: Takes who says it (`extractor-2`) and a line.
            viewer_port: Of the live page; None: there is none.
        """
        self.connection = connection
        self._say = say
        self._scratch = tempfile.TemporaryDirectory(prefix="copydesk-up-")
        self._commands: dict[str, tuple[str, ...]] = {
            stage if count == 1 else f"{stage}-{number}": ("run", stage)
            for stage, count in scale.items()
            for number in range(1, count + 1)
        }
        if viewer_port is not None:
            self._commands[VIEWER] = ("viewer", "--port", str(viewer_port))
        self._processes: dict[str, Process] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, broker_ended: Callable[[], Awaitable[int]]) -> None:
        """Start the workers and the page.

        Args:
            broker_ended: Waits until the broker has ended by itself; returns its exit status.
        """
        self._tasks = [asyncio.create_task(self._keep(name, command)) for name, command in self._commands.items()]
        self._tasks.append(asyncio.create_task(self._watch(broker_ended)))

    async def wait(self) -> None:
        """Wait for ever.

        Raises:
            PipelineError: A worker, or the page, cannot run, or the broker has ended.
        """
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """End every worker and the page in order, and wait for them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(end(process, seconds=STOP_SECONDS) for process in self._processes.values()))
        self._scratch.cleanup()

    async def _keep(self, name: str, command: tuple[str, ...]) -> None:
        """Run one of them, again and again."""
        failures = 0
        while True:
            process = await self._spawn(name, command)
            status = await self._follow(name, process)
            if status in HOPELESS:
                raise PipelineError(f"{name} ended with {status}: see what it said above", status)
            pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            failures += 1
            self._say(name, f"ended with {status}; starts again in {pause:g} s")
            await asyncio.sleep(pause)

    async def _watch(self, broker_ended: Callable[[], Awaitable[int]]) -> None:
        """Give up with the broker: another one would know none of the articles, and workers would call it for ever."""
        status = await broker_ended()
        raise PipelineError(f"the embedded broker ended with {status}, what it held is gone: start again", Exit.BROKER)

    async def _spawn(self, name: str, command: tuple[str, ...]) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", *command,
            stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, limit=1 << 20,
            start_new_session=True,  # a terminal's Ctrl-C reaches us only: we end them in order
            preexec_fn=partial(die_with, os.getpid()),
            env={
                "COPYDESK_LOG_FORMAT": "console", "COPYDESK_SESSION_SECONDS": str(SESSION_SECONDS), **os.environ,
                "COPYDESK_BROKERS": self.connection.brokers, "COPYDESK_TOPIC_PREFIX": self.connection.topic_prefix,
                "COPYDESK_DELIVERY": "auto", "COPYDESK_HEALTH_FILE": str(Path(self._scratch.name) / f"{name}.json"),
            },
        )  # fmt: skip
        self._processes[name] = process
        return process

    async def _follow(self, name: str, process: Process) -> int:
        if process.stderr is None:
            raise RuntimeError("no pipe")
        while line := await process.stderr.readline():
            self._say(name, line.decode("utf-8", "replace").rstrip())
        return await process.wait()


@asynccontextmanager
async def pipeline(
    scale: Mapping[str, int], say: Say, *, port: int = 0, viewer_port: int | None = None, prefix: str = ""
) -> AsyncIterator[Pipeline]:
    """The pipeline on the embedded broker, everything ended at the end.

    Raises:
        EmbeddedBrokerError: The broker is not installed or did not start.
        SetupError: A topic could not be created.
    """
    async with EmbeddedBroker(port) as embedded:
        connection = Connection(brokers=embedded.connection.brokers, topic_prefix=prefix)
        say("broker", f"embedded broker on {connection.brokers} (in memory, at least once)")
        async with broker_checks.admin(connection) as client:
            described = topics_with(find(name) for name in scale)
            wanted = {connection.full_name(name): topic for name, topic in described.items()}
            became = await broker_checks.create_topics(client, wanted, partitions=None, replication=1)
        if problems := {name: what for name, what in became.items() if what not in {"created", "exists"}}:
            raise broker_checks.SetupError(f"topics could not be created: {problems}")
        running = Pipeline(connection, scale, say, viewer_port)
        await running.start(embedded.ended)
        try:
            yield running
        finally:
            await running.stop()
