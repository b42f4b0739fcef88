"""The whole pipeline on a real Kafka: how fast, what it costs by stage, how late, how large, and how each grows.

    python tests/bench/pipeline.py [--articles N] [--rounds N] [--many N]

Real articles of the development data (`--shared`), one worker a stage, twelve partitions, exactly once. Read CPU and
ratios: wall times are this machine's, whose cores broker, workers and reader share.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core
sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaProducer

from bench.rows import Row, show, told
from bench.worker import Count, System, cluster, counting, cpu, kill, made, send, start
from copydesk.runtime import article
from copydesk.runtime.settings import stage_settings
from copydesk.stage import Stage, find
from harness.brokers import Broker, own_kafka
from harness.counting import SINKS, TOPICS
from harness.running import Cluster, Worker, stage_processes

SHARED = Path(__file__).parents[3] / "shared"
LENGTHS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
SHORT = 300
"""Bytes of an article where only their number counts."""

Texts = list[str]


def main() -> None:
    """Measure all, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data")
    parser.add_argument("--articles", type=int, default=60, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--many", type=int, default=100_000, help="short articles through a pass-through stage")
    parser.add_argument("--only", default="", help="growth, whole or many; default: all")
    asked = parser.parse_args()
    data = asked.shared / "data/cleaning/dev.jsonl"
    if not data.is_file():
        sys.exit(f"no {data}: --shared names the folder with data/ and score/")
    records = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    texts = [record["raw_text"] for record in records]
    if asked.only in {"", "growth"}:
        measure_growth(texts, asked.rounds)
    if asked.only in {"", "whole"}:
        some = texts[:: max(1, len(texts) // asked.articles)][: asked.articles]
        asyncio.run(measure_whole(some, measure_stages(some, asked.rounds), asked.articles, asked.rounds))
    if asked.only in {"", "many"}:
        asyncio.run(measure_many(asked.many))


def raw(id_: str, text: str) -> bytes:
    """A raw article."""
    return json.dumps({"id": id_, "text": text, "language": "en"}).encode()


# ------------------------------------------------------------------------------------------ without a broker


class Loaded(NamedTuple):
    """A stage with its models."""

    stage: Stage
    process: Callable[[Any], Any]

    def run(self, value: bytes) -> bytes:
        """Bytes in, bytes out, as the stage's process does it."""
        outcome = article.run(self.stage, self.process, value, b"k")
        if outcome.disposition != "passed":
            raise RuntimeError(f"{self.stage.name}: {outcome.trouble}")
        return outcome.value


def loaded() -> list[Loaded]:
    """The stages in order."""
    stages = [find(name) for name in SINKS]
    return [Loaded(stage, article.load(stage, stage_settings(stage))) for stage in stages]


def timed(run: Callable[[], object]) -> float:
    """CPU seconds."""
    begin = time.process_time()
    run()
    return time.process_time() - begin


class Own(NamedTuple):
    """A stage's CPU an article in milliseconds, each round."""

    process: list[float]
    """The stage's function alone."""

    bytes: list[float]
    """What decoding, validating, encoding and validating again takes beside it."""


def measure_stages(texts: Texts, rounds: int) -> dict[str, Own]:
    """Of each stage: its function, and the way from bytes to bytes around it, in turn."""
    values = [raw(f"a{number}", text) for number, text in enumerate(texts)]
    own = {}
    for one in loaded():
        documents = [article.read(one.stage.input, value, b"k") for value in values]
        results = [one.process(document) for document in documents]
        answers = iter(())
        bare = Loaded(one.stage, lambda _: next(answers))  # noqa: B023 - used before the next turn
        process, around = [], []
        for _ in range(rounds):
            process.append(timed(lambda: [one.process(document) for document in documents]))  # noqa: B023 - ditto
            answers = iter(results)
            around.append(timed(lambda: [bare.run(value) for value in values]))  # noqa: B023 - ditto
        per = 1000 / len(values)
        own[one.stage.name] = Own([per * seconds for seconds in process], [per * seconds for seconds in around])
        values = [one.run(value) for value in values]
    return own


def measure_growth(texts: Texts, rounds: int) -> None:
    """CPU milliseconds a thousand words, by length: real paragraphs, none twice."""
    stages = loaded()
    inputs = {length: raw("a", long_text(texts, length)) for length in LENGTHS}
    costs: dict[tuple[str, int], list[float]] = {}
    for round_ in range(rounds + 1):
        for length, first in inputs.items():
            value = first
            for one in stages:
                begin = time.process_time()
                result = one.run(value)
                if round_:  # the first warms up
                    taken = (time.process_time() - begin) * 1e6 / length
                    costs.setdefault((one.stage.name, length), []).append(taken)
                value = result
    rows = [
        Row(f"{length:,} words", tuple(told(costs[one.stage.name, length], 1) for one in stages)) for length in LENGTHS
    ]
    show(f"CPU ms a thousand words, {rounds} rounds", [one.stage.name for one in stages], rows)


def long_text(texts: Texts, words: int) -> str:
    """So many words of real articles, one after the other."""
    lines: list[str] = []
    left = words
    for line in (line for text in texts[::7] for line in text.split("\n") if line.strip()):
        some = line.split()[:left]
        lines.append(" ".join(some))
        left -= len(some)
        if not left:
            return "\n".join(lines)
    raise ValueError(f"the data have no {words} words")


# ------------------------------------------------------------------------------------------ on Kafka


class Used(NamedTuple):
    """CPU seconds of a round."""

    parent: float
    child: float


async def measure_whole(texts: Texts, own: dict[str, Own], articles: int, rounds: int) -> None:
    """Each stage with everything waiting for it, then all together; then latency at half of that rate."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        used, starts = await measure_alone(kafka, texts, articles, rounds)
        show(
            f"a stage with everything waiting, {articles} articles a round, {rounds} rounds",
            ("CPU-s a thousand articles", "around `process`, of its CPU", "ms an article: Kafka, bytes, `process`"),
            [row_of(stage, some, own[stage]) for stage, some in used.items()],
        )
        show("from its start to a worker's first result", ("seconds", "CPU seconds of both processes"), starts)
        broker = int((Path(folder) / "node1" / "pid").read_text())
        async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here, counting_end(here) as count:
            workers = [await here.run(stage) for stage in SINKS]
            await send(here, batch(texts, "warm", 24))
            await count.until(24, seconds=300)
            rates, brokers = [], []
            for number in range(rounds):
                begin, idle = time.perf_counter(), cpu(broker)
                await send(here, batch(texts, f"r{number}", articles))
                await count.until(24 + (number + 1) * articles, seconds=600)
                rates.append(articles / (time.perf_counter() - begin))
                brokers.append((cpu(broker) - idle) * 1000 / articles)
            late = await latencies(here, count, texts, articles, statistics.median(rates) / 2)
            memory = [Row(f"{one.stage}, worker + stage's process, MiB", (sizes(one),)) for one in workers]
        show(
            f"the whole pipeline, {articles} articles a round, {rounds} rounds",
            ("",),
            [
                Row("articles/s, one worker a stage, broker and reader on the same cores", (told(rates, 1),)),
                Row("broker, CPU-s a thousand articles", (told(brokers, 1),)),
                Row("end to end at half that rate, p50 / p99, ms", (f"{late[0]:.0f} / {late[1]:.0f}",)),
                *memory,
            ],
        )


@contextlib.asynccontextmanager
async def counting_end(here: Cluster) -> AsyncIterator[Count]:
    """A count of what came through the whole pipeline."""
    await here.create(*TOPICS, partitions=12)
    async with counting(here, "articles.scored") as count:
        yield count


async def measure_alone(
    kafka: Broker, texts: Texts, articles: int, rounds: int
) -> tuple[dict[str, list[Used]], list[Row]]:
    """What a worker of each stage takes to start, and an article while others wait: one stage after the other."""
    used: dict[str, list[Used]] = {}
    starts = []
    total = articles * (rounds + 2)
    async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here:
        await here.create(*TOPICS, partitions=12)
        await send(here, batch(texts, "a", total))
        for stage, sink in SINKS.items():
            begin = time.perf_counter()
            worker = await here.run(stage)
            async with counting(here, sink) as count:
                await count.until(1, seconds=300)
                figures = (f"{time.perf_counter() - begin:.1f}", f"{sum(taken(worker)):.1f}")
                starts.append(Row(stage, figures))
                await count.until(articles, seconds=300)
                for _ in range(rounds):
                    before, seen = taken(worker), len(count.keys)
                    await count.until(min(seen + articles, total), seconds=600)
                    used.setdefault(stage, []).append(minus(taken(worker), before, len(count.keys) - seen))
                await count.until(total, seconds=600)
            await kill(worker.process)
    return used, starts


def batch(texts: Texts, name: str, articles: int) -> list[tuple[bytes, bytes]]:
    """Keys and articles."""
    return [
        (f"{name}-{number}".encode(), raw(f"{name}-{number}", texts[number % len(texts)])) for number in range(articles)
    ]


def taken(worker: Worker) -> Used:
    """What a worker has used up to now."""
    return Used(cpu(worker.process.pid), cpu(*stage_processes(worker.process.pid)))


def minus(after: Used, before: Used, articles: int) -> Used:
    """CPU milliseconds an article between the two."""
    per = 1000 / articles
    return Used((after.parent - before.parent) * per, (after.child - before.child) * per)


def row_of(stage: str, used: Sequence[Used], own: Own) -> Row:
    """One stage: milliseconds an article are seconds a thousand articles."""
    process, decoding = statistics.median(own.process), statistics.median(own.bytes)
    kafka = statistics.median(one.parent for one in used)
    share = f"{(kafka + decoding) / process:.1%}"
    return Row(
        stage,
        (told([one.parent + one.child for one in used], 1), share, f"{kafka:.2f}, {decoding:.2f}, {process:.1f}"),
    )


def sizes(worker: Worker) -> str:
    """What a worker and its stage's process have in memory."""
    pids = (worker.process.pid, *stage_processes(worker.process.pid))
    return " + ".join(f"{rss(pid) / 2**20:.0f}" for pid in pids)


def rss(pid: int) -> int:
    """Bytes in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def latencies(here: Cluster, count: Count, texts: Texts, articles: int, rate: float) -> tuple[float, float]:
    """p50 and p99 in milliseconds, from sending an article to reading what became of it; evenly spaced."""
    sent: dict[bytes, float] = {}
    expected = len(count.keys) + articles
    async with AIOKafkaProducer(bootstrap_servers=here.broker.brokers, acks="all") as writer:
        begin = time.perf_counter()
        for number, (key, value) in enumerate(batch(texts, "late", articles)):
            await asyncio.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            sent[key] = time.perf_counter()
            await writer.send(here.prefix + "articles.raw", value, key=key)
    await count.until(expected, seconds=600)
    late = sorted(count.times[key] - at for key, at in sent.items())
    return late[len(late) // 2] * 1000, late[int(len(late) * 0.99)] * 1000


async def measure_many(articles: int) -> None:
    """CPU an article and memory of a pass-through worker as their number grows."""
    system = System("copydesk", "copydesk-exactly_once", None)
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        async with cluster(kafka, system) as here, counting(here) as count:
            process = await start(here, system)
            try:
                await send(here, made(range(1)))
                await count.until(1, seconds=120)
                await send(here, made(range(1, articles + 1), SHORT))
                await follow(count, (process.pid, *stage_processes(process.pid)), articles)
            finally:
                await kill(process)


async def follow(count: Count, own: tuple[int, ...], articles: int) -> None:
    """Sample while they are processed; print what each tenfold cost and how memory grew."""
    costs, memory, seen, used = {}, [], len(count.keys), cpu(*own)
    for goal in (articles // 100, articles // 10, articles):
        while len(count.keys) < goal:
            await count.until(min(len(count.keys) + articles // 100, goal), seconds=300)
            memory.append((len(count.keys), sum(map(rss, own))))
        costs[goal] = (cpu(*own) - used) / (len(count.keys) - seen) * 1e6
        seen, used = len(count.keys), cpu(*own)
    rows = [Row(f"up to {goal:,}", (f"{cost:.0f}",)) for goal, cost in costs.items()]
    show(f"pass-through, articles of {SHORT} bytes, one after the other", ("CPU us an article",), rows)
    late = [(number, size) for number, size in memory if number > articles // 10]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope
    ends = f"{late[0][1] / 2**20:.0f} to {late[-1][1] / 2**20:.0f} MiB"
    show(
        "memory of both processes",
        ("",),
        [Row("bytes an article, slope of the last nine tenths", (f"{slope:.1f} ({ends})",))],
    )


if __name__ == "__main__":
    main()
