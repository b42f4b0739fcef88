"""The page over real topics: beside the whole pipeline, and with a server that is restarted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from playwright.async_api import FilePayload, expect

from browser.conftest import Open
from browser.stories import SPEAKER, as_ndjson
from copydesk.contracts.topics import topics
from copydesk.runtime.processes import die_with
from copydesk.viewer.operations import stage_sources
from harness.brokers import Broker, any_broker, free_port_pair
from harness.require import ROOT
from harness.running import Cluster
from harness.viewing import scored

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

SEED = "000_326d0f3b89965fac"
SAMPLES = ROOT / "services" / "copydesk" / "samples"
STARTUP_MS = 90_000
"""Time for three stages to load their models on a busy machine."""

PICTURE_BYTES = 450_000


class Command:
    """A `copydesk` command that serves the page."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._url = asyncio.get_running_loop().create_future()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        while line := (await self.process.stderr.readline()).decode():
            self.lines.append(line)
            if (match := re.search(r"live page on (\S+)", line)) and not self._url.done():
                self._url.set_result(match[1])

    async def url(self) -> str:
        """URL of the page, once it is served."""
        async with asyncio.timeout(60):
            await asyncio.wait({self._url, self._reader}, return_when=asyncio.FIRST_COMPLETED)
        assert self._url.done(), f"it ended: {self.lines[-5:]}"
        url: str = await self._url
        return url

    async def end(self, number: signal.Signals) -> int:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        async with asyncio.timeout(60):
            await self._reader
            return await self.process.wait()


@contextlib.asynccontextmanager
async def running(*arguments: str, **environ: str) -> AsyncIterator[Command]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", *arguments,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        preexec_fn=partial(die_with, os.getpid()), env={**os.environ, **environ},
    )  # fmt: skip
    command = Command(process)
    try:
        yield command
    finally:
        await command.end(signal.SIGKILL)


async def test_an_article_that_is_published_from_the_page_appears_enriched(open_page: Open, pictures: Path) -> None:
    async with running("up", "--port", "0", "--viewer-port", "0") as up:
        url = await up.url()
        page = await open_page(url)
        await page.evaluate("window.marker = 'never loaded again'")
        await page.click("#to-publish")
        stories = FilePayload(name="stories.ndjson", mimeType="application/x-ndjson", buffer=as_ndjson())
        await page.set_input_files("#publish-files", stories)
        await expect(page.locator("#publish")).to_be_hidden()
        for name in ("round-up.txt", "long-quotation.txt", "bridge-page.html", f"{SEED}.txt"):
            await page.click("#to-publish")
            await page.set_input_files("#publish-files", SAMPLES / name)
            await expect(page.locator("#publish")).to_be_hidden()
        await expect(page.locator(".row[data-state=scored]")).to_have_count(9, timeout=STARTUP_MS)
        reading = page.locator("#reading")  # the last article is open
        await expect(reading.locator("h1")).to_have_text("Putin orders partial withdrawal of Russian troops from Syria")
        await expect(reading.locator(".step.done")).to_have_count(4)
        await expect(reading.locator("mark.person").first).to_have_text("Putin")
        await expect(reading.locator(".said.direct").first).to_be_visible()
        await expect(reading.locator(".speaker", has_text="Putin").first).to_be_visible()
        await expect(reading.locator(".beside")).to_contain_text("Mikhail Klimentyev TASS Getty Images")
        await expect(reading.locator(".strip svg rect")).to_have_count(15)
        assert await page.evaluate("window.marker") == "never loaded again"
        await take_pictures(open_page, page.url, pictures)
        await page.goto(f"{url}/#/person/{SPEAKER}")
        await expect(reading.locator("h1")).to_have_text(SPEAKER)
        await expect(reading.locator(".totals")).to_contain_text("in 5 articles")
        await expect(reading.locator(".byline")).to_contain_text(f"Constable {SPEAKER}")
        await page.goto(f"{url}/#/operations")
        rows = page.locator("#lags tbody tr")
        await expect(rows).to_have_count(len(stage_sources()))
        for stage in ("cleaner", "extractor", "coherence"):
            await expect(rows.filter(has_text=re.compile(f"^{stage}"))).to_contain_text("nothing waits")
        await expect(rows.filter(has_text="fingerprints")).to_contain_text("no worker of it has run here yet")
        up.process.send_signal(signal.SIGINT)
        async with asyncio.timeout(60):
            assert await up.process.wait() == 0, up.lines[-5:]


