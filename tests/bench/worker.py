"""Cost of the worker's guarantees, beside bare loops and frameworks, and what each keeps when it is killed.

    python tests/bench/worker.py [--articles N] [--rounds N] [--kills N]

A pass-through stage: what is measured is everything around an article. One real Kafka, all in turn round after round.
Wall time on a shared machine is noisy: read CPU and ratios. Runs in the environment of infra/docker/locks/bench.txt.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.rows import Row, miss, ratio, show, spread
from copydesk.runtime.processes import die_with
from harness.brokers import Broker, own_kafka
from harness.running import Cluster, stage_processes

SIZE = 5_000  # bytes, as a news article with its JSON has
SOURCE, SINK = "articles.raw", "articles.cleaned"
TOPICS = (SOURCE, SINK, "articles.probe.dlq")
QUIET_SECONDS = 70.0
"""Nothing more came for so long after a kill: nothing will. A transaction left open may block readers for a minute."""


class System(NamedTuple):
    """A system that is compared."""

    name: str
    job: str
    base: str | None
    """The bare loop with the same acknowledgements."""


SYSTEMS = (
    System("bare aiokafka loop, nothing guaranteed", "bare", None),
    System("at least once: bare aiokafka loop", "bare-at-least-once", "bare-at-least-once"),
    System("at least once: copydesk", "copydesk-at_least_once", "bare-at-least-once"),
    System("at least once: FastStream, an article at a time", "faststream", "bare-at-least-once"),
    System(
        "at least once: FastStream, batches (to any partition, whatever the key)",
        "faststream-batch",
        "bare-at-least-once",
    ),
    System("at least once: Quix Streams", "quix-at-least-once", "bare-at-least-once"),
    System("exactly once: bare aiokafka loop", "bare-exactly-once", "bare-exactly-once"),
    System("exactly once: copydesk", "copydesk-exactly_once", "bare-exactly-once"),
    System("exactly once: Quix Streams, commit_every=50", "quix-exactly-once", "bare-exactly-once"),
)


LIBRARIES = {"faststream": "faststream", "quix": "quixstreams"}
"""Library that a peer's jobs need, by the beginning of their names."""


class Cost(NamedTuple):
    """Of one run."""

    rate: float
    """Articles per second, to the last result."""

    own: float
    """CPU per article in microseconds, of all processes of the system."""

    broker: float
    """CPU per article in microseconds, of the broker; the reader that counts is in it."""


class Killed(NamedTuple):
    """Result of killing a system in mid-run and starting it again."""

    lost: int
    duplicated: int
    seconds: float
    """From the kill to the last result."""


def main() -> None:
    """Measure all, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=3_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kills", type=int, default=1)
    parser.add_argument("--only", default="", help="jobs whose names hold this")
    asked = parser.parse_args()
    systems = [one for one in SYSTEMS if asked.only in one.job and is_here(one)]
    asyncio.run(measure(systems, asked.articles, rounds=asked.rounds, kills=asked.kills))


def is_here(system: System) -> bool:
    """True if its library is installed; prints a line if not."""
    library = next((name for job, name in LIBRARIES.items() if system.job.startswith(job)), "aiokafka")
    found = find_spec(library) is not None
    if not found:
        miss(f"{system.name}: {library} is not installed (infra/docker/locks/bench.txt has it)")
    return found


async def measure(systems: Sequence[System], articles: int, *, rounds: int, kills: int) -> None:
    """Cost, then kills; a table each."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        broker = int((Path(folder) / "node1" / "pid").read_text())
        costs: dict[str, list[Cost]] = {}
        for _ in range(rounds):
            for system in systems:
                costs.setdefault(system.job, []).append(await measure_cost(kafka, broker, system, articles))
        if costs:
            show(
                f"around an article: {articles:,} of {SIZE:,} bytes, {rounds} rounds",
                ("CPU us per article", "of the bare loop with its guarantee", "broker CPU us", "articles/s"),
                [row_of(system, costs) for system in systems],
            )
        seen = {system.job: [await measure_kill(kafka, system, articles) for _ in range(kills)] for system in systems}
        if kills:
            show(
                f"killed by SIGKILL at a third of {articles:,}, started again, {kills} kills a system",
                ("lost", "duplicated", "seconds to the last result"),
                [Row(system.name, tuple(map(listed, zip(*seen[system.job], strict=True)))) for system in systems],
            )


def row_of(system: System, costs: dict[str, list[Cost]]) -> Row:
    """One system's costs."""
    own = costs[system.job]
    base = costs.get(system.base or "", [])
    of_base = ratio([one.own for one in own], [one.own for one in base]) if base else ""
    figures = (spread([one.own for one in own]), of_base, spread([one.broker for one in own]))
    return Row(system.name, (*figures, spread([one.rate for one in own])))


def listed(values: Sequence[float]) -> str:
    """Every run's."""
    return ", ".join(f"{value:.0f}" for value in values)


# ------------------------------------------------------------------------------------------ running one


