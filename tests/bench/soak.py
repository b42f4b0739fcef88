"""The whole pipeline at full speed for half an hour: does anything grow that should not?

    make soak    (ARGS="--minutes 10 --png soak.png")

Real, long, short and hostile articles and some that come twice, as many as the pipeline takes, on a real Kafka. Memory,
open files, articles under way and dispositions are sampled, plotted, and their slopes printed. Ends with 1 if one of
them still rose at the end, or if an article has no outcome or two.

**What counts as rising.** Caches fill in the first minutes; what goes on after them is what matters. So only the last
third of a run is judged: ten minutes of thirty, in three parts. A rise is what goes on: three times the smaller of the
two steps from the median of one part to that of the next, so that one large article is none. It counts if it is more
than is allowed (memory: 15 MiB an hour and 1 in all; open files: 3, articles under way: 50, in all) and more than the
noise: the middle half of what the samples differ from their part's median. The table says from where on a rise counts:
where memory comes and goes by 20 MiB, a small leak is not seen, and a longer run must tell; so must it of leaks that
come in steps more than five minutes apart. In a run shorter than half an hour the last third may be caches that fill.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import re
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from aiokafka import AIOKafkaProducer

from bench.pipeline import SHARED, raw, rss
from bench.rows import Row, show
from harness import hostile
from harness.brokers import own_kafka
from harness.counting import SINKS, TOPICS
from harness.running import Cluster, Worker, stage_processes

UNDER_WAY = 300
"""Articles between the first topic and their end: enough that every stage always has some waiting."""

SAMPLE_SECONDS = 5.0
MEBIBYTES_AN_HOUR = 15
"""That memory may rise. A limit far below the 30 that a leak of 1 KiB per article would make at nine a second."""

SEED = 20261123

find_articles = re.compile(
    r'^copydesk_articles_total\{disposition="(\w+)",stage="\w+"\} ([\d.e+]+)', re.MULTILINE
).findall


class Sample(NamedTuple):
    """Measurements at one time."""

    seconds: float
    mebibytes: dict[str, float]
    files: dict[str, int]
    under_way: int
    ended: int


class Feed:
    """Articles without end, and how many were sent."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Nothing sent yet."""
        self.sent = 0
        self._rnd = random.Random(SEED)
        self._texts = texts
        self._hostile = hostile.articles(SEED, 1_000_000)

    def __iter__(self) -> Iterator[tuple[bytes | None, bytes]]:
        """Keys and values."""
        for number in itertools.count():
            kind, text = self._rnd.random(), self._rnd.choice(self._texts)
            id_ = f"soak-{number}"
            if kind < 0.1:
                one = next(self._hostile)
                yield one.key or id_.encode(), one.value
                continue
            if kind < 0.15:
                text = "\n".join(self._rnd.choices(self._texts, k=8))
            elif kind < 0.3:
                text = text[:200]
            for _ in range(2 if kind > 0.97 else 1):
                yield id_.encode(), raw(id_, text)


def main() -> None:
    """Soak; the exit code says whether all was well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--png", type=Path, default=Path("soak.png"))
    asked = parser.parse_args()
    data = asked.shared / "data/cleaning/dev.jsonl"
    if not data.is_file():
        sys.exit(f"no {data}: --shared names the folder with data/ and score/")
    texts = [json.loads(line)["raw_text"] for line in data.read_text(encoding="utf-8").splitlines()]
    problems, samples = asyncio.run(soak(texts, asked.minutes * 60))
    problems += rising(samples)
    plot(samples, asked.png)
    sys.exit("\n".join(problems) if problems else 0)


async def soak(texts: Sequence[str], seconds: float) -> tuple[list[str], list[Sample]]:
    """Problems with the outcomes, and the measurements."""
    with tempfile.TemporaryDirectory() as folder, own_kafka(Path(folder)) as kafka:
        async with Cluster(kafka, COPYDESK_LOG_LEVEL="info", COPYDESK_METRICS_PORT="0") as here:
            await here.create(*TOPICS, partitions=12)
            workers = [await here.run(stage) for stage in SINKS]
            pages = [(await worker.says("metrics"))["url"] for worker in workers]
            for worker in workers:
                await worker.says("ready", 120)
            samples: list[Sample] = []
            feed, begin = Feed(texts), time.monotonic()
            async with AIOKafkaProducer(
                bootstrap_servers=kafka.brokers, acks="all", enable_idempotence=True, max_request_size=8 << 20
            ) as writer:
                articles = iter(feed)
                while (now := time.monotonic() - begin) < seconds:
                    outcomes = [count(page) for page in pages]
                    for _ in range(UNDER_WAY - under_way(feed.sent, outcomes)):
                        key, value = next(articles)
                        await writer.send(here.prefix + "articles.raw", value, key=key)
                        feed.sent += 1
                    await writer.flush()
                    if now >= len(samples) * SAMPLE_SECONDS:
                        samples.append(look(now, workers, feed.sent, outcomes))
                    forget_lines(workers)
                    await asyncio.sleep(0.5)
            return await drain(pages, feed.sent), samples


def forget_lines(workers: Sequence[Worker]) -> None:
    """The harness keeps what workers log."""
    for worker in workers:
        worker.lines.clear()


def count(page: str) -> dict[str, int]:
    """A worker's articles by disposition."""
    with urllib.request.urlopen(page, timeout=30) as answer:  # noqa: S310 - the worker's own
        return {name: int(float(value)) for name, value in find_articles(answer.read().decode())}


