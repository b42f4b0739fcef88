"""A machine whose clock is hours ahead of the broker's."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable

import pytest

from harness.running import Cluster

# aiokafka's extension module takes the system's time: the producer is given the time of the clock that is ahead
AHEAD = """
import sys, time
from aiokafka import AIOKafkaProducer
real, send = time.time, AIOKafkaProducer.send
time.time = lambda: real() + 7200
def send_ahead(self, topic, value=None, key=None, partition=None, timestamp_ms=None, headers=None):
    return send(self, topic, value, key, partition, int(time.time() * 1000), headers)

AIOKafkaProducer.send = send_ahead
sys.argv[0] = "copydesk"
from copydesk.cli import main
main(prog_name="copydesk")
"""


async def ahead(here: Cluster, *arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    """Exit code and standard error of a command on a machine whose clock is two hours ahead."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", AHEAD, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **here.environ},
    )  # fmt: skip
    async with asyncio.timeout(100):
        _, err = await process.communicate(stdin)
    assert process.returncode is not None
    return process.returncode, err.decode()


@pytest.mark.kafka
async def test_a_clock_that_is_hours_ahead_is_told_as_that(cluster: Callable[..., Cluster]) -> None:
    here = cluster()
    if not here.broker.transactions:
        pytest.skip("the embedded broker takes any time")
    await here.create("articles.raw", "articles.cleaned", "articles.cleaner.dlq")
    feed = b"".join(b'{"id": %d, "text": "Fog."}\n' % number for number in range(50))
    for arguments in (("publish", "-"), ("withdraw", "a")):
        status, err = await ahead(here, *arguments, stdin=feed)
        assert status == 5, err
        assert len(err.splitlines()) == 1, err[:1500]
        [line] = err.splitlines()
        assert "more than an hour ahead of the broker's" in line
        assert "Traceback" not in err
    await here.send("articles.raw", [(b"a", b'{"text": "Fog closed the airport."}', {})])
    status, err = await ahead(here, "run", "cleaner")
    assert status == 5, err
    assert "more than an hour ahead" in err.splitlines()[-1]
