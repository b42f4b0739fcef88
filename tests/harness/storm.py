"""Faults of workers and brokers while articles pass through the pipeline."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Self

from harness.brokers import Kafka
from harness.counting import SINKS, arrived
from harness.running import Cluster, Follower, Worker

STAGES = (*SINKS, "tally")
"""The pipeline's stages, and one that remembers (`tests/stages`), which reads the same articles as the first."""

WORKERS = 2
"""Workers per stage. A supervisor, as every deployment has one, restarts those that ended."""

ZOMBIE_SECONDS = 9.0
"""Longer than a session: others have taken over when the frozen worker wakes up."""


class Storm:
    """A storm over a cluster. `blow` causes every fault once, spread over the run, in an order given by the seed."""

    def __init__(
        self, cluster: Cluster, kafka: Kafka, follower: Follower, *, seed: int, articles: int, gentler: bool = False
    ) -> None:
        """Prepare. `gentler`: without rolling restarts, moved leaders and a hung stage process."""
        self.did: list[str] = []
        """Faults so far, in order."""
        self.restarted: Counter[str] = Counter()
        """Restarts by the supervisor, by stage and exit code."""
        self._cluster = cluster
        self._kafka = kafka
        self._follower = follower
        self._random = random.Random(seed)
        self._articles = articles
        self._gentler = gentler
        self._members: dict[str, list[Worker]] = {stage: [] for stage in STAGES}
        self._supervisor: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._supervisor = asyncio.create_task(self._supervise())
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the supervisor: nothing is restarted any more."""
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)

    async def blow(self) -> None:
        """Cause every fault once, each after its share of the articles."""
        happenings: list[Callable[[], Awaitable[None]]] = [
            self._kill_workers, self._stop_workers, self._kill_children, self._wake_a_zombie, self._kill_a_broker,
        ]  # fmt: skip
        if not self._gentler:
            happenings += [self._hang_a_child, self._move_leaders, self._roll_brokers, self._roll_workers]
        self._random.shuffle(happenings)
        for number, happening in enumerate(happenings):
            await self._progress((number + 1) / (len(happenings) + 3))
            await happening()
            self.did.append(happening.__name__.strip("_").replace("_", " "))

    def members(self) -> Iterator[Worker]:
        """Workers that should be running."""
        for stage in STAGES:
            yield from self._members[stage]

    async def _progress(self, share: float) -> None:
        await self._follower.until(lambda rows: arrived(rows) >= share * self._articles, seconds=300)

    def _one(self, stage: str) -> Worker:
        alive = [worker for worker in self._members[stage] if worker.alive]
        return self._random.choice(alive or self._members[stage])

    async def _kill_workers(self) -> None:
        for stage in STAGES:
            self._one(stage).signal(signal.SIGKILL)

    async def _stop_workers(self) -> None:
        for stage in STAGES:
            self._one(stage).signal(signal.SIGTERM)

    async def _kill_children(self) -> None:
        for stage in STAGES:
            self._one(stage).signal_children(signal.SIGKILL)

    async def _hang_a_child(self) -> None:
        """Freeze a stage process: its article never ends, and COPYDESK_MAX_ARTICLE_SECONDS kills the process."""
        self._one(self._random.choice(STAGES)).signal_children(signal.SIGSTOP)

    async def _wake_a_zombie(self) -> None:
        stage = self._random.choice(STAGES)
        frozen = self._one(stage)
        self._members[stage].append(await self._cluster.run(stage))
        frozen.signal(signal.SIGSTOP)
        await asyncio.sleep(ZOMBIE_SECONDS)
        frozen.signal(signal.SIGCONT)

    async def _kill_a_broker(self) -> None:
        node = self._random.randint(1, self._kafka.nodes)
        await asyncio.to_thread(self._kafka.kill, node)
        await asyncio.sleep(1)
        await asyncio.to_thread(self._kafka.start, node)
        await self._kafka.in_sync()

    async def _roll_brokers(self) -> None:
        for node in range(1, self._kafka.nodes + 1):
            await asyncio.to_thread(self._kafka.shut_down, node)
            await asyncio.to_thread(self._kafka.start, node)
            await self._kafka.in_sync()

    async def _move_leaders(self) -> None:
        for name in (*SINKS.values(), "articles.tallied", "tally.changelog"):
            await self._kafka.move_leaders(self._cluster.prefix + name)

    async def _roll_workers(self) -> None:
        await asyncio.gather(*(self._roll(stage) for stage in STAGES))

    async def _roll(self, stage: str) -> None:
        for worker in list(self._members[stage]):
            worker.signal(signal.SIGTERM)
            with contextlib.suppress(AssertionError):  # it ended otherwise, or takes long: the counting judges
                await worker.ended(60)
            await self._full(stage)

    async def _full(self, stage: str) -> None:
        """Wait until a stage has all its workers again, and they are ready."""
        async with asyncio.timeout(120):
            while not all(worker.alive for worker in self._members[stage]):
                await asyncio.sleep(0.2)
            for worker in list(self._members[stage]):
                with contextlib.suppress(AssertionError):  # it ended: the supervisor starts another
                    await worker.says("ready", 100)

    async def _supervise(self) -> None:
        while True:
            for stage, members in self._members.items():
                for place, worker in enumerate(members):
                    if not worker.alive:
                        last = next((str(line["problem"]) for line in reversed(worker.lines) if "problem" in line), "")
                        self.restarted[f"{stage} after {worker.process.returncode} {last[:80]}".strip()] += 1
                        members[place] = await self._cluster.run(stage)
                while len(members) < WORKERS:
                    members.append(await self._cluster.run(stage))
            await asyncio.sleep(0.3)
