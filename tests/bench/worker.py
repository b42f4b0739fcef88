"""What the worker's guarantees cost: articles per second and CPU an article, beside a bare loop, in one run.

`make bench`. Wall time on a shared machine is noisy: read CPU and ratios.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from harness.brokers import Broker, own_kafka
from harness.running import Cluster, stage_processes

ARTICLES = int(os.environ.get("BENCH_ARTICLES", "10000"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
SIZE = 5_000  # bytes, as a news article with its JSON has
TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")


class Cost(NamedTuple):
    """Of one run."""

    rate: float
    """Articles a second, from the first result to the last."""

    microseconds: float
    """CPU an article, of everything on copydesk's side: the worker and the stage's process."""

    broker: float
    """CPU an article, of the broker, in microseconds; the reader that counts is in it."""


async def main() -> None:
    """Measure all, interleaved; print medians, spread and ratios."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        broker = int((Path(folder) / "node1" / "pid").read_text())
        runs: dict[str, list[Cost]] = {}
        for _ in range(ROUNDS):
            runs.setdefault("bare aiokafka loop, nothing guaranteed", []).append(await measure_bare(kafka, broker))
            for delivery in ("at_least_once", "exactly_once"):
                runs.setdefault(f"copydesk, {delivery}", []).append(await measure_worker(kafka, broker, delivery))
    say(f"{ARTICLES} articles of {SIZE} bytes, {ROUNDS} rounds: medians (least to most)")
    bare = statistics.median(cost.microseconds for cost in runs["bare aiokafka loop, nothing guaranteed"])
    for name, costs in runs.items():
        rate, own, brokers = zip(*costs, strict=True)
        say(
            f"{name:40} {told(rate)} articles/s   {told(own)} us CPU an article, "
            f"{statistics.median(own) / bare:.2f} of the bare loop's   {told(brokers)} us of the broker's"
        )


def told(values: Sequence[float]) -> str:
    """Median and spread."""
    return f"{statistics.median(values):6.0f} ({min(values):.0f} to {max(values):.0f})"


def say(line: str) -> None:
    """One line."""
    print(line, flush=True)  # noqa: T201 - what one runs it for


def cpu(*pids: int) -> float:
    """CPU seconds that these processes have taken."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


async def fill(cluster: Cluster) -> None:
    """Articles to read."""
    await cluster.create(*TOPICS)
    await cluster.send(
        "articles.raw",
        (
            (b"k%d" % number, json.dumps({"id": f"k{number}", "text": "word " * (SIZE // 5)}).encode(), {})
            for number in range(ARTICLES)
        ),
    )


async def measure_worker(kafka: Broker, broker: int, delivery: str) -> Cost:
    """A pass-through stage."""
    async with Cluster(kafka, COPYDESK_DELIVERY=delivery, COPYDESK_LOG_LEVEL="warning") as here:
        await fill(here)
        async with here.follow(*TOPICS[1:]) as follower:
            worker = await here.run("probe")
            await follower.until(1, seconds=120)
            own = (worker.process.pid, *stage_processes(worker.process.pid))
            begin, first, before, brokers = time.perf_counter(), len(follower.rows), cpu(*own), cpu(broker)
            await follower.until(ARTICLES, seconds=600)
            count, seconds = ARTICLES - first, time.perf_counter() - begin
            return Cost(count / seconds, (cpu(*own) - before) / count * 1e6, (cpu(broker) - brokers) / count * 1e6)


async def measure_bare(kafka: Broker, broker: int) -> Cost:
    """The same articles through the shortest loop that can be written: read, parse, write."""
    async with Cluster(kafka) as here:
        await fill(here)
        consumer = AIOKafkaConsumer(
            f"{here.prefix}articles.raw",
            bootstrap_servers=kafka.brokers,
            group_id=f"{here.prefix}bare",
            auto_offset_reset="earliest",
        )
        producer = AIOKafkaProducer(bootstrap_servers=kafka.brokers, linger_ms=5, max_batch_size=262_144)
        await consumer.start()
        await producer.start()
        try:
            done, begin, first, before, brokers = 0, 0.0, 0, 0.0, 0.0
            while done < ARTICLES:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        document = json.loads(record.value or b"{}")
                        await producer.send(
                            f"{here.prefix}articles.cleaned", json.dumps(document).encode(), key=record.key
                        )
                    done += len(records)
                    if not begin and done:
                        begin, first, before, brokers = time.perf_counter(), done, time.process_time(), cpu(broker)
            await producer.flush()
            count, seconds = ARTICLES - first, time.perf_counter() - begin
            own = time.process_time() - before
            return Cost(count / seconds, own / count * 1e6, (cpu(broker) - brokers) / count * 1e6)
        finally:
            await producer.stop()
            await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
