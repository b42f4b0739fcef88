"""A Prometheus that records the pipeline's metrics, and the dashboard's queries against it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete

from harness.brokers import Broker, admin, free_ports, wait_for_port
from harness.require import ROOT, missing
from harness.running import SOURCES, Cluster, Worker

DASHBOARD = ROOT / "infra" / "observability" / "grafana" / "dashboards" / "copydesk.json"
TOPICS = (*SOURCES.values(), "articles.scored", *(f"articles.{stage}.dlq" for stage in SOURCES))
SCRAPE_SECONDS = 1
RATE_INTERVAL = "20s"
"""Replaces Grafana's `$__rate_interval`, which depends on the scrape interval and the zoom."""


class Prometheus:
    """Debian's Prometheus, which scrapes some workers."""

    def __init__(self, folder: Path, workers: list[str]) -> None:
        program = shutil.which("prometheus") or missing("promtool", "Debian's package prometheus is not installed")
        (folder / "prometheus.yml").write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": f"{SCRAPE_SECONDS}s"},
                    "scrape_configs": [{"job_name": "copydesk", "static_configs": [{"targets": workers}]}],
                }
            )
        )
        port = free_ports(1)
        self._url = f"http://127.0.0.1:{port}/api/v1/"
        self._process = subprocess.Popen(
            [
                program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            ],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_port(port, 60)
        end = time.monotonic() + 60
        while not self._is_ready(port):
            assert time.monotonic() < end, "Prometheus does not become ready"
            time.sleep(0.1)  # it has no event to wait for

    def _is_ready(self, port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5):
                return True
        except urllib.error.HTTPError:
            return False

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def now(self, query: str) -> list[float]:
        """Current values of a query."""
        return [float(series["value"][1]) for series in self._request("query", query=query)]

    def values(self, query: str, since: float) -> list[float]:
        """All values of a query since a time, without NaN."""
        all_series = self.over(query, since, time.time(), SCRAPE_SECONDS)
        values = (float(value) for series in all_series for _, value in series["values"])
        return [value for value in values if not math.isnan(value)]

    def over(self, query: str, begin: float, end: float, step: float) -> list[dict[str, Any]]:
        """Series of a query over a time range, as Grafana requests them."""
        return self._request("query_range", query=query, start=str(begin), end=str(end), step=str(step))

    def _request(self, endpoint: str, **parameters: str) -> list[dict[str, Any]]:
        url = f"{self._url}{endpoint}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 - our own, over http
            result: list[dict[str, Any]] = json.load(response)["data"]["result"]
        return result


def panels() -> list[dict[str, Any]]:
    """Panels of the dashboard, with queries that Prometheus accepts."""
    text = DASHBOARD.read_text(encoding="utf-8").replace("$__rate_interval", RATE_INTERVAL)
    result: list[dict[str, Any]] = json.loads(text)["panels"]
    return result


def queries() -> Iterator[tuple[str, str]]:
    """All queries of the dashboard, each with its panel's title."""
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@contextlib.asynccontextmanager
async def recorded(broker: Broker, folder: Path, extractors: int = 1) -> AsyncIterator[tuple[Cluster, Prometheus]]:
    """All stages on a broker, and a Prometheus that scrapes them; some articles have expired unread before."""
    async with Cluster(broker, COPYDESK_METRICS_PORT="0", COPYDESK_LOG_LEVEL="info") as here:
        await here.create(*TOPICS, partitions=2)
        await _let_expire(here)
        stages = [stage for stage in (*SOURCES, "sites") for _ in range(extractors if stage == "extractor" else 1)]
        workers = [await here.run(stage) for stage in stages]
        for worker in workers:
            await worker.says("ready", 160)
        prometheus = Prometheus(folder, [await _address(worker) for worker in workers])
        try:
            while prometheus.now("count(copydesk_build_info)") != [len(workers)]:
                await asyncio.sleep(SCRAPE_SECONDS)  # a rate needs an earlier value
            yield here, prometheus
        finally:
            prometheus.stop()


async def _address(worker: Worker) -> str:
    fields = await worker.says("metrics")
    match = re.search(r"//([^/]+)/", fields["url"])
    assert match is not None
    return match[1]


async def _let_expire(here: Cluster) -> None:
    """Delete articles, as retention does, that the cleaner's group has not read; earlier ones are committed."""
    document = b'{"text": "Nothing much happened in the town on Monday, said the mayor."}'
    sent: list[tuple[bytes | None, bytes | None, dict[str, bytes]]] = [(b"%d" % n, document, {}) for n in range(20)]
    await here.send("articles.raw", sent)
    worker = await here.run("cleaner")
    async with here.follow("articles.cleaned") as follower:
        await follower.until(len(sent), 160)
    assert await worker.stop() == 0
    await here.send("articles.raw", sent)
    async with admin(here.broker.brokers) as client:
        partitions = [TopicPartition(f"{here.prefix}articles.raw", number) for number in range(2)]
        everything = RecordsToDelete(before_offset=-1)
        await client.delete_records(dict.fromkeys(partitions, everything))


async def until_every_query_answers(prometheus: Prometheus, since: float, seconds: float = 90) -> None:
    """Wait until every query has had a value since a time; fails with the titles of panels without one."""
    end = time.time() + seconds
    while empty := {title for title, query in queries() if not prometheus.values(query, since)}:
        assert time.time() < end, f"no values after {seconds} s: {sorted(empty)}"
        await asyncio.sleep(SCRAPE_SECONDS)  # Prometheus has no event for a scrape


async def until_recorded(prometheus: Prometheus, query: str, value: float, seconds: float = 60) -> None:
    """Wait until a query has exactly this value."""
    end = time.time() + seconds
    while (values := prometheus.now(query)) != [value]:
        assert time.time() < end, f"{query} is {values}, not {value}"
        await asyncio.sleep(SCRAPE_SECONDS)  # Prometheus has no event for a scrape
