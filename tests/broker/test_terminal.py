"""Commands in a terminal: colours, progress, and Ctrl-C anywhere."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.contracts.topics import topics
from harness.require import ROOT
from harness.running import STAGES, Cluster, run_command
from harness.terminal import COLUMNS, Terminal, strings, terminal
from harness.viewing import scored

CTRL_C = b"\x03"
SAMPLE = str(ROOT / "services" / "copydesk" / "samples" / "round-up.txt")

Make = Callable[..., Cluster]
Mine = Callable[[], set[int]]

embedded = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


async def ready(cluster: Make) -> Cluster:
    here = cluster(PYTHONPATH=str(STAGES))
    await here.create(*topics(), "articles.probe.dlq", "articles.relay.dlq", partitions=2)
    return here


def feed(path: Path, count: int, text: str = "An article of one sentence.") -> Path:
    path.write_text("".join(f"{json.dumps({'id': f'a{n}', 'text': f'{text} {n}'})}\n" for n in range(count)))
    return path


async def interrupted(shown: Terminal, mine: Mine, status: int = 130) -> None:
    """Press Ctrl-C: it ends at once, with that exit code, says so in a line, and leaves nothing behind."""
    shown.types(CTRL_C)
    assert await shown.ends() == status, shown.screen[-2000:]
    assert "Traceback" not in shown.screen
    if status:
        assert "copydesk: interrupted" in shown.screen
    assert mine() == set(), "nothing is left behind"


# ------------------------------------------------------------------------------------------------------ colours


@embedded
async def test_a_terminal_gets_colours_unless_told_otherwise(cluster: Make) -> None:
    here = await ready(cluster)
    await here.send("articles.scored", [(b"a", scored(), {})])
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        async with terminal("consume", "articles.scored", environ={**here.environ, **environ}) as shown:
            assert await shown.ends() == 0, shown.screen
        assert "Ana Ruiz" in shown.screen
        assert bool(shown.colours) == coloured
    status, plain, _ = await here.command("consume", "articles.scored", "--pretty")
    assert (status, b"Ana Ruiz" in plain, b"\x1b" in plain) == (0, True, False), "a pipe gets no codes at all"


# ------------------------------------------------------------------------------------------------------- Ctrl-C


@pytest.mark.slow
async def test_ctrl_c_ends_up_in_order(mine: Mine) -> None:
    async with terminal("up", "--port", "0", "--viewer-port", "0", environ={"NO_COLOR": "1"}) as shown:
        await shown.shows("copydesk is running")
        assert not shown.colours
        found = re.search(r"COPYDESK_BROKERS=(\S+)", shown.screen)
        assert found is not None
        status, _, err = await run_command("publish", "--brokers", found[1], SAMPLE)
        assert status == 0, err
        await shown.shows(r"passed: cleaner 1, extractor 1, coherence 1")
        await interrupted(shown, mine, 0)


@pytest.mark.slow
async def test_ctrl_c_ends_the_demo(mine: Mine) -> None:
    async with terminal("demo", "--logs") as shown:
        await shown.shows("sample articles published")
        assert shown.colours
        shown.types(CTRL_C)
        assert await shown.ends() == 130
    assert mine() == set(), "nothing is left behind"


@embedded
async def test_ctrl_c_ends_who_waits_for_articles(cluster: Make, mine: Mine) -> None:
    here = await ready(cluster)
    await here.send("articles.raw", [(b"a", b'{"text": "The only one."}', {})])
    async with terminal("consume", "articles.raw", "--follow", environ=here.environ) as shown:
        await shown.shows("The only one")
        await interrupted(shown, mine)


@embedded
async def test_ctrl_c_ends_who_reads_the_keyboard(cluster: Make, mine: Mine) -> None:
    here = await ready(cluster)
    for command in (("publish", "-"), ("process", "--stage", "probe")):
        async with terminal(*command, environ=here.environ) as shown:
            shown.types(b'{"id": "typed", "text": "By hand."}\n')
            await shown.shows(r"publishing  1 articles|\"id\":\"typed\"")
            await interrupted(shown, mine)


@embedded
async def test_ctrl_c_ends_page_and_worker_in_order(cluster: Make, mine: Mine) -> None:
    here = await ready(cluster)
    async with terminal("viewer", "--port", "0", environ=here.environ) as shown:
        await shown.shows("live page on")
        await shown.shows("not shown there: articles.probe.dlq, articles.relay.dlq")
        await interrupted(shown, mine, 0)
    async with terminal("run", "probe", environ=here.environ) as shown:
        await shown.shows('"ready"')
        await interrupted(shown, mine, 0)
    slow = {**here.environ, "COPYDESK_TEST_LOAD_SECONDS": "60"}
    async with terminal("run", "probe", environ=slow) as shown:
        async with asyncio.timeout(60):
            while not any("copydesk.runtime.stage_process_main" in strings(pid, "cmdline") for pid in mine()):
                await asyncio.sleep(0.1)  # nobody tells when another's process is there
        shown.types(CTRL_C)
        assert await shown.ends() == 130, "not ready yet"
    assert mine() == set()


@embedded
async def test_ctrl_c_ends_a_replay_and_its_process(cluster: Make, mine: Mine) -> None:
    here = await ready(cluster)
    await here.send("articles.raw", [(b"k%d" % n, b'{"text": "SLEEP 0.2"}', {}) for n in range(400)])
    replay = ("replay", "articles.raw", "--stage", "probe", "--from", "2020-01-01")
    async with terminal(*replay, environ=here.environ) as shown:
        await shown.shows("of 400 articles")
        await shown.shows("replaying")
        await interrupted(shown, mine)


# ----------------------------------------------------------------------------------------------------- progress


def lines(screen: str, label: str) -> list[str]:
    """Texts of the progress line, one for each time that it was overwritten."""
    return [line.rstrip() for line in re.split(r"[\r\n]+", screen) if line.startswith(label)]


@embedded
async def test_publish_tells_how_far_it_is(cluster: Make, tmp_path: Path) -> None:
    here = await ready(cluster)
    file = feed(tmp_path / "many.ndjson", 3000)
    with file.open("a") as more:
        more.write('{"id": "none"}\n')
    async with terminal("publish", str(file), environ=here.environ) as shown:
        assert await shown.ends() == 1
    shown_lines = lines(shown.screen, "publishing")
    assert re.fullmatch(r"publishing  3,001 articles  [\d.]+/s  100 %", shown_lines[-1]), shown_lines[-1]
    assert any(re.fullmatch(r"publishing  [\d,]+ articles  [\d.]+/s  \d+ %  .+ left", line) for line in shown_lines), (
        shown_lines[:3]
    )
    assert all(len(line) < COLUMNS for line in shown_lines), "it never wraps"
    assert "\nmany.ndjson" in shown.screen.replace(f"{tmp_path}/", "").replace("\r", "\n"), (
        "refusals have lines of their own"
    )
    status, _, err = await here.command("publish", str(file))
    assert (status, "articles  " in err, "\r" in err) == (1, False, False), "nothing of it in a pipe"


@embedded
async def test_process_tells_how_far_it_is_where_results_go_elsewhere(tmp_path: Path, cluster: Make) -> None:
    here = await ready(cluster)
    file = feed(tmp_path / "many.ndjson", 40, "SLEEP 0.02")
    with (tmp_path / "out.ndjson").open("wb") as out:
        async with terminal("process", "--stage", "probe", str(file), environ=here.environ, stdout=out) as shown:
            assert await shown.ends() == 0
    assert len((tmp_path / "out.ndjson").read_bytes().splitlines()) == 40
    shown_lines = lines(shown.screen, "processing")
    assert re.fullmatch(r"processing  40 articles  [\d.]+/s  100 %", shown_lines[-1]), shown_lines[-1]
    assert any(line.endswith(" left") for line in shown_lines)
    async with terminal("process", "--stage", "probe", str(file), environ=here.environ) as shown:
        assert await shown.ends() == 0
    assert not lines(shown.screen, "processing"), "results and shown_lines would share the screen"


@embedded
async def test_replay_tells_how_far_it_is(cluster: Make) -> None:
    here = await ready(cluster)
    await here.send("articles.raw", [(b"k%d" % n, b'{"text": "once more"}', {}) for n in range(120)])
    replay = ("replay", "articles.raw", "--stage", "probe", "--from", "2020-01-01")
    async with terminal(*replay, environ=here.environ) as shown:
        assert await shown.ends() == 0
    shown_lines = lines(shown.screen, "replaying")
    assert re.fullmatch(r"replaying  120 articles  [\d.]+/s  100 %", shown_lines[-1]), shown_lines[-1]
