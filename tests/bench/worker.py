"""What the worker's guarantees cost: articles per second through one worker, beside a bare loop, in one run.

`make bench`. Wall time on a shared machine is noisy: read the ratios.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from harness.brokers import Broker, own_kafka
from harness.running import Cluster

ARTICLES = int(os.environ.get("BENCH_ARTICLES", "10000"))
SIZE = 5_000  # bytes, as a news article with its JSON has
TOPICS = ("articles.raw", "articles.cleaned", "articles.probe.dlq")


async def main() -> None:
    """Measure all, print a line each."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        bare = await measure_bare(kafka)
        say("bare aiokafka loop, nothing guaranteed", bare, bare)
        for delivery in ("at_least_once", "exactly_once"):
            say(f"copydesk, {delivery}", await measure_worker(kafka, delivery), bare)


def say(name: str, rate: float, bare: float) -> None:
    """One line."""
    print(f"{name:42} {rate:8.0f} articles/s   {rate / bare:5.2f} of the bare loop", flush=True)  # noqa: T201


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


async def measure_worker(kafka: Broker, delivery: str) -> float:
    """Articles per second from the first result to the last."""
    async with Cluster(kafka, COPYDESK_DELIVERY=delivery, COPYDESK_LOG_LEVEL="warning") as here:
        await fill(here)
        async with here.follow(*TOPICS[1:]) as follower:
            await here.run("probe")
            await follower.until(1, seconds=120)
            begin, first = time.perf_counter(), len(follower.rows)
            await follower.until(ARTICLES, seconds=600)
            return (ARTICLES - first) / (time.perf_counter() - begin)


async def measure_bare(kafka: Broker) -> float:
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
            done, begin, first = 0, 0.0, 0
            while done < ARTICLES:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for record in records:
                        document = json.loads(record.value or b"{}")
                        await producer.send(
                            f"{here.prefix}articles.cleaned", json.dumps(document).encode(), key=record.key
                        )
                    done += len(records)
                    if not begin and done:
                        begin, first = time.perf_counter(), done
            await producer.flush()
            return (ARTICLES - first) / (time.perf_counter() - begin)
        finally:
            await producer.stop()
            await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