async def take_pictures(open_page: Open, address: str, folder: Path) -> None:
    """Take screenshots of the seed article and of other views; `docs/` shows the first three."""
    base, _, article = address.partition("/#")
    person, found = f"/person/{SPEAKER}", "/?q=harbour&site=courier"
    for name, view, shows, width, height, scheme in (
        ("viewer", article, ".body", 1280, 1320, "light"),
        ("viewer-dark", article, ".body", 1280, 1320, "dark"),
        ("viewer-person", person, ".said-item", 1280, 1020, "light"),
        ("viewer-phone", article, ".body", 390, 844, "light"),
        ("viewer-found", found, ".hit", 1280, 900, "light"),
        ("viewer-statistics", "/statistics", ".sites", 1280, 1320, "light"),
        ("viewer-operations", "/operations", "#lags", 390, 844, "dark"),
    ):
        page = await open_page(f"{base}/#{view}", width=width, height=height, color_scheme=scheme)
        await expect(page.locator(shows).first).to_be_visible()
        await expect(page.locator(".row").first).to_be_attached()
        if width > 1000 and view == article:
            await page.hover(".speaker:has-text('Putin')")
            await expect(page.locator("#note")).to_be_visible()
        taken = await page.screenshot(path=folder / f"{name}.png", animations="disabled")
        assert 10_000 < len(taken) < PICTURE_BYTES


@pytest.fixture(scope="module")
def broker(run_folder: Path) -> Iterator[Broker]:
    """The best broker of this machine: on a real Kafka, transaction markers are between the articles."""
    with any_broker(run_folder) as running_broker:
        yield running_broker


async def test_a_browser_loses_nothing_when_the_server_is_restarted(open_page: Open, broker: Broker) -> None:
    cluster = Cluster(broker)
    await cluster.create(*topics(), partitions=3)
    port = str(free_port_pair())

    async def publish(first: int, last: int) -> None:
        records = {f"n{number}": scored(f"n{number}", f"Article {number}") for number in range(first, last)}
        if not broker.transactions:
            await cluster.send("articles.scored", [(id_.encode(), value, {}) for id_, value in records.items()])
            return
        name = cluster.prefix + "articles.scored"
        producer = AIOKafkaProducer(bootstrap_servers=broker.brokers, transactional_id=f"{cluster.prefix}{first}")
        await producer.start()
        try:
            async with producer.transaction():
                for id_, value in records.items():
                    await producer.send_and_wait(name, value, key=id_.encode())
            with contextlib.suppress(LookupError):
                async with producer.transaction():
                    await producer.send_and_wait(name, scored("never"), key=b"never")
                    raise LookupError("never committed: no reader may see it")
        finally:
            await producer.stop()

    await publish(0, 20)
    async with running("viewer", "--port", port, **cluster.environ) as viewer:
        page = await open_page(await viewer.url())
        await page.evaluate("window.marker = 'never loaded again'")
        await expect(page.locator("#count")).to_have_text("20 articles")
        await publish(20, 40)
        await expect(page.locator("#count")).to_have_text("40 articles")
        await viewer.end(signal.SIGKILL)
        await expect(page.locator("#live")).to_contain_text("server does not answer")
    await publish(40, 90)
    async with running("viewer", "--port", port, **cluster.environ) as viewer:
        await viewer.url()
        await expect(page.locator("#count")).to_have_text("90 articles", timeout=STARTUP_MS)
        await expect(page.locator("#live")).to_have_text("live")
        await publish(90, 95)
        await expect(page.locator("#count")).to_have_text("95 articles")
        assert await page.evaluate("window.marker") == "never loaded again"
        assert await viewer.end(signal.SIGTERM) == 0, viewer.lines
