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
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core
sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaProducer

from bench.rows import Row, ratio, show, spread
from bench.stages.copydesk_benchstages import CLOCK, FORMAT, read_clock
from bench.worker import Count, System, cluster, counting, cpu, kill, made, send, start
from copydesk.runtime import execution
from copydesk.runtime.settings import stage_settings
from copydesk.stage import Stage, find
from harness.brokers import Broker, own_kafka
from harness.counting import SINKS, TOPICS
from harness.running import SOURCES, Cluster, Worker, stage_processes

SHARED = Path(__file__).parents[3] / "shared"
STAGES = Path(__file__).with_name("stages")
LENGTHS = (200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
SHORT = 300
"""Bytes of an article where only their number counts."""
PARTITIONS = 12
AROUND = {"cleaner": 400, "extractor": 40, "coherence": 400}
"""Articles of a round where a stage runs alone: some four seconds of CPU, of which a clock's tick is .3 %."""
IDLE_SECONDS = 10
WINDOW = 3_000
"""Short articles of a turn: some 1.5 seconds of CPU, of which a clock's tick is .7 %."""

Texts = list[str]


def main() -> None:
    """Measure all, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data")
    parser.add_argument("--articles", type=int, default=60, help="of a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--many", type=int, default=100_000, help="short articles through a pass-through stage")
    parser.add_argument("--only", default="", help="growth, around, whole or many; default: all")
    asked = parser.parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # young partitions have no leader for a moment
    data = asked.shared / "data/cleaning/dev.jsonl"
    if not data.is_file():
        sys.exit(f"no {data}: --shared names the folder with data/ and score/")
    records = [json.loads(line) for line in data.read_text(encoding="utf-8").splitlines()]
    texts = [record["raw_text"] for record in records]
    if asked.only in {"", "growth"}:
        measure_growth(texts, asked.rounds)
    some = texts[:: max(1, len(texts) // asked.articles)][: asked.articles]
    if asked.only in {"", "around"}:
        asyncio.run(measure_around(some, asked.rounds))
    if asked.only in {"", "whole"}:
        asyncio.run(measure_whole(some, asked.articles, asked.rounds))
    if asked.only in {"", "many"}:
        asyncio.run(measure_many(asked.many, asked.rounds))


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
        outcome = execution.run(self.stage, self.process, value, b"k")
        if outcome.disposition != "passed":
            raise RuntimeError(f"{self.stage.name}: {outcome.error}")
        return outcome.value


def loaded() -> list[Loaded]:
    """The stages in order."""
    stages = [find(name) for name in SINKS]
    return [Loaded(stage, execution.load(stage, stage_settings(stage))) for stage in stages]


def documents_of(texts: Texts) -> dict[str, list[bytes]]:
    """Input of each stage for these articles, made by the stages before it."""
    values = [raw("a", text) for text in texts]
    documents = {}
    for one in loaded():
        documents[one.stage.name] = values
        values = [one.run(value) for value in values]
    return documents


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
        Row(f"{length:,} words", tuple(spread(costs[one.stage.name, length], 1) for one in stages))
        for length in LENGTHS
    ]
    show(f"CPU ms a thousand words, {rounds} rounds", [one.stage.name for one in stages], rows)


def long_text(texts: Texts, words: int) -> str:
    """Words of real articles, one article after the other."""
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
    """CPU seconds of a worker up to now, or milliseconds per article of a round."""

    parent: float
    child: float
    function: float
    """The stage's function alone, part of the child's."""


class Timed(NamedTuple):
    """A worker whose stage's function has a clock."""

    worker: Worker
    clock: Path

    def used(self) -> Used:
        """CPU time that it has used so far."""
        pid = self.worker.process.pid
        return Used(cpu(pid), cpu(*stage_processes(pid)), read_clock(self.clock))


async def run_timed(here: Cluster, stage: str, folder: Path) -> Timed:
    """Start a worker of a stage with a clock."""
    clock = folder / f"{here.prefix}{stage}"
    clock.write_bytes(bytes(FORMAT.size))
    return Timed(await here.run(stage, PYTHONPATH=str(STAGES), **{CLOCK: str(clock)}), clock)


async def measure_around(texts: Texts, rounds: int) -> None:
    """Each stage alone with everything it reads there at once: what its worker takes beside the stage's function."""
    documents = documents_of(texts)
    rows, starts, idle = [], [], []
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        for stage, values in documents.items():
            articles = AROUND[stage]
            async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here, counting_end(here, SINKS[stage]) as count:
                await send(here, renamed(values, articles * (rounds + 1)), SOURCES[stage])
                begin = time.perf_counter()
                timed = await run_timed(here, stage, Path(folder))
                await count.until(1, seconds=300)
                start = timed.used()
                starts.append(Row(stage, (f"{time.perf_counter() - begin:.1f}", f"{start.parent + start.child:.1f}")))
                await count.until(articles // 2, seconds=300)
                used = [await used_by(timed, count, articles) for _ in range(rounds)]
                rows.append(row_of(f"{stage}, {articles:,} articles per round", used))
                await count.until(articles * (rounds + 1), seconds=600)
                idle.append(Row(stage, (await idle_cost(timed),)))
    show(f"a stage alone, everything it reads there at once, {rounds} rounds", AROUND_COLUMNS, rows)
    show("from its start to a worker's first result", ("seconds", "CPU seconds of both processes"), starts)
    show(f"a worker with {PARTITIONS} partitions and nothing to do", ("CPU ms per second",), idle)


def renamed(values: Sequence[bytes], articles: int) -> Iterator[tuple[bytes, bytes]]:
    """Keys and documents, each with an id of its own."""
    contents = [json.loads(value) for value in values]
    for number in range(articles):
        id_ = f"a{number}"
        yield id_.encode(), json.dumps(contents[number % len(contents)] | {"id": id_}).encode()


async def used_by(timed: Timed, count: Count, articles: int) -> Used:
    """Milliseconds per article, over the next so many."""
    before, seen = timed.used(), len(count.keys)
    await count.until(seen + articles - articles // 10, seconds=600)  # a reader sees a commit's articles together
    return minus(timed.used(), before, len(count.keys) - seen)


async def idle_cost(timed: Timed) -> str:
    """CPU milliseconds per second of both processes."""
    await asyncio.sleep(2)  # what is measured is time itself
    before, begin = timed.used(), time.perf_counter()
    await asyncio.sleep(IDLE_SECONDS)
    after, seconds = timed.used(), time.perf_counter() - begin
    return f"{(after.parent + after.child - before.parent - before.child) / seconds * 1000:.0f}"


AROUND_COLUMNS = (
    "around its function, % of that CPU",
    "CPU ms per article",
    "function",
    "stage's process beside it",
    "worker",
)


def row_of(name: str, used: Sequence[Used]) -> Row:
    """One worker's rounds."""
    return Row(
        name,
        (
            spread([(one.parent + one.child - one.function) / one.function * 100 for one in used], 1),
            spread([one.parent + one.child for one in used], 2),
            f"{statistics.median(one.function for one in used):.2f}",
            f"{statistics.median(one.child - one.function for one in used):.2f}",
            f"{statistics.median(one.parent for one in used):.2f}",
        ),
    )


async def measure_whole(texts: Texts, articles: int, rounds: int) -> None:
    """All stages together, the extractor setting the pace; then latency at half of that rate."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        broker = int((Path(folder) / "node1" / "pid").read_text())
        async with Cluster(kafka, COPYDESK_LOG_LEVEL="warning") as here, counting_end(here) as count:
            workers = [await run_timed(here, stage, Path(folder)) for stage in SINKS]
            await send(here, batch(texts, "warm", 24))
            await count.until(24, seconds=300)
            rates, brokers = [], []
            used: list[list[Used]] = []
            for number in range(rounds):
                begin, idle, before = time.perf_counter(), cpu(broker), [one.used() for one in workers]
                await send(here, batch(texts, f"r{number}", articles))
                await count.until(24 + (number + 1) * articles, seconds=600)
                rates.append(articles / (time.perf_counter() - begin))
                brokers.append((cpu(broker) - idle) * 1000 / articles)
                used.append([minus(one.used(), early, articles) for one, early in zip(workers, before, strict=True)])
            late = await latencies(here, count, texts, articles, statistics.median(rates) / 2)
            memory = [
                Row(f"{stage}, worker + stage's process, MiB", (sizes(one.worker),))
                for stage, one in zip(SINKS, workers, strict=True)
            ]
        show(
            f"all stages together, the extractor sets the pace, {articles} articles per round, {rounds} rounds",
            AROUND_COLUMNS,
            [row_of(stage, [one[number] for one in used]) for number, stage in enumerate(SINKS)],
        )
        show(
            f"the whole pipeline, {articles} articles per round, {rounds} rounds",
            ("",),
            [
                Row(
                    "articles/s, one worker a stage, broker and reader on the same cores",
                    (spread(rates, 1),),
                ),
                Row("broker, CPU-s a thousand articles", (spread(brokers, 1),)),
                Row("end to end at half that rate, p50 / p99, ms", (f"{late[0]:.0f} / {late[1]:.0f}",)),
                *memory,
            ],
        )


def minus(after: Used, before: Used, articles: int) -> Used:
    """CPU milliseconds per article between the two."""
    return Used(*((late - early) * 1000 / articles for early, late in zip(before, after, strict=True)))


@contextlib.asynccontextmanager
async def counting_end(here: Cluster, sink: str = "articles.scored") -> AsyncIterator[Count]:
    """Empty topics, and a count of what comes to the last one of interest."""
    await here.create(*TOPICS, partitions=PARTITIONS)
    async with counting(here, sink) as count:
        yield count


def batch(texts: Texts, name: str, articles: int) -> list[tuple[bytes, bytes]]:
    """Keys and articles."""
    return [
        (f"{name}-{number}".encode(), raw(f"{name}-{number}", texts[number % len(texts)])) for number in range(articles)
    ]


def sizes(worker: Worker) -> str:
    """Resident memory of a worker and of its stage's process."""
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


class Passing(NamedTuple):
    """A worker whose stage does nothing, in topics of its own."""

    here: Cluster
    came: Count
    pids: tuple[int, ...]

    async def pass_on(self, articles: int) -> float:
        """CPU microseconds per article of so many more short ones, all there at once."""
        seen, before = len(self.came.keys), cpu(*self.pids)
        await send(self.here, made(range(seen, seen + articles), SHORT))
        await self.came.until(seen + articles, seconds=600)
        return (cpu(*self.pids) - before) / articles * 1e6


@contextlib.asynccontextmanager
async def passing(kafka: Broker) -> AsyncIterator[Passing]:
    """Such a worker, its first thousand articles behind it."""
    system = System("copydesk", "copydesk-exactly_once", None)
    async with cluster(kafka, system) as here, counting(here) as count:
        process = await start(here, system)
        try:
            await send(here, made(range(1)))
            await count.until(1, seconds=120)
            one = Passing(here, count, (process.pid, *stage_processes(process.pid)))
            await one.pass_on(999)
            yield one
        finally:
            await kill(process)


async def measure_many(articles: int, rounds: int) -> None:
    """Memory of a pass-through worker over so many articles; then what one costs it, beside a fresh worker in turn."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        async with passing(kafka) as old:
            memory = []
            while (seen := len(old.came.keys)) < articles:
                await old.pass_on(min(articles // 50, articles - seen))
                memory.append((len(old.came.keys), sum(map(rss, old.pids)) / 2**20))
            costs: dict[str, list[float]] = {"old": [], "fresh": []}
            for round_ in range(rounds):
                async with passing(kafka) as fresh:
                    turns = [("old", old), ("fresh", fresh)]
                    for name, one in turns if round_ % 2 else reversed(turns):
                        costs[name].append(await one.pass_on(WINDOW))
    title = f"pass-through, articles of {SHORT} bytes: {WINDOW:,} more in turn, {rounds} rounds"
    rows = [
        Row("a fresh worker, after its first 1,000", (spread(costs["fresh"]), "")),
        Row(
            f"the same worker after {articles:,}",
            (spread(costs["old"]), ratio(costs["old"], costs["fresh"])),
        ),
    ]
    show(title, ("CPU us per article", "of the fresh one's"), rows)
    late = [(number, size) for number, size in memory if number > articles // 10]
    slope = statistics.linear_regression(*zip(*late, strict=True)).slope * 2**20
    ends = f"{late[0][1]:.1f} to {late[-1][1]:.1f} MiB"
    row = Row(f"from {late[0][0]:,} to {late[-1][0]:,} articles", (f"{slope:.0f}", ends))
    show("memory of both processes", ("slope, bytes per article", ""), [row])


if __name__ == "__main__":
    main()