def under_way(sent: int, outcomes: Sequence[dict[str, int]]) -> int:
    """Articles that have not come to their end."""
    return sent - ended(outcomes)


def ended(outcomes: Sequence[dict[str, int]]) -> int:
    """Articles that came to their end: scored, or a dead letter anywhere."""
    dead = sum(sum(one.values()) - one["passed"] for one in outcomes)
    return dead + outcomes[-1]["passed"]


def look(now: float, workers: Sequence[Worker], sent: int, outcomes: Sequence[dict[str, int]]) -> Sample:
    """Take the measurements of this moment."""
    processes = {}
    for worker in workers:
        processes[f"{worker.stage}, worker"] = worker.process.pid
        for pid in stage_processes(worker.process.pid):
            processes[f"{worker.stage}, stage"] = pid
    return Sample(
        seconds=now,
        mebibytes={name: rss(pid) / 2**20 for name, pid in processes.items()},
        files={name: len(list(Path(f"/proc/{pid}/fd").iterdir())) for name, pid in processes.items()},
        under_way=under_way(sent, outcomes),
        ended=ended(outcomes),
    )


async def drain(pages: Sequence[str], sent: int, seconds: float = 300) -> list[str]:
    """Problems at the end, when the outcomes of each stage must equal what the stage before passed."""
    end = time.monotonic() + seconds
    outcomes = [count(page) for page in pages]
    while under_way(sent, outcomes) > 0 and time.monotonic() < end:
        await asyncio.sleep(1)
        outcomes = [count(page) for page in pages]
    rows, problems, expected = [], [], sent
    for stage, one in zip(SINKS, outcomes, strict=True):
        rows.append(Row(stage, (f"{expected:,}", *(f"{number:,}" for number in one.values()))))
        if sum(one.values()) != expected:
            problems.append(f"{stage}: {expected} articles, {sum(one.values())} outcomes")
        expected = one["passed"]
    show("outcomes", ("articles", *outcomes[0]), rows)
    return problems


class Trend(NamedTuple):
    """Of the last third of a series."""

    median: float
    rise: float
    """That went on; negative where it fell."""
    counts_from: float
    """Bound that a rise must exceed."""


def find_trend(values: Sequence[float], allowed: float) -> Trend:
    """Slope of a series over its last third.

    Args:
        values: Evenly spaced in time.
        allowed: The rise that is no matter, over that third.
    """
    late = values[len(values) * 2 // 3 :]
    size = len(late) // 3
    parts = (late[:size], late[size : 2 * size], late[2 * size :])
    levels = [statistics.median(part) for part in parts]
    noise = [value - level for part, level in zip(parts, levels, strict=True) for value in part]
    low, _, high = statistics.quantiles(noise, n=4)
    steps = [after - before for before, after in itertools.pairwise(levels)]
    return Trend(statistics.median(late), 3 * min(steps), max(allowed, high - low))


def rising(samples: Sequence[Sample]) -> list[str]:
    """Series that still rose over the last third; prints every slope."""
    seconds = [one.seconds for one in samples]
    hours = (seconds[-1] - seconds[len(samples) * 2 // 3]) / 3600
    series: dict[str, tuple[list[float], float]] = {"articles under way": ([one.under_way for one in samples], 50)}
    for name in samples[-1].mebibytes:
        series[f"MiB, {name}"] = (
            [one.mebibytes.get(name, 0.0) for one in samples],
            max(1.0, MEBIBYTES_AN_HOUR * hours),
        )
        series[f"open files, {name}"] = ([float(one.files.get(name, 0)) for one in samples], 3)
    problems, rows = [], []
    for name, (values, allowed) in series.items():
        trend = find_trend(values, allowed)
        figures = (f"{max(values):,.0f}", f"{trend.median:,.0f}", f"{trend.rise:+,.1f}", f"{trend.counts_from:,.1f}")
        rows.append(Row(name, (*figures, f"{trend.rise / hours:+,.0f}")))
        if trend.rise > trend.counts_from:
            problems.append(f"{name}: rose by {trend.rise:.1f}, over {trend.counts_from:.1f}")
    show(
        f"last {hours * 60:.0f} of {seconds[-1] / 60:.0f} minutes, {samples[-1].ended:,} articles",
        ("most of all", "median", "rise", "a rise counts from", "that is an hour"),
        rows,
    )
    return problems


def plot(samples: Sequence[Sample], path: Path) -> None:
    """Four panels over time."""
    import matplotlib as mpl  # of the extra dev or bench

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    minutes = [sample.seconds / 60 for sample in samples]
    figure, ((memory, files), (waiting, done)) = plt.subplots(2, 2, figsize=(10, 6), sharex=True)
    for name in samples[-1].mebibytes:
        memory.plot(minutes, [sample.mebibytes.get(name) for sample in samples], label=name)
        files.plot(minutes, [sample.files.get(name) for sample in samples], label=name)
    waiting.plot(minutes, [sample.under_way for sample in samples])
    done.plot(minutes, [sample.ended for sample in samples])
    titles = ("memory, MiB", "open files", "articles under way", "articles that came to their end")
    for axes, title in zip((memory, files, waiting, done), titles, strict=True):
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_ylim(bottom=0)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in (waiting, done):
        axes.set_xlabel("minutes")
    # below all panels, where no line runs; both upper ones draw the same processes
    lines, names = memory.get_legend_handles_labels()
    figure.legend(lines, names, loc="lower center", ncols=3, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    figure.savefig(path, dpi=80)


if __name__ == "__main__":
    main()
