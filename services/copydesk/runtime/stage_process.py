"""The stage's own process: the parent moves bytes, the child turns an article into an outcome, one at a time.

Frames over pipes. To the child: the lengths of key and value (-1: no key), key, value. From the child: the lengths of
outcome and result, the seconds it took, the outcome as JSON, the result as it will be published. The first frame from
the child has no result and says that the models are loaded, or why not.

Quick articles lie ahead in the pipe while the child works, so that neither side waits for the other. It answers them
one by one, in order: the first without an answer is the one that took too long or cost the process.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import struct
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Callable
from math import inf
from typing import BinaryIO

import msgspec

from copydesk.runtime import execution
from copydesk.runtime.execution import Outcome, Trouble
from copydesk.runtime.processes import ONE_CORE, die_with, keep_loaded
from copydesk.runtime.settings import Settings, read_settings, stage_settings
from copydesk.stage import Stage, find

_REQUEST = struct.Struct(">iI")
_RESPONSE = struct.Struct(">IId")

OUT_OF_MEMORY = 77
"""Exit status of a child that ran into its memory limit."""

LOOK_SECONDS = 0.5
"""Between two looks whether the article in hand is still wanted."""

AHEAD = 8
"""Most articles that lie ahead in the pipe. Measured on a stage that does nothing: 16 bring nothing more."""

AHEAD_SECONDS = 0.02
"""About how long what lies ahead may take, as it is finished before a partition is given up. An article that takes
longer has none behind it, and would gain nothing by it."""

PIPE_BYTES = 262_144
"""What the child reads and the parent's reader holds at once; also the most that lies ahead."""

_KILLED = (asyncio.IncompleteReadError, ConnectionError)


class LoadError(RuntimeError):
    """The stage cannot be loaded: a package or a model is missing, or its settings are wrong."""


