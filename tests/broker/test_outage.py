"""A program that consumes while its broker is away: it waits, and says so now and then."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from harness.brokers import embedded_broker
from harness.running import Cluster

PROGRAM = """
import asyncio, signal
from copydesk.client import consume

signal.signal(signal.SIGINT, signal.default_int_handler)  # pytest-xdist's workers ignore it, and so do their children

async def main():
    async for message in consume("articles.raw", group={group!r}):
        print(message.id, flush=True)

asyncio.run(main())
"""
OUTAGE_SECONDS = 30


async def test_an_outage_is_a_few_lines() -> None:
    with embedded_broker() as broker:
        here = Cluster(broker)
        await here.create("articles.raw", partitions=12)
        await here.send("articles.raw", [(b"a", b'{"text": "Fog."}', {})])
        processes = [await start(here, group) for group in (None, "my-app")]
    await asyncio.sleep(OUTAGE_SECONDS)  # the broker has gone with the block
    for process in processes:
        assert process.returncode is None, "it waits"
        process.send_signal(signal.SIGINT)
        assert process.stderr
        lines = (await process.stderr.read()).decode().partition("Traceback")[0].splitlines()
        await process.wait()
        assert any(f"no broker answers at {broker.brokers} for" in line for line in lines), lines
        assert len(lines) <= 20, lines


async def start(here: Cluster, group: str | None) -> asyncio.subprocess.Process:
    """The program, once it has got an article."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM.format(group=group),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, **here.environ},
    )  # fmt: skip
    assert process.stdout
    async with asyncio.timeout(60):
        assert await process.stdout.readline() == b"a\n"
    return process
