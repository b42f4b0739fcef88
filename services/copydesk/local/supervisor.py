"""The supervisor of `copydesk up` and `demo`: embedded broker, topics, one worker or more per stage, live page."""

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
"""Time that a worker has to finish its current article."""

BACKOFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Pauses before the first, second, ... restart; the last one repeats."""

HOPELESS = frozenset({Exit.USAGE, Exit.SETUP})
"""Exit codes after which a restart would end the same way."""

VIEWER = "viewer"
"""Name of the live page among the workers."""

Say = Callable[[str, str], None]
"""Receives a line of output: the name of the process (`extractor-2`), the line."""


class PipelineError(RuntimeError):
    """A process of the pipeline ended, and restarting it would not help."""

    def __init__(self, message: str, status: int) -> None:
        """Create the error. `status` is the exit code for the command."""
        super().__init__(message)
        self.status = status


class Pipeline:
    """A running pipeline."""

    def __init__(
        self, connection: Connection, scale: Mapping[str, int], say: Say, viewer_port: int | None, log_format: str
    ) -> None:
        """Prepare; `start` starts the processes.

        Args:
            connection: The broker.
            scale: Number of workers per stage.
            say: Receives every line of output.
            viewer_port: Port of the live page; None: no page.
            log_format: Format of the log lines.
        """
        self._log_format = log_format
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
            broker_ended: Waits until the broker ends by itself; returns its exit status.
        """
        self._tasks = [asyncio.create_task(self._keep(name, command)) for name, command in self._commands.items()]
        self._tasks.append(asyncio.create_task(self._watch(broker_ended)))

    async def wait(self) -> None:
        """Wait until something ends for good.

        Raises:
            PipelineError: A worker or the page cannot run, or the broker has ended.
        """
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Terminate the workers and the page, and wait for their end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(end(process, seconds=STOP_SECONDS) for process in self._processes.values()))
        self._scratch.cleanup()

    async def _keep(self, name: str, command: tuple[str, ...]) -> None:
        """Run one process, and restart it whenever it ends."""
        failures = 0
        while True:
            process = await self._spawn(name, command)
            status = await self._follow(name, process)
            if status in HOPELESS:
                raise PipelineError(f"{name} ended with {status}: see its output above", status)
            pause = BACKOFF_SECONDS[min(failures, len(BACKOFF_SECONDS) - 1)]
            failures += 1
            self._say(name, f"ended with {status}; starts again in {pause:g} s")
            await asyncio.sleep(pause)

    async def _watch(self, broker_ended: Callable[[], Awaitable[int]]) -> None:
        """End with the broker: a new one would have no articles, and workers would wait for the old one for ever."""
        status = await broker_ended()
        raise PipelineError(f"the embedded broker ended with {status}, its articles are lost: start again", Exit.BROKER)

    async def _spawn(self, name: str, command: tuple[str, ...]) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", *command,
            stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE, limit=1 << 20,
            start_new_session=True,  # a terminal's Ctrl-C reaches this process only, which ends them in order
            preexec_fn=partial(die_with, os.getpid()),
            env={
                "COPYDESK_LOG_FORMAT": self._log_format, "COPYDESK_SESSION_SECONDS": str(SESSION_SECONDS), **os.environ,
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
    scale: Mapping[str, int],
    say: Say,
    *,
    port: int = 0,
    viewer_port: int | None = None,
    prefix: str = "",
    log_format: str = "console",
) -> AsyncIterator[Pipeline]:
    """Run the pipeline on the embedded broker; everything ends with the context.

    Args:
        scale: Number of workers per stage.
        say: Receives every line of output.
        port: Port of the broker; 0: any free one.
        viewer_port: Port of the live page; None: no page.
        prefix: Topic prefix.
        log_format: `console` or `json`, as in `COPYDESK_LOG_FORMAT`, which wins over it.

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
            results = await broker_checks.create_topics(client, wanted, partitions=None, replication=1)
        if problems := {name: result for name, result in results.items() if result not in {"created", "exists"}}:
            raise broker_checks.SetupError(f"topics could not be created: {problems}")
        running = Pipeline(connection, scale, say, viewer_port, log_format)
        await running.start(embedded.ended)
        try:
            yield running
        finally:
            await running.stop()
