"""`up` and `demo` on the embedded broker."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable

import pytest

from harness.brokers import free_port_pair
from harness.require import ROOT
from harness.running import run_command
from harness.terminal import strings

SAMPLES = [path for path in (ROOT / "services" / "copydesk" / "samples").iterdir() if path.suffix != ".md"]


@pytest.mark.slow
async def test_demo_shows_every_sample_and_ends_with_the_sums(mine: Callable[[], set[int]]) -> None:
    status, out, err = await run_command("demo", seconds=110)
    assert status == 0, err
    text = out.decode()
    assert "\x1b" not in text, "no colours in a pipe"
    for path in SAMPLES:
        assert (path.stem if path.suffix != ".ndjson" else "harbourpost/4") in text
    assert "✂ repeated  More from the harbour" in text, "the site is known when its fourth story comes"
    assert "✂ photo  President Assad welcomes President Putin to the Hmeimim air base" in text
    assert "broken.json: dead letter" in text
    articles = sum(path.read_bytes().count(b"\n") if path.suffix == ".ndjson" else 1 for path in SAMPLES)
    assert re.search(rf"^cleaner +{articles} +{articles - 1} +1  1 invalid$", text, re.MULTILINE)
    assert "every article had exactly one outcome" in text
    titles = re.findall(r"^(\S.*) ─+$", text, re.MULTILINE)
    assert (titles[0], titles[-1]) == (
        "broken.json: dead letter", "Putin orders partial withdrawal of Russian troops from Syria",
    ), "in the same order each time, the richest last"  # fmt: skip
    assert text.splitlines()[-1].startswith("Next: copydesk up")
    assert err.count(" enriched") == articles - 1, "each is told when it is known"
    assert mine() == set(), "nothing is left behind"


@pytest.mark.slow
async def test_demo_says_when_it_gives_up() -> None:
    status, out, err = await run_command("demo", "--timeout", "1.5")
    assert status == 1
    assert "gave up after 1.5 s" in err
    assert "some articles had no outcome" in out.decode()


@pytest.mark.slow
async def test_up_scales_restarts_a_lost_worker_and_stops_everything_at_ctrl_c(mine: Callable[[], set[int]]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", "up", "--port", "0", "--scale", "cleaner=2", "--logs",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    said: list[str] = []

    async def until(pattern: str, count: int = 1) -> re.Match[str]:
        assert process.stderr is not None
        found: list[re.Match[str]] = [match for line in said if (match := re.search(pattern, line))]
        async with asyncio.timeout(60):
            while len(found) < count:
                line = (await process.stderr.readline()).decode()
                assert line, f"up ended: {said[-5:]}"
                said.append(line)
                if match := re.search(pattern, line):
                    found.append(match)
        return found[count - 1]

    try:
        brokers = (await until(r"COPYDESK_BROKERS=(\S+)"))[1]
        await until(r" ready ", count=4)
        assert any(line.startswith("cleaner-2") for line in said)
        environ = {"COPYDESK_BROKERS": brokers}
        status, _, err = await run_command("publish", str(SAMPLES[0].parent / "round-up.txt"), environ=environ)
        assert status == 0, err
        status, out, _ = await run_command("consume", "articles.scored", "--follow", "--limit", "1", environ=environ)
        assert status == 0
        assert b'"id":"round-up"' in out
        (lost,) = [pid for pid in mine() if strings(pid, "cmdline")[-2:] == ["run", "coherence"]]
        os.kill(lost, signal.SIGKILL)
        await until(r"coherence.*starts again")
        await until(r"^coherence .*ready")
        process.send_signal(signal.SIGINT)
        _, rest = await asyncio.wait_for(process.communicate(), 40)
        assert process.returncode == 0, rest.decode()[-500:]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert mine() == set(), "nothing is left behind"


@pytest.mark.slow
async def test_up_killed_takes_everything_with_it(mine: Callable[[], set[int]]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", "up", "--port", "0",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    async with asyncio.timeout(60):
        while sum("copydesk.runtime.stage_process_main" in strings(pid, "cmdline") for pid in mine()) < 3:
            await asyncio.sleep(0.1)  # other people's processes cannot be awaited
    process.kill()
    await process.wait()
    async with asyncio.timeout(15):
        while mine():
            await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_up_ends_with_its_broker(mine: Callable[[], set[int]]) -> None:
    """Workers would call an address for ever where nobody answers any more."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", "up", "--port", "0", "--no-viewer",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b"copydesk is running" not in (line := await process.stderr.readline()):
                assert line, "up ended"
        (broker,) = [pid for pid in mine() if "--storage-engine" in strings(pid, "cmdline")]
        os.kill(broker, signal.SIGKILL)
        _, rest = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 3
    assert "copydesk: the embedded broker ended with -9, its articles are lost: start again" in rest.decode()
    assert mine() == set(), "nothing is left behind"


async def test_up_on_a_port_that_is_taken_is_exit_5() -> None:
    port = free_port_pair()
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", port)
    try:
        status, _, err = await run_command("up", "--port", str(port))
    finally:
        server.close()
        await server.wait_closed()
    assert status == 5
    assert f"port {port} already" in err