class StageProcess:
    """The stage's process, started again whenever an article cost it."""

    def __init__(self, stage: Stage, settings: Settings, *, on_start: Callable[[], None] = lambda: None) -> None:
        """Not started yet: `run` or `start` does that."""
        self._stage = stage
        self._settings = settings
        self._on_start = on_start
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._given: deque[tuple[bytes | None, bytes]] = deque()
        """Articles that no outcome was taken of, the oldest first."""
        self._sent = 0
        """How many of them the process has, or has in its pipe."""
        self._wanted: Callable[[], bool] = lambda: True
        self._end = self._grace_end = inf
        """When the article in hand has taken too long, and when one that is not wanted any more has, by loop time."""
        self._look: asyncio.TimerHandle | None = None
        self._late = False
        self.seconds = inf
        """How long the last article took."""

    @property
    def pid(self) -> int | None:
        """Process id, or None while there is no child."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the process and wait until the models are loaded.

        Raises:
            LoadError: They cannot be, or not within `COPYDESK_LOAD_SECONDS`; the message says why.
        """
        try:
            self._process = await self._spawn()
        except OSError as error:
            raise LoadError(f"{self._stage.name}: its process cannot be started: {error}") from None
        self._on_start()
        try:
            async with asyncio.timeout(self._settings.load_seconds):
                ready, _ = await self._receive()
        except TimeoutError:
            await self.stop()
            raise LoadError(f"{self._stage.name}: loading took over {self._settings.load_seconds:g} s") from None
        except _KILLED:
            status = await self._process.wait()
            self._process = None
            raise LoadError(f"{self._stage.name}: its process ended with {status} while loading") from None
        if ready.trouble is not None:
            await self.stop()
            raise LoadError(f"{self._stage.name} cannot be loaded: {ready.trouble.name}: {ready.trouble.message}")

    async def run(
        self, key: bytes | None, value: bytes, *, wanted: Callable[[], bool] = lambda: True
    ) -> Outcome | None:
        """The outcome of one article; articles wait for their turn.

        An article that takes too long or costs the process is tried once more alone in a fresh one.

        Args:
            key: The message's key.
            value: The message's value.
            wanted: Asked before each try and from time to time; False (the partition is given up, the worker has
                halted) gives None, at the latest after `COPYDESK_GRACE_SECONDS`.

        Raises:
            LoadError: The process could not be started again.
        """
        async with self._turn:
            self.give(key, value)
            return await self.take(wanted)

    @property
    def room(self) -> int:
        """How many articles to give now; none while more than half of what may lie ahead does, for one write a few."""
        most = 1 + int(min(AHEAD, AHEAD_SECONDS // max(self.seconds, 1e-6)))
        full = len(self._given) > most // 2 or sum(len(value) for _, value in self._given) > PIPE_BYTES
        return 0 if full else most - len(self._given)

    def give(self, key: bytes | None, value: bytes) -> None:
        """Put an article behind those that were given before; `take` has them worked on."""
        self._given.append((key, value))

    async def take(self, wanted: Callable[[], bool]) -> Outcome | None:
        """The outcome of the oldest article that was given; see `run`. None: none of those given has any more."""
        key, value = self._given[0]
        trouble = None
        for attempt in (1, 2):
            if not self._still_wanted(wanted) and not self._sent:
                self._given.clear()
                return None
            if self._process is None:
                await self.start()
            self._send(1 if attempt == 2 else len(self._given))
            try:
                outcome = await self._answer()
            except _KILLED:
                trouble = await self._post_mortem()
            except asyncio.CancelledError:
                await self.stop()  # else its answer would be taken for the next article's
                self._given.clear()
                raise
            else:
                self._given.popleft()
                return outcome
        if not wanted():
            self._given.clear()
            return None
        self._given.popleft()
        return Outcome(disposition="failed", article_id=execution.peek_id(value, key), trouble=trouble)

    async def stop(self) -> None:
        """End the process at once."""
        process, self._process, self._sent = self._process, None, 0
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, self._stage.name, str(os.getpid()),
            stdin=PIPE, stdout=PIPE, limit=PIPE_BYTES,
            start_new_session=True,  # a terminal's Ctrl-C reaches the parent only: the article in hand may finish
            env={**ONE_CORE, **os.environ},
        )  # fmt: skip

    def _still_wanted(self, wanted: Callable[[], bool]) -> bool:
        """Whether it is; once it is not, there is but the grace for all that was sent."""
        self._wanted = wanted
        is_wanted = wanted()
        now = asyncio.get_running_loop().time()
        self._grace_end = inf if is_wanted else min(self._grace_end, now + self._settings.grace_seconds)
        return is_wanted

    def _send(self, most: int) -> None:
        """Have the process given so many articles, in one write."""
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("no process")
        frames: list[bytes] = []
        for number in range(self._sent, most):
            key, value = self._given[number]
            frames += (_REQUEST.pack(-1 if key is None else len(key), len(value)), key or b"", value)
        if frames:
            # not drained: what lies ahead is bounded, and a process that does not read is ended by its time
            self._process.stdin.write(b"".join(frames))
            self._sent = most

    async def _answer(self) -> Outcome:
        """The oldest article's, whose time begins now: the process is ended if it takes longer."""
        loop = asyncio.get_running_loop()
        self._late = False
        self._end = loop.time() + self._settings.max_article_seconds
        if self._look is None:
            self._look = loop.call_later(min(LOOK_SECONDS, self._settings.max_article_seconds), self._look_at_time)
        try:
            outcome, self.seconds = await self._receive()
        finally:
            self._end = inf
        self._sent -= 1
        return outcome

    def _look_at_time(self) -> None:
        """End the process whose article has taken too long; a look twice a second, no timer an article."""
        self._look = None
        if self._end == inf or self._process is None:
            return  # nothing in hand: the next article begins to look again
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now < min(self._end, self._grace_end):
            self._still_wanted(self._wanted)
            next_look = min(LOOK_SECONDS, self._end - now, self._grace_end - now)
            self._look = loop.call_later(max(0.0, next_look), self._look_at_time)
        else:
            self._late = True
            self._process.kill()

    async def _receive(self) -> tuple[Outcome, float]:
        if self._process is None or self._process.stdout is None:
            raise ConnectionError("no process")
        read = self._process.stdout.readexactly
        told, result, seconds = _RESPONSE.unpack(await read(_RESPONSE.size))
        outcome = msgspec.json.decode(await read(told), type=Outcome)
        return msgspec.structs.replace(outcome, value=await read(result)) if result else outcome, seconds

    async def _post_mortem(self) -> Trouble:
        process, self._process, self._sent = self._process, None, 0
        status = await process.wait() if process else None
        if self._late:
            message = f"took over {self._settings.max_article_seconds:g} s, the second time alone"
            return Trouble(name="Timeout", message=message)
        if status == OUT_OF_MEMORY:
            message = f"ran out of memory (limit {self._settings.max_child_bytes} bytes), the second time alone"
        elif status is not None and status < 0:
            message = f"its process was ended by {signal.Signals(-status).name}, the second time alone"
        else:
            message = f"its process ended with {status}, the second time alone"
        return Trouble(name="Crashed", message=message)


def main(name: str, parent: int) -> None:
    """Be the child: load the stage, then answer every frame until the pipe closes."""
    die_with(parent)  # not even an article that never ends keeps us
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # signals are the parent's business
    settings = read_settings()
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the frames
    try:
        stage = find(name)
        process = execution.load(stage, stage_settings(stage))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells it
        trouble = Trouble(name=type(error).__name__, message=str(error))
        _answer(answers, Outcome(disposition="failed", trouble=trouble), 0.0)
        sys.exit(1)
    keep_loaded()
    if settings.max_child_bytes:
        # after loading, so that a limit never keeps the models out; the data segment, since address space that is
        # only reserved (threads, arenas) costs nothing
        limit = max(settings.max_child_bytes, 1)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    _answer(answers, Outcome(disposition="passed"), 0.0)
    requests = os.fdopen(os.dup(0), "rb", buffering=PIPE_BYTES)
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        key_length, value_length = _REQUEST.unpack(head)
        key = requests.read(key_length) if key_length >= 0 else None
        try:
            value = requests.read(value_length)
            began, clock = time.time_ns(), time.perf_counter()
            outcome = execution.run(stage, process, value, key)
            if settings.tracing:
                outcome = msgspec.structs.replace(outcome, ran=(began, time.time_ns()))
            _answer(answers, outcome, time.perf_counter() - clock)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # nothing that still needs memory may run


def _answer(answers: BinaryIO, outcome: Outcome, seconds: float) -> None:
    told = msgspec.json.encode(msgspec.structs.replace(outcome, value=b"") if outcome.value else outcome)
    answers.write(_RESPONSE.pack(len(told), len(outcome.value), seconds) + told + outcome.value)
    answers.flush()  # each by itself: an article that costs the process must not take another's answer with it


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
