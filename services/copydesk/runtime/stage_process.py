"""The stage's process, seen from its worker: articles are submitted in order, outcomes come back in the same order.

The worker moves bytes; the stage's process holds the models and turns one article at a time into an outcome. An article
that takes too long or kills the process costs the process, and is tried once more, alone, in a fresh one.

A stage with a state or tables looks up keys while it works. The worker holds both and answers: a process that ends
takes nothing with it.

Quick articles wait in the pipe while the process works, so that neither side waits for the other. Outcomes come back in
order: the first article without one is the article that took too long or killed the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from math import inf

from copydesk.runtime import execution
from copydesk.runtime.execution import ArticleError, Outcome
from copydesk.runtime.frames import (
    NO_CONTEXT,
    PIPE_BYTES,
    InputContext,
    Question,
    Request,
    encode_answer,
    read_response,
)
from copydesk.runtime.processes import ONE_CORE, OUT_OF_MEMORY
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage

CHECK_SECONDS = 0.5
"""Interval of the check whether the current article has taken too long, or is not assigned to this worker any more."""

ANSWER_BYTES = 32_768
"""Size of an answer that an empty pipe takes at once: half of what Linux gives a pipe."""

MAX_AHEAD = 8
"""Maximum number of articles that wait in the pipe. Measured on a stage that does nothing: 16 bring nothing more."""

MAX_AHEAD_SECONDS = 0.02
"""Processing time of the articles that wait in the pipe, about. They are finished before a partition is revoked, so it
is short. An article that takes longer has none behind it, and would gain nothing by it."""

_PROCESS_ENDED = (asyncio.IncompleteReadError, ConnectionError)


Answer = Callable[[str, list[bytes]], list[bytes | None]]
"""Looks up keys of a table by its topic, or of the state (empty name)."""


class LoadError(RuntimeError):
    """The stage cannot be loaded: a package or a model is missing, or its settings are wrong."""


class StageProcess:
    """The process of one stage. It is started on demand, again after every article that cost it."""

    def __init__(self, stage: Stage, settings: Settings, *, on_start: Callable[[], None] = lambda: None) -> None:
        """Prepare; `start` or the first `next_outcome` starts the process.

        Args:
            stage: The stage that the process loads.
            settings: Limits of time and memory.
            on_start: Called at every start of the process.
        """
        self._stage = stage
        self._settings = settings
        self._on_start = on_start
        self._process: Process | None = None
        self._answers: int | None = None
        """File descriptor of the pipe on which the process reads answers."""
        self.answer: Answer = _answer_nothing
        """Answers the questions of the process. Set it before `next_outcome` for the partition in hand."""
        self._pending: deque[Request] = deque()
        """Submitted articles without an outcome, oldest first."""
        self._in_pipe = 0
        """Number of pending articles that were written to the process."""
        self._still_assigned: Callable[[], bool] = lambda: True
        self._deadline = inf
        """Loop time at which the current article has taken too long."""
        self._grace_deadline = inf
        """Loop time at which an article that is not assigned any more has taken too long."""
        self._timer: asyncio.TimerHandle | None = None
        self._timed_out = False
        self.last_seconds = inf
        """Processing time of the last article, in seconds."""

    @property
    def pid(self) -> int | None:
        """Process id, or None while no process runs."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process and wait until the models are loaded.

        Raises:
            LoadError: Loading failed or took longer than `COPYDESK_LOAD_SECONDS`; the message says why.
        """
        name = self._stage.name
        try:
            process = self._process = await self._spawn()
        except OSError as error:
            raise LoadError(f"{name}: its process cannot be started: {error}") from None
        self._on_start()
        try:
            async with asyncio.timeout(self._settings.load_seconds):
                loaded, _ = await self._receive()
        except TimeoutError:
            await self.stop()
            raise LoadError(f"{name}: loading took over {self._settings.load_seconds:g} s") from None
        except _PROCESS_ENDED:
            status = await process.wait()
            self._process = None
            raise LoadError(f"{name}: its process ended with {status} while loading") from None
        if loaded.error is not None:
            await self.stop()
            raise LoadError(f"{name} cannot be loaded: {loaded.error.class_name}: {loaded.error.message}")

    async def stop(self) -> None:
        """Kill the process."""
        process, self._process, self._in_pipe = self._process, None, 0
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()
        self._close_answers()

    def _close_answers(self) -> None:
        if self._answers is not None:
            os.close(self._answers)
            self._answers = None

    # ---------------------------------------------------------------------------------- submitting articles

    @property
    def free_slots(self) -> int:
        """Number of articles to submit now.

        Zero while more than half of the slots are taken, so that several articles share one write.
        """
        slots = 1 + int(min(MAX_AHEAD, MAX_AHEAD_SECONDS // max(self.last_seconds, 1e-6)))
        pending_bytes = sum(request.size for request in self._pending)
        if len(self._pending) > slots // 2 or pending_bytes > PIPE_BYTES:
            return 0
        return slots - len(self._pending)

    def submit(self, key: bytes | None, value: bytes | None, context: InputContext = NO_CONTEXT) -> None:
        """Queue an article behind those submitted before; `next_outcome` returns its outcome in turn.

        Args:
            key: Key of the record.
            value: Its value; None is a tombstone, for a stage that takes them.
            context: Facts about the record for a stage with a state or tables.
        """
        self._pending.append(Request(key, value, context))

    async def next_outcome(self, still_assigned: Callable[[], bool] = lambda: True) -> Outcome | None:
        """Outcome of the oldest submitted article.

        Returns None if the partition was revoked or the worker has halted; all pending articles are dropped then.

        Args:
            still_assigned: Asked before each of the two tries and every half second. After it returns False, the
                articles in the pipe have `COPYDESK_GRACE_SECONDS` left.

        Raises:
            LoadError: The process could not be started again.
        """
        request = self._pending[0]
        error = None
        for attempt in (1, 2):
            if not self._check_assignment(still_assigned) and not self._in_pipe:
                self._pending.clear()
                return None
            if self._process is None:
                await self.start()
            self._write_requests(1 if attempt == 2 else len(self._pending))
            try:
                outcome = await self._receive_in_time()
            except _PROCESS_ENDED:
                error = await self._explain_end()
            except asyncio.CancelledError:
                await self.stop()  # else its response would be taken for the next article's
                self._pending.clear()
                raise
            else:
                self._pending.popleft()
                return outcome
        if not still_assigned():
            self._pending.clear()
            return None
        self._pending.popleft()
        article_id = execution.peek_id(request.value or b"", request.key)
        return Outcome(disposition="failed", article_id=article_id, error=error, ended_process=True)

    def _check_assignment(self, still_assigned: Callable[[], bool]) -> bool:
        """Ask whether the article is still assigned to this worker; the first False starts the grace period."""
        self._still_assigned = still_assigned
        assigned = still_assigned()
        now = asyncio.get_running_loop().time()
        self._grace_deadline = inf if assigned else min(self._grace_deadline, now + self._settings.grace_seconds)
        return assigned

    # ---------------------------------------------------------------------------------- talking to the process

    async def _spawn(self) -> Process:
        self._close_answers()
        answers, self._answers = os.pipe()
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "copydesk.runtime.stage_process_main",
                self._stage.name, str(os.getpid()), str(answers),
                stdin=PIPE, stdout=PIPE, limit=PIPE_BYTES, pass_fds=(answers,),
                start_new_session=True,  # a terminal's Ctrl-C reaches the worker only: the current article may finish
                env={**ONE_CORE, **os.environ},
            )  # fmt: skip
        finally:
            os.close(answers)

    def _write_requests(self, count: int) -> None:
        """Write the oldest `count` pending articles that are not in the pipe yet, in one write."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("no process")
        parts: list[bytes] = []
        for number in range(self._in_pipe, count):
            parts += self._pending[number].encode()
        if parts:
            # not drained: the pipe's content is bounded, and a process that does not read runs into its time limit
            self._process.stdin.write(b"".join(parts))
            self._in_pipe = count

    async def _receive_in_time(self) -> Outcome:
        """Outcome of the oldest article. Its time limit starts now; the process is killed at the limit."""
        loop = asyncio.get_running_loop()
        self._timed_out = False
        self._deadline = loop.time() + self._settings.max_article_seconds
        if self._timer is None:
            self._timer = loop.call_later(min(CHECK_SECONDS, self._settings.max_article_seconds), self._check_time)
        try:
            outcome, self.last_seconds = await self._receive()
        finally:
            self._deadline = inf
        self._in_pipe -= 1
        return outcome

    def _check_time(self) -> None:
        """Kill the process if its article has taken too long. One timer every half second, not one per article."""
        self._timer = None
        if self._deadline == inf or self._process is None:
            return  # no article: the next one starts the timer again
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now < min(self._deadline, self._grace_deadline):
            self._check_assignment(self._still_assigned)
            delay = min(CHECK_SECONDS, self._deadline - now, self._grace_deadline - now)
            self._timer = loop.call_later(max(0.0, delay), self._check_time)
        else:
            self._timed_out = True
            self._process.kill()

    async def _receive(self) -> tuple[Outcome, float]:
        """Read the next outcome, and answer the questions that come before it."""
        if self._process is None or self._process.stdout is None:
            raise ConnectionError("no process")
        while isinstance(response := await read_response(self._process.stdout), Question):
            if self._answers is not None:
                await _write_all(self._answers, encode_answer(self.answer(response.table, response.keys)))
        return response

    async def _explain_end(self) -> ArticleError:
        """Reason why the process ended, told as an error of the article that it ended over."""
        process, self._process, self._in_pipe = self._process, None, 0
        status = await process.wait() if process else None
        if self._timed_out:
            message = f"took over {self._settings.max_article_seconds:g} s, the second time alone"
            return ArticleError(class_name="Timeout", message=message)
        if status == OUT_OF_MEMORY:
            message = f"ran out of memory (limit {self._settings.max_child_bytes} bytes), the second time alone"
        elif status is not None and status < 0:
            message = f"its process was ended by {signal.Signals(-status).name}, the second time alone"
        else:
            message = f"its process ended with {status}, the second time alone"
        return ArticleError(class_name="Crashed", message=message)


def _answer_nothing(table: str, keys: list[bytes]) -> list[bytes | None]:  # noqa: ARG001 - as `Answer`
    return [None] * len(keys)


async def _write_all(pipe: int, data: bytes) -> None:
    """Write to a pipe, in a thread if it may not take the data at once.

    Raises:
        ConnectionError: The process ended.
    """
    if len(data) <= ANSWER_BYTES:  # the process waits for this answer, so the pipe is empty
        os.write(pipe, data)
        return
    view = memoryview(data)
    while view:
        view = view[await asyncio.to_thread(os.write, pipe, view) :]