class Count:
    """Results by key, as a reader of the sink sees them."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.keys: Counter[bytes | None] = Counter()
        self.times: dict[bytes | None, float] = {}
        """Time at which each was seen first, by `time.perf_counter`."""
        self.last = time.perf_counter()
        self._news = asyncio.Condition()

    async def read(self, brokers: str, topic: str) -> None:
        """Count until cancelled."""
        async with AIOKafkaConsumer(
            bootstrap_servers=brokers, isolation_level="read_committed", enable_auto_commit=False
        ) as reader:
            await reader._client.set_topics([topic])
            partitions = [TopicPartition(topic, number) for number in reader.partitions_for_topic(topic) or ()]
            reader.assign(partitions)
            await reader.seek_to_beginning(*partitions)
            while True:
                batches = await reader.getmany(timeout_ms=200)
                async with self._news:
                    for records in batches.values():
                        self.last = time.perf_counter()
                        for record in records:
                            self.keys[record.key] += 1
                            self.times.setdefault(record.key, self.last)
                    self._news.notify_all()

    async def until(self, distinct: int, seconds: float) -> None:
        """Wait for so many articles."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.keys) >= distinct)


@contextlib.asynccontextmanager
async def counting(here: Cluster, sink: str = SINK) -> AsyncIterator[Count]:
    """A count of what comes to a topic."""
    count = Count()
    task = asyncio.create_task(count.read(here.broker.brokers, here.prefix + sink))
    try:
        yield count
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@contextlib.asynccontextmanager
async def cluster(kafka: Broker, system: System) -> AsyncIterator[Cluster]:
    """Empty topics."""
    delivery = system.job.removeprefix("copydesk-") if system.job.startswith("copydesk") else "exactly_once"
    async with Cluster(kafka, COPYDESK_DELIVERY=delivery, COPYDESK_LOG_LEVEL="warning") as here:
        await here.create(*TOPICS)
        yield here


async def send(here: Cluster, articles: Iterable[tuple[bytes, bytes]], source: str = SOURCE) -> None:
    """Keys and articles, there all at once for readers of what is committed."""
    async with (
        AIOKafkaProducer(
            bootstrap_servers=here.broker.brokers,
            transactional_id=here.prefix,
            linger_ms=20,
            max_batch_size=262_144,
            transaction_timeout_ms=600_000,
        ) as writer,
        writer.transaction(),
    ):
        for key, value in articles:
            await writer.send(here.prefix + source, value, key=key)


def made(numbers: range, size: int = SIZE) -> Iterator[tuple[bytes, bytes]]:
    """Keys and articles of so many bytes; of words, so that they compress as text does."""
    for number in numbers:
        rnd, text = random.Random(number), ""
        while len(text) < size - 40:
            text += rnd.choice(WORDS) + " "
        yield b"k%d" % number, json.dumps({"id": f"k{number}", "text": text}).encode()


WORDS = ["".join(random.Random(number).choices("etaoinshrdlu", k=2 + number % 9)) for number in range(3_000)]


async def start(here: Cluster, system: System) -> asyncio.subprocess.Process:
    """The system's process."""
    if system.job.startswith("copydesk"):
        return (await here.run("probe")).process
    script = str(Path(__file__).with_name("peers.py"))
    place = (here.broker.brokers, here.prefix + SOURCE, here.prefix + SINK, here.prefix + system.job)
    return await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", script, system.job, *place,
        stdout=asyncio.subprocess.DEVNULL, preexec_fn=partial(die_with, os.getpid()),
    )  # fmt: skip


async def kill(process: asyncio.subprocess.Process) -> None:
    """As a crash."""
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signal.SIGKILL)
    await process.wait()


def cpu(*pids: int) -> float:
    """CPU seconds that these processes have taken."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def measure_cost(kafka: Broker, broker: int, system: System, articles: int) -> Cost:
    """From the moment on when all articles are there, after one that was there before."""
    async with cluster(kafka, system) as here, counting(here) as count:
        process = await start(here, system)
        try:
            await send(here, made(range(1)))
            await count.until(1, seconds=120)
            own = (process.pid, *stage_processes(process.pid))
            before = cpu(*own)
            await send(here, made(range(1, articles + 1)))
            begin, brokers = time.perf_counter(), cpu(broker)
            await count.until(articles + 1, seconds=300)
            seconds, own_cpu, broker_cpu = time.perf_counter() - begin, cpu(*own) - before, cpu(broker) - brokers
            return Cost(articles / seconds, own_cpu / articles * 1e6, broker_cpu / articles * 1e6)
        finally:
            await kill(process)


async def measure_kill(kafka: Broker, system: System, articles: int) -> Killed:
    """Records that a reader of the sink sees if the system is killed after a third of them and started again."""
    async with cluster(kafka, system) as here, counting(here) as count:
        await send(here, made(range(articles)))
        process = await start(here, system)
        await count.until(articles // 3, seconds=120)
        await kill(process)
        killed = time.perf_counter()
        process = await start(here, system)
        try:
            await wait_quiet(count, articles)
        finally:
            await kill(process)
        return Killed(
            lost=articles - len(count.keys),
            duplicated=sum(count.keys.values()) - len(count.keys),
            seconds=count.last - killed,
        )


async def wait_quiet(count: Count, articles: int) -> None:
    """Until all came, and what comes twice with them; or nothing more came for long."""
    while time.perf_counter() - count.last < (3.0 if len(count.keys) >= articles else QUIET_SECONDS):
        await asyncio.sleep(0.2)


if __name__ == "__main__":
    main()
