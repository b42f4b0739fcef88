"""Cost of an article at each stage, gain of a second extractor, and duration of a scale event.

    python tests/bench/scale.py [--articles N] [--seconds N]

A real Kafka of one node, one worker a stage, then one and two extractors. Wall time on a shared machine is noisy; the
table of sizes comes from CPU time and memory alone, and its arithmetic stands in `sizes`. Runs in the environment that
`make test` makes. The articles are those of ../shared/data/cleaning where they are, else the samples of the package.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import math
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.rows import Row, show
from harness.brokers import Kafka, own_kafka
from harness.require import ROOT, SHARED
from harness.running import SOURCES, Cluster, Follower, Worker, stage_processes

SINKS = {"cleaner": "articles.cleaned", "extractor": "articles.extracted", "coherence": "articles.scored"}
TOPICS = ("articles.raw", *SINKS.values(), *(f"articles.{stage}.dlq" for stage in SINKS))
PARTITIONS = 12
WARM = 30
"""Articles before the measure begins: the first of each kind are slower."""

RATES = (1, 10, 100, 1_000)
BUSY = 0.7
"""Average load of a worker that sizing assumes. Articles come in bursts; at 1 a backlog would never shrink."""

BACKLOG = 4_000
"""Articles that wait while workers come and go: more than they can do."""


class Cost(NamedTuple):
    """Of one article at one stage, in CPU seconds, and of one worker in MiB at most."""

    stage: float
    parent: float
    broker: float
    memory: float


class Sizes(NamedTuple):
    """Resources that a rate needs."""

    workers: dict[str, int]
    partitions: int
    cores: float
    memory: float
    """GiB of the workers."""


def main() -> None:
    """Measure all, print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=400, help="for the costs")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each of: one worker, two, one again")
    asked = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # young partitions have no leader for a moment
    asyncio.run(measure(asked.articles, asked.seconds))


