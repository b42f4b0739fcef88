"""A command in a terminal: what a person sees, and what Ctrl-C does."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO

COLUMNS = 100

_find_colours = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9\d|10\d)(?:;\d+)*m").findall


class Terminal:
    """A command whose terminal this is: its keyboard and its screen."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.screen = ""
        """Everything that was written, as it came."""
        self._master = master
        self._news = asyncio.Condition()
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            told = os.read(self._master, 1 << 16)
        except OSError:  # Linux's way to say that nobody has it open any more
            told = b""
        if not told:
            asyncio.get_running_loop().remove_reader(self._master)
            self._ended = True
        self.screen += told.decode(errors="replace")
        task = asyncio.create_task(self._tell())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    @property
    def colours(self) -> list[str]:
        """Every code of a colour on the screen."""
        return _find_colours(self.screen)

    async def shows(self, pattern: str, count: int = 1, seconds: float = 100) -> None:
        """Wait until the screen has shown it so often."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: self._ended or len(re.findall(pattern, self.screen)) >= count)
        assert len(re.findall(pattern, self.screen)) >= count, f"no {pattern!r} in {self.screen[-2000:]!r}"

    def types(self, keys: bytes) -> None:
        """Press keys; a control character stands for itself."""
        os.write(self._master, keys)

    async def ends(self, seconds: float = 60) -> int:
        """Its exit code, the screen complete."""
        async with asyncio.timeout(seconds):
            status = await self.process.wait()
            async with self._news:
                await self._news.wait_for(lambda: self._ended)
        return status


@contextlib.asynccontextmanager
async def terminal(
    *arguments: str, environ: Mapping[str, str] | None = None, stdout: IO[bytes] | None = None
) -> AsyncIterator[Terminal]:
    """Run `copydesk` in a terminal of its own; `stdout`: where results go instead of to the screen."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))

    def own() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a suite in the background ignores it, and so would a command
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", *arguments,
            stdin=slave, stdout=stdout or slave, stderr=slave, start_new_session=True, preexec_fn=own,
            env={**os.environ, "TERM": "xterm-256color", **(environ or {})},
        )  # fmt: skip
    finally:
        os.close(slave)
    shown = Terminal(process, master)
    try:
        yield shown
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        asyncio.get_running_loop().remove_reader(master)
        os.close(master)


def marked(mark: str) -> set[int]:
    """The processes that inherited a variable of the environment, as NAME=value, but for this one."""
    return {pid for pid in _pids() if mark in strings(pid, "environ")} - {os.getpid()}


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def strings(pid: int, file: str) -> list[str]:
    """What a file of a process in /proc holds."""
    try:
        return [part.decode() for part in Path(f"/proc/{pid}/{file}").read_bytes().split(b"\0") if part]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
