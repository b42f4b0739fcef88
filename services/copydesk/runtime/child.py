"""The stage's own process: the parent moves bytes, the child turns an article into an outcome, one at a time.

Frames over pipes. To the child: the lengths of key and value (-1: no key), key, value. From the child: the lengths of
outcome and result, the outcome as JSON, the result as it will be published. The first frame from the child has no
result and says that the models are loaded, or why not.
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
from collections.abc import Callable

import msgspec

from copydesk.runtime import article
from copydesk.runtime.article import Outcome, Trouble
from copydesk.runtime.processes import ONE_CORE, die_with
from copydesk.runtime.settings import Settings, read_settings, stage_settings
from copydesk.stage import Stage, find

_REQUEST = struct.Struct(">iI")
_RESPONSE = struct.Struct(">II")

OUT_OF_MEMORY = 77
"""Exit status of a child that ran into its memory limit."""

LOOK_SECONDS = 0.5
"""Between two looks whether the article in hand is still wanted."""

_KILLED = (asyncio.IncompleteReadError, ConnectionError)


class LoadError(RuntimeError):
    """The stage cannot be loaded: a package or a model is missing, or its settings are wrong."""


class Child:
    """The stage's process, started again whenever an article cost it."""

    def __init__(self, stage: Stage, settings: Settings, *, on_start: Callable[[], None] = lambda: None) -> None:
        """Not started yet: `run` or `start` does that."""
        self._stage = stage
        self._settings = settings
        self._on_start = on_start
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self.seconds = 0.0
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
            trouble = None
            for _attempt in (1, 2):
                if not wanted():
                    return None
                if self._process is None:
                    await self.start()
                start = time.monotonic()
                try:
                    async with asyncio.timeout(self._settings.max_article_seconds) as limit:
                        outcome, result = await self._exchange_while(wanted, limit, key, value)
                except TimeoutError:
                    trouble = Trouble(
                        name="Timeout",
                        message=f"took over {self._settings.max_article_seconds:g} s, the second time alone",
                    )
                    await self.stop()
                except _KILLED:
                    trouble = await self._post_mortem()
                except asyncio.CancelledError:
                    await self.stop()  # else its answer would be taken for the next article's
                    raise
                else:
                    self.seconds = time.monotonic() - start
                    return msgspec.structs.replace(outcome, value=result)
            if not wanted():
                return None
            return Outcome(disposition="failed", article_id=article.peek_id(value, key), trouble=trouble)

    async def stop(self) -> None:
        """End the process at once."""
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _spawn(self) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", __name__, self._stage.name, str(os.getpid()),
            stdin=PIPE, stdout=PIPE,
            start_new_session=True,  # a terminal's Ctrl-C reaches the parent only: the article in hand may finish
            env={**ONE_CORE, **os.environ},
        )  # fmt: skip

    async def _exchange_while(
        self, wanted: Callable[[], bool], limit: asyncio.Timeout, key: bytes | None, value: bytes
    ) -> tuple[Outcome, bytes]:
        """The answer to one article; once that is not wanted any more, its time is cut to the grace."""
        loop = asyncio.get_running_loop()
        next_look: asyncio.TimerHandle

        def look() -> None:
            nonlocal next_look
            if wanted():
                next_look = loop.call_later(LOOK_SECONDS, look)
            elif (end := limit.when()) is not None:
                limit.reschedule(min(end, loop.time() + self._settings.grace_seconds))

        next_look = loop.call_later(LOOK_SECONDS, look)  # no task: most articles are done long before the first look
        try:
            return await self._exchange(key, value)
        finally:
            next_look.cancel()

    async def _exchange(self, key: bytes | None, value: bytes) -> tuple[Outcome, bytes]:
        if self._process is None or self._process.stdin is None:
            raise ConnectionError("no process")
        self._process.stdin.write(_REQUEST.pack(-1 if key is None else len(key), len(value)) + (key or b"") + value)
        await self._process.stdin.drain()
        return await self._receive()

    async def _receive(self) -> tuple[Outcome, bytes]:
        if self._process is None or self._process.stdout is None:
            raise ConnectionError("no process")
        read = self._process.stdout.readexactly
        lengths = _RESPONSE.unpack(await read(_RESPONSE.size))
        return msgspec.json.decode(await read(lengths[0]), type=Outcome), await read(lengths[1])

    async def _post_mortem(self) -> Trouble:
        process, self._process = self._process, None
        status = await process.wait() if process else None
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
        process = article.load(stage, stage_settings(stage))
    except Exception as error:  # noqa: BLE001 - whatever it is, the parent tells it
        _answer(answers, Outcome(disposition="failed", trouble=Trouble(name=type(error).__name__, message=str(error))))
        sys.exit(1)
    if settings.max_child_bytes:
        # after loading, so that a limit never keeps the models out; the data segment, since address space that is
        # only reserved (threads, arenas) costs nothing
        limit = max(settings.max_child_bytes, 1)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    _answer(answers, Outcome(disposition="passed"))
    requests = sys.stdin.buffer
    while len(head := requests.read(_REQUEST.size)) == _REQUEST.size:
        key_length, value_length = _REQUEST.unpack(head)
        key = requests.read(key_length) if key_length >= 0 else None
        try:
            value = requests.read(value_length)
            began = time.time_ns()
            outcome = article.run(stage, process, value, key)
            if settings.tracing:
                outcome = msgspec.structs.replace(outcome, ran=(began, time.time_ns()))
            _answer(answers, outcome)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)  # nothing that still needs memory may run


def _answer(answers: object, outcome: Outcome) -> None:
    told = msgspec.json.encode(msgspec.structs.replace(outcome, value=b""))
    write, flush = answers.write, answers.flush  # type: ignore[attr-defined]
    write(_RESPONSE.pack(len(told), len(outcome.value)) + told + outcome.value)
    flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
