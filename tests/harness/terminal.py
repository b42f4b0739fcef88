"""A command in a pseudo terminal: its screen, its keyboard, and Ctrl-C."""

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
    """Pseudo terminal of a command."""

    def __init__(self, process: asyncio.subprocess.Process, master: int) -> None:
        self.process = process
        self.screen = ""
        """Everything that the command wrote, with control sequences."""
        self._master = master
        self._changed = asyncio.Condition()
        self._ended = False
        self._tasks: set[asyncio.Task[None]] = set()
        asyncio.get_running_loop().add_reader(master, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # Linux raises it once no process has the other end open
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._master)
            self._ended = True
        self.screen += data.decode(errors="replace")
        task = asyncio.create_task(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    @property
    def colours(self) -> list[str]:
        """All colour codes on the screen."""
        return _find_colours(self.screen)

    async def shows(self, pattern: str, count: int = 1, seconds: float = 100) -> None:
        """Wait until the screen has shown a pattern `count` times."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: self._ended or len(re.findall(pattern, self.screen)) >= count)
        assert len(re.findall(pattern, self.screen)) >= count, f"no {pattern!r} in {self.screen[-2000:]!r}"

    def types(self, keys: bytes) -> None:
        """Press keys; control characters are allowed."""
        os.write(self._master, keys)

    async def ends(self, seconds: float = 60) -> int:
        """Wait for the end, and return the exit code; the screen is complete then."""
        async with asyncio.timeout(seconds):
            status = await self.process.wait()
            async with self._changed:
                await self._changed.wait_for(lambda: self._ended)
        return status


@contextlib.asynccontextmanager
async def terminal(
    *arguments: str, environ: Mapping[str, str] | None = None, stdout: IO[bytes] | None = None
) -> AsyncIterator[Terminal]:
    """Run `copydesk` in a terminal of its own.

    Args:
        arguments: Arguments of the command.
        environ: Additional environment variables.
        stdout: File for the results instead of the screen.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))

    def take_terminal() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores it; children inherit that
        fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", *arguments,
            stdin=slave, stdout=stdout or slave, stderr=slave, start_new_session=True, preexec_fn=take_terminal,
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
    """Ids of other processes that inherited an environment variable, given as NAME=value."""
    return {pid for pid in _pids() if mark in strings(pid, "environ")} - {os.getpid()}


def _pids() -> list[int]:
    return [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit()]


def strings(pid: int, file: str) -> list[str]:
    """Strings in a file of a process in /proc, such as `environ`; empty if the process is gone."""
    try:
        return [part.decode() for part in Path(f"/proc/{pid}/{file}").read_bytes().split(b"\0") if part]
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []
