"""The steps of "Add a stage" in CONTRIBUTING.md, executed as they are written there."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from aiokafka import AIOKafkaProducer

from harness.brokers import Embedded, embedded_broker
from harness.require import ROOT

FENCE = re.compile(r"^```\w+ (?P<name>\S+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A code block that says what it is: the name of a file, or of a step for the shell."""

SHELL = {"install", "try", "test", "run", "remember"}
FULL = ROOT / "schemas" / "examples" / "articles.scored" / "1" / "full.json"
BASH = shutil.which("bash") or "/bin/bash"


def blocks() -> dict[str, str]:
    """The named code blocks under "Add a stage"."""
    _, _, section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("\n## Add a stage\n")
    found = [(match["name"], match["code"]) for match in FENCE.finditer(section.partition("\n## ")[0])]
    assert len(dict(found)) == len(found), "no name twice"
    return dict(found)


def environ(**more: str) -> dict[str, str]:
    """The environment of somebody who activated the checkout's virtual environment."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", **more}


def shell(code: str, folder: Path) -> str:
    """Output of a block; the test fails if any line of it fails."""
    done = subprocess.run(
        [BASH, "-euo", "pipefail", "-c", code],
        check=False, cwd=folder, env=environ(), capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wordcount(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `wordcount` beside the checkout, its files written and the stage installed as step 4 says."""
    beside = tmp_path_factory.mktemp("beside")
    (beside / "copydesk").symlink_to(ROOT)
    folder = beside / "wordcount"
    for name, code in blocks().items():
        if name not in SHELL:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(code, encoding="utf-8")
    shell(blocks()["install"], folder)
    return folder


def test_there_is_a_block_for_every_step() -> None:
    assert blocks().keys() == SHELL | {
        "copydesk_wordcount/__init__.py",
        "copydesk_wordcount/counting.py",
        "copydesk_wordcount/documents.py",
        "copydesk_wordcount/versions.py",
        "pyproject.toml",
        "test_wordcount.py",
    }


def test_a_stage_that_remembers_numbers_the_versions(wordcount: Path) -> None:
    lines = shell(blocks()["remember"], wordcount).splitlines()
    assert [json.loads(line)["version"] for line in lines] == [1, 2]


def test_the_stage_is_listed_and_adds_its_block(wordcount: Path) -> None:
    *stages, document = shell(blocks()["try"], wordcount).splitlines()
    listed = {line.split()[0]: line for line in stages}
    assert set(listed) == {
        "cleaner",
        "coherence",
        "extractor",
        "fingerprints",
        "related",
        "sites",
        "versions",
        "wordcount",
    }
    assert list(listed).index("coherence") < list(listed).index("wordcount"), "an article passes them in this order"
    assert "articles.scored → articles.counted" in listed["wordcount"]
    came = json.loads(FULL.read_bytes())
    went = json.loads(document)
    assert went.pop("wordcount") == {
        "words": len(came["text"].split()),
        "quoted": sum(len(quote["text"].split()) for quote in came["quotes"]),
    }
    assert went.pop("provenance") == [
        *came.pop("provenance"),
        {"stage": "wordcount", "version": "1.0.0", "model": None},
    ]
    for entity in went["entities"]:
        assert entity.pop("place") is None  # added within the version: the example is from before
    del came["fetched_at"]  # written with all six places of a second
    assert {name: went[name] for name in came} == came, "nothing else is touched"


def test_the_test_of_the_stage_passes(wordcount: Path) -> None:
    assert re.search(r"\b[1-9]\d* passed in", shell(blocks()["test"], wordcount))


def test_the_stage_is_not_installed_here(wordcount: Path) -> None:
    assert "wordcount" not in shell("copydesk stages", wordcount), "as step 4 promises: it is in `installed` alone"


def test_code_blocks_are_in_the_style_of_the_house(wordcount: Path) -> None:
    ruff = [sys.executable, "-m", "ruff"]
    for command in (["format", "--diff"], ["check", "--select=E,F,I,B,UP,D1", "--ignore=D103"]):
        files = [name for name in blocks() if name.endswith(".py")]
        done = subprocess.run(
            [*ruff, *command, "--isolated", "--line-length=120", *files],
            check=False, cwd=wordcount, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    shell("python -m mypy --strict --no-incremental copydesk_wordcount", wordcount)


@pytest.fixture
def embedded() -> Iterator[Embedded]:
    with embedded_broker() as broker:
        yield broker


async def publish(brokers: str, name: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=brokers) as producer:
        await producer.send_and_wait(name, value)


def until(lines: IO[str], event: str) -> dict[str, Any]:
    """The first log line with that event; fails when the worker ends before."""
    fields: dict[str, Any] = {}
    for line in lines:
        fields = json.loads(line)
        if fields["event"] == event:
            return fields
    pytest.fail(f"ended before {event!r}: {fields}")


@pytest.mark.slow
def test_the_worker_runs_on_the_topics_that_step_5_creates(wordcount: Path, embedded: Embedded) -> None:
    connection = {"COPYDESK_BROKERS": embedded.brokers, "COPYDESK_SESSION_SECONDS": "6", "COPYDESK_LOG_FORMAT": "json"}
    with subprocess.Popen(
        [BASH, "-euc", blocks()["run"]],
        cwd=wordcount, env=environ(**connection), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as worker:  # fmt: skip
        assert worker.stderr is not None
        try:
            until(worker.stderr, "ready")
            asyncio.run(publish(embedded.brokers, "articles.scored", FULL.read_bytes()))
            article = until(worker.stderr, "article")
            os.killpg(worker.pid, signal.SIGTERM)
            created, _ = worker.communicate(timeout=30)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
    assert {"articles.scored: created", "articles.counted: created", "articles.wordcount.dlq: created"} < set(
        created.splitlines()
    )
    consume = [sys.executable, "-m", "copydesk", "consume", "articles.counted"]
    found = subprocess.run(
        consume,
        check=True, env=environ(**connection, PYTHONPATH=str(wordcount / "installed")), timeout=60, capture_output=True,
    )  # fmt: skip
    assert json.loads(found.stdout)["wordcount"]["words"] > 0
    assert (article["stage"], article["disposition"]) == ("wordcount", "passed")
    assert worker.returncode == 0
