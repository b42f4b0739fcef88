"""All three stages through a storm: workers killed, stopped and joining, the broker killed and restarted.

Afterwards a reader that shares no code with the workers counts: nothing lost, nothing twice, nothing out of order.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.brokers import Kafka, own_kafka
from harness.running import Cluster, Follower, Row, Worker

ARTICLES = 2000
BAD = 20
IDS = 400  # five versions of each, so that order per key shows
STAGES = ("cleaner", "extractor", "coherence")
SINKS = {"cleaner": "articles.cleaned", "extractor": "articles.extracted", "coherence": "articles.scored"}
PARTITIONS = 6

NAMES = ("Maria Keller", "Tom Osei", "the mayor", "Ana Ruiz", "a spokesman")
PLACES = ("Lisbon", "Accra", "the harbour", "Graz", "the town hall")
THINGS = ("the new bridge", "the budget", "the tram line", "the flood wall", "the school")


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[Kafka]:
    with own_kafka(tmp_path) as running:
        yield running


def articles(seed: int) -> Iterator[tuple[bytes, bytes, dict[str, bytes]]]:
    """Articles of 60 to 120 words; twenty that cannot pass."""
    rnd = random.Random(seed)
    version: Counter[int] = Counter()
    bad = set(range(50, ARTICLES, ARTICLES // BAD))
    for number in range(ARTICLES):
        key = number % IDS
        version[key] += 1
        headers = {
            "traceparent": f"00-{number + 1:032x}-{number + 1:016x}-01".encode(),
            "x-number": str(number).encode(),
        }
        if number in bad:
            value = (
                b"{not json %d" % number if number % 200 == 50 else json.dumps({"id": f"a{key}", "text": " "}).encode()
            )
        else:
            document = {
                "id": f"a{key}",
                "title": f"Story {key}",
                "text": _text(rnd),
                "language": "en",
                "metadata": {"number": number, "version": version[key]},
            }
            value = json.dumps(document).encode()
        yield f"a{key}".encode(), value, headers


def _text(rnd: random.Random) -> str:
    name, place, thing = rnd.choice(NAMES), rnd.choice(PLACES), rnd.choice(THINGS)
    sentences = [
        f"{name} said on Monday that {thing} in {place} would cost {rnd.randint(2, 90)} million euros.",
        f'"We have waited for {thing} for years", {name} told reporters in {place}.',
        f"Work on {thing} begins in {rnd.randint(2, 11)} months; people who live in {place} are asked what they think.",
        f"The council of {place} voted on {thing} after a debate that went on for {rnd.randint(3, 9)} hours.",
        f"Critics of {thing} say that {place} has other worries, among them rents and the hospital.",
        f"A second vote on {thing} is planned for the spring.",
    ]
    words = rnd.randint(60, 95)
    paragraphs: list[str] = []
    while sum(len(one.split()) for one in paragraphs) < words:
        paragraphs.append(rnd.choice(sentences))
    return "\n\n".join(paragraphs)


@pytest.mark.slow
@pytest.mark.kafka
@pytest.mark.timeout(900)
@pytest.mark.parametrize("delivery", ["exactly_once", "at_least_once"])
async def test_nothing_is_lost_in_a_storm(kafka: Kafka, delivery: str, capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.SystemRandom().randrange(10_000)
    sent = list(articles(seed))
    async with Cluster(kafka, COPYDESK_DELIVERY=delivery, COPYDESK_TRANSACTION_SECONDS="15") as here:
        names = ("articles.raw", *SINKS.values(), *(f"articles.{stage}.dlq" for stage in STAGES))
        await here.create(*names, partitions=PARTITIONS)
        await here.send("articles.raw", sent)
        async with here.follow(*names[1:]) as follower:
            begin = time.monotonic()
            storm = Storm(here, kafka, follower)
            try:
                await storm.blow()
                await follower.until(lambda _: _ends(follower) >= ARTICLES, seconds=240)
                await follower.settle(3.0)
                seconds = time.monotonic() - begin
            finally:
                await storm.supervise_no_more()
            await storm.calm()
        alive = [worker for worker in here.workers if worker.alive]
        for worker in alive:  # one that is stopped before it has partitions ends with 143, and rightly
            await worker.says("ready")
        # a second signal would end one at once that the storm asked to stop and that has not stopped yet
        codes = [await (worker.ended(160) if worker in storm.asked else worker.stop()) for worker in alive]
    summary = check(sent, follower.rows, exactly_once=delivery == "exactly_once")
    with capsys.disabled():
        print(  # noqa: T201 - the summary is what one runs this for
            f"\n{delivery}, seed {seed}, {seconds:.0f} s, {storm.did}: {summary}"
        )
    assert set(codes) == {0}, "what is still running stops in order"


def _ends(follower: Follower) -> int:
    """Distinct articles that came to their end."""
    return len(
        {row.headers["x-number"] for row in follower.rows if row.topic == "articles.scored" or ".dlq" in row.topic}
    )


class Storm:
    """What happens to workers and broker, as the articles come through."""

    def __init__(self, cluster: Cluster, kafka: Kafka, follower: Follower) -> None:
        self.did: Counter[str] = Counter()
        self.asked: list[Worker] = []
        """Workers that were asked to stop."""
        self._cluster = cluster
        self._kafka = kafka
        self._follower = follower
        self._supervisor: asyncio.Task[None] | None = None
        self._pairs: dict[str, list[Worker]] = {}

    async def blow(self) -> None:
        self._pairs = {stage: [await self._cluster.run(stage) for _ in range(2)] for stage in STAGES}
        await self._progress(0.15)
        for first, _ in self._pairs.values():
            first.signal(signal.SIGKILL)
            self.did["SIGKILL"] += 1
        await self._progress(0.3)
        for stage, (_, second) in self._pairs.items():
            joining = await self._cluster.run(stage)
            self.did["join"] += 1
            second.signal(signal.SIGTERM)
            self.asked.append(second)
            self.did["SIGTERM"] += 1
            self._pairs[stage] = [joining]
        await self._progress(0.42)
        # a zombie: frozen past its session, so that others have taken over when it wakes up
        frozen = self._pairs["cleaner"][0]
        replacing = await self._cluster.run("cleaner")
        frozen.signal(signal.SIGSTOP)
        self.did["SIGSTOP"] += 1
        await asyncio.sleep(9)
        frozen.signal(signal.SIGCONT)
        self._pairs["cleaner"] = [replacing]
        await self._progress(0.55)
        await asyncio.to_thread(self._kafka.kill)
        await asyncio.sleep(1)
        await asyncio.to_thread(self._kafka.start)
        self.did["broker killed"] += 1
        # from here on a supervisor, as every deployment has one: who ended is started again
        self._supervisor = asyncio.create_task(self._supervise())

    async def supervise_no_more(self) -> None:
        """Nobody is started again from here on."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)

    async def calm(self) -> None:
        """Those that stay are ready."""
        for (worker,) in self._pairs.values():
            if worker.alive:
                await worker.says("ready")

    async def _progress(self, share: float) -> None:
        await self._follower.until(lambda _: _ends(self._follower) >= share * ARTICLES, seconds=200)

    async def _supervise(self) -> None:
        while True:
            for stage, (worker,) in self._pairs.items():
                if not worker.alive:
                    last: dict[str, object] = next((line for line in reversed(worker.lines) if "problem" in line), {})
                    self.did[f"{stage} restarted after {worker.process.returncode} {last.get('problem', '')}"] += 1
                    self._pairs[stage] = [await self._cluster.run(stage)]
            await asyncio.sleep(0.5)


