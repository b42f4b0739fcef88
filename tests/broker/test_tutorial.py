"""The tutorial, from top to bottom, and the examples beside it, against real workers of all stages."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.contracts.topics import topics
from harness.require import ROOT
from harness.running import Cluster

TUTORIAL = (ROOT / "docs" / "tutorial.md").read_text()
STAGES = ("cleaner", "extractor", "coherence")
SAMPLES = ROOT / "services" / "copydesk" / "samples"
MAY_END_WITH_1 = ("copydesk publish", "copydesk dlq list")
"""Commands of the tutorial that end with 1: something was refused, or a check found something."""


def commands() -> list[str]:
    """Every command that a reader types, in order; those that prepare the shell are left out."""
    blocks = re.findall(r"^```sh\n(.*?)^```", TUTORIAL, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    return [line for line in lines if not line.startswith((". .venv", "export "))]


async def sh(command: str, folder: Path, here: Cluster) -> tuple[int, str, str]:
    """Run a line as the reader's shell would, in a folder that looks like the repository."""
    environ = {**os.environ, **here.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_shell(
        command, cwd=folder, env=environ, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(100):
        out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Folder in which the reader works."""
    for name in ("examples", "services"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("broker", ["any"], indirect=True)
async def test_the_tutorial_does_what_it_says(cluster: Callable[..., Cluster], folder: Path) -> None:
    here = cluster()
    await here.create(*topics(), partitions=3, configs={name: one.configs for name, one in topics().items()})
    for worker in [await here.run(stage) for stage in STAGES]:
        await worker.says("ready", 100)

    outputs: dict[str, str] = {}
    for line in commands():
        if "sqlite3 quotes.db" in line and shutil.which("sqlite3") is None:
            (query,) = shlex.split(line)[2:]
            out = "\n".join(f"{name}|{count}" for name, count in rows(folder, query))
        else:
            async with here.follow("articles.scored", "articles.cleaner.dlq") as follower:
                code, out, err = await sh(line, folder, here)
                assert code == 0 or (code == 1 and line.startswith(MAY_END_WITH_1)), f"{line}: {err}"
                if "--unchecked" in line:
                    await follower.until(lambda them: any("dlq" in row.topic for row in them), seconds=100)
                elif line.startswith("copydesk publish"):
                    await follower.until(11, seconds=100)  # the reader does not type so fast
                if line.startswith("copydesk withdraw"):
                    await follower.until(lambda them: any(row.value is None for row in them), seconds=100)
        outputs[line] = out

    (speakers,) = (out for line, out in outputs.items() if line.startswith("sqlite3"))
    assert "Putin|" in speakers
    assert "invalid" in outputs["copydesk dlq list"]
    assert "extractor" in outputs["copydesk lag"]
    left = rows(folder, "SELECT id FROM articles")
    assert len(left) == 10
    assert ("bridge-page",) not in left
    assert not rows(folder, "SELECT * FROM quotes WHERE article = 'bridge-page'")

    before = rows(folder, "SELECT * FROM quotes ORDER BY article, id")
    code, _, err = await sh("python examples/who_said_what.py quotes.db", folder, here)
    assert (code, rows(folder, "SELECT * FROM quotes ORDER BY article, id")) == (0, before), err
    await other_examples(folder, here)
    await the_notebook(folder, here)


async def the_notebook(folder: Path, here: Cluster) -> None:
    """The notebook, executed from top to bottom; what it prints and draws."""
    shutil.copytree(ROOT / "examples", folder / "notebooks")
    command = "cd notebooks && jupyter-execute --output=executed.ipynb who_said_what.ipynb"
    code, _, err = await sh(command, folder, here)
    assert code == 0, err[-3000:]
    executed = json.loads((folder / "notebooks" / "executed.ipynb").read_text(encoding="utf-8"))
    outputs = [output for cell in executed["cells"] for output in cell.get("outputs", ())]
    printed = "".join("".join(output.get("text", ())) for output in outputs)
    assert "5 articles published" in printed
    assert "articles enriched" in printed
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 2
    assert any("Putin" in str(output.get("data", {}).get("text/plain")) for output in outputs)


async def other_examples(folder: Path, here: Cluster) -> None:
    """The same articles for OpenSearch, and one through a plain Kafka client."""
    code, out, err = await sh("python examples/opensearch_bulk.py", folder, here)
    assert code == 0, err
    lines = [json.loads(line) for line in out.splitlines()]
    deleted = [line["delete"]["_id"] for line in lines if "delete" in line]
    written = {line["index"]["_id"]: lines[number + 1] for number, line in enumerate(lines) if "index" in line}
    assert deleted == ["bridge-page"]
    assert len(written) == 11
    assert all(document["text"] and "people" in document for document in written.values())
    page = SAMPLES / "000_326d0f3b89965fac.txt"
    command = f"python examples/plain_kafka.py {here.broker.brokers} {page} {here.prefix}"
    code, out, err = await sh(command, folder, here)
    assert code == 0, err
    assert re.search("^Putin: .*Russian soldier", out, re.MULTILINE)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Result of a query in the reader's database."""
    with sqlite3.connect(folder / "quotes.db") as database:
        return database.execute(query).fetchall()