async def measure(articles: int, seconds: float) -> None:
    """Costs, the sizes that follow from them, and a scale event."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        broker = int((Path(folder) / "node1" / "pid").read_text())
        raw = list(islice(cycle(texts()), articles + WARM))
        words = statistics.mean(len(text.split()) for text in raw)
        costs, cleaned = await measure_costs(kafka, broker, raw)
        show(
            f"CPU ms per article ({articles} of {words:.0f} words on average)",
            ("stage's process", "parent", "broker", "MiB of a worker at most"),
            [
                Row(stage, (*(f"{1000 * one:.1f}" for one in cost[:3]), f"{cost.memory:.0f}"))
                for stage, cost in costs.items()
            ],
        )
        show(
            f"needed at {BUSY:.0%} busy",
            ("cleaners", "extractors", "coherence", "partitions", "cores", "GiB"),
            [row_of(rate, sizes(costs, rate)) for rate in RATES],
        )
        await measure_scaling(kafka, cleaned, seconds)


def texts() -> Iterator[str]:
    """Articles as they are scraped."""
    dev = SHARED / "data" / "cleaning" / "dev.jsonl"
    if dev.exists():
        for line in dev.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["raw_text"]
    else:
        for path in sorted((ROOT / "services" / "copydesk" / "samples").glob("*.txt")):
            yield path.read_text(encoding="utf-8")


def sizes(costs: dict[str, Cost], rate: float) -> Sizes:
    """Resources for a rate of articles per second.

    A worker does one article at a time, so a stage needs rate x (CPU of the stage's process) / BUSY workers. A worker
    needs a partition, and all topics have as many: the next multiple of twelve. Cores: the CPU of all processes, at
    the same share. Memory: a worker's most, times workers.
    """
    workers = {stage: max(1, math.ceil(rate * cost.stage / BUSY)) for stage, cost in costs.items()}
    partitions = PARTITIONS * math.ceil(max(workers.values()) / PARTITIONS)
    cores = rate * sum(cost.stage + cost.parent + cost.broker for cost in costs.values()) / BUSY
    memory = sum(workers[stage] * cost.memory for stage, cost in costs.items()) / 1024
    return Sizes(workers, partitions, cores, memory)


def row_of(rate: int, needed: Sizes) -> Row:
    """One line of the table of sizes."""
    figures = [*map(str, needed.workers.values()), str(needed.partitions)]
    figures += [f"{needed.cores:.1f}", f"{needed.memory:.1f}"]
    return Row(f"{rate:,} articles/s", tuple(figures))


# ------------------------------------------------------------------------------------------ what an article costs


async def measure_costs(kafka: Kafka, broker: int, raw: Sequence[str]) -> tuple[dict[str, Cost], list[bytes]]:
    """The cost of each stage, one after the other over the same articles; and the cleaned articles."""
    costs: dict[str, Cost] = {}
    documents = [json.dumps({"id": f"a{n}", "text": text, "language": "en"}).encode() for n, text in enumerate(raw)]
    cleaned: list[bytes] = []
    async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here:
        await here.create(*TOPICS, partitions=PARTITIONS)
        for stage, source in SOURCES.items():
            async with here.follow(SINKS[stage], f"articles.{stage}.dlq") as follower:
                worker = await ready(here, stage)
                await here.send(source, records(documents[:WARM]))
                await follower.until(WARM, 300)
                before = spent(worker, broker)
                await here.send(source, records(documents[WARM:]))
                await follower.until(len(documents), 3_600)
                after = spent(worker, broker)
                used = [(end - begin) / len(documents[WARM:]) for begin, end in zip(before, after, strict=True)]
                costs[stage] = Cost(used[0], used[1], used[2], memory(worker))
                await worker.stop()
                documents = [row.value or b"" for row in follower.of(SINKS[stage])]
                cleaned = cleaned or documents
    return costs, cleaned


def records(documents: Sequence[bytes]) -> list[tuple[bytes | None, bytes | None, dict[str, bytes]]]:
    """As they are sent: keyed by their ids."""
    return [(json.loads(one)["id"].encode(), one, {}) for one in documents]


async def ready(here: Cluster, stage: str) -> Worker:
    """A worker that has its partitions."""
    worker = await here.run(stage, COPYDESK_LOG_LEVEL="info")
    await worker.says("ready", 300)
    return worker


def spent(worker: Worker, broker: int) -> tuple[float, float, float]:
    """CPU seconds so far: the stage's process, its parent, the broker."""
    (child,) = stage_processes(worker.process.pid)
    return cpu(child), cpu(worker.process.pid), cpu(broker)


def cpu(pid: int) -> float:
    """Seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(worker: Worker) -> float:
    """The most that both processes of a worker have held, in MiB."""
    held = 0
    for pid in (worker.process.pid, *stage_processes(worker.process.pid)):
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
        held += int(status.partition("VmHWM:")[2].split()[0])
    return held / 1024


# ------------------------------------------------------------------------------------------ a scale event


async def measure_scaling(kafka: Kafka, cleaned: Sequence[bytes], seconds: float) -> None:
    """One extractor, a second one that comes, and goes again: articles/s and the longest silence around both."""
    documents = []
    for number, one in enumerate(islice(cycle(cleaned), BACKLOG)):
        documents.append(json.dumps(json.loads(one) | {"id": f"b{number}"}).encode())
    async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here:
        await here.create(*TOPICS, partitions=PARTITIONS)
        await here.send("articles.cleaned", records(documents))
        async with here.follow("articles.extracted", "articles.extractor.dlq") as follower:
            await ready(here, "extractor")
            await follower.until(WARM, 300)
            alone = await rate(follower, seconds)
            begin = now()
            second = await ready(here, "extractor")
            joined = now()
            both = await rate(follower, seconds)
            left = now()
            second.signal(signal.SIGTERM)
            await second.ended(120)
            again = await rate(follower, seconds)
            assert len(follower.rows) < BACKLOG, "the backlog is gone: a larger one is needed"
            times = sorted(row.timestamp for row in follower.rows)
    cores = os.cpu_count() or 1
    show(
        f"extractor, {cores} cores in all",
        ("articles/s", "longest silence, s"),
        [
            Row("one worker", (f"{alone:.1f}", "")),
            Row("a second one starts, until it has its partitions", ("", silence(times, begin, joined + 2_000))),
            Row("two workers", (f"{both:.1f}", "")),
            Row("the second one is stopped", ("", silence(times, left, left + 10_000))),
            Row("one worker again", (f"{again:.1f}", "")),
        ],
    )


async def rate(follower: Follower, seconds: float) -> float:
    """Articles per second that arrive from now on."""
    begin, before = now(), len(follower.rows)
    await asyncio.sleep(seconds)  # what is measured is time itself
    return (len(follower.rows) - before) / (now() - begin) * 1000


def now() -> int:
    """As the records' timestamps: milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def silence(times: Sequence[int], begin: int, end: int) -> str:
    """The longest time between two results, of those that lie in a window."""
    within = [one for one in times if begin <= one <= end]
    return f"{max(later - earlier for earlier, later in pairwise(within)) / 1000:.2f}"


if __name__ == "__main__":
    main()