def check(
    sent: list[tuple[bytes, bytes, dict[str, bytes]]], rows: list[Row], *, exactly_once: bool
) -> dict[str, object]:
    """Count what came out against what went in; raises at what must not be."""
    came = {headers["x-number"].decode(): (key, value, headers) for key, value, headers in sent}
    duplicates = 0
    expected = set(came)
    for stage in STAGES:
        passed = [row for row in rows if row.topic == SINKS[stage]]
        dead = [row for row in rows if row.topic == f"articles.{stage}.dlq"]
        outcomes = Counter(row.headers["x-number"] for row in passed + dead)
        assert set(outcomes) == expected, f"{stage}: lost {sorted(expected - set(outcomes))[:5]}"
        assert not {row.headers["x-number"] for row in passed} & {row.headers["x-number"] for row in dead}
        duplicates += sum(count - 1 for count in outcomes.values())
        _check_duplicates(passed, dead)
        _check_order(passed, stage)
        for row in passed + dead:
            key, value, headers = came[row.headers["x-number"]]
            assert row.headers["traceparent"].encode() == headers["traceparent"]
            assert row.key == key
            if stage == "cleaner" and row in dead:
                assert row.value == value, "a dead letter holds the original bytes"
        expected = {row.headers["x-number"] for row in passed}
    if exactly_once:
        assert duplicates == 0
    counts = Counter(row.topic for row in rows)
    assert counts["articles.cleaner.dlq"] >= BAD
    return {"lost": 0, "out of order": 0, "duplicated": duplicates, **counts}


def _check_duplicates(passed: list[Row], dead: list[Row]) -> None:
    """What came twice is the same event with the same bytes."""
    first: dict[tuple[str, str], Row] = {}
    for row in passed + dead:
        earlier = first.setdefault((row.topic, row.headers["x-number"]), row)
        assert earlier.value == row.value
        assert earlier.headers.get("ce_id") == row.headers.get("ce_id")


def _check_order(rows: list[Row], stage: str) -> None:
    """Per key the versions come in order; a repetition of what came before is counted elsewhere."""
    seen: set[str] = set()
    last: dict[bytes | None, int] = {}
    for row in sorted(rows, key=lambda row: (row.partition, row.offset)):
        if row.headers["x-number"] in seen:
            continue
        seen.add(row.headers["x-number"])
        version = row.document["metadata"]["version"]
        assert version > last.get(row.key, 0), f"{stage}: {row.key!r} version {version} after {last[row.key]}"
        last[row.key] = version
