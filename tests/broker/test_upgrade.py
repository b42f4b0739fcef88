"""Workers of this version and an older one in one group: nothing is lost or doubled, either reads what both wrote."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections import Counter
from collections.abc import Callable

import pytest

from copydesk.contracts.articles import CleanedArticle
from harness.brokers import Broker
from harness.released import install_released
from harness.require import ROOT
from harness.running import Cluster, Row, Worker

SEED = (ROOT / "services/copydesk/samples/000_326d0f3b89965fac.txt").read_text(encoding="utf-8")
ROUND = 120
"""Articles between two changes of the group."""

GRACE = 15.0
"""Seconds between SIGTERM and SIGKILL for the older version, which misses a SIGTERM while its group changes."""

READ = (
    "import sys; from copydesk.contracts.articles import CleanedArticle\n"
    "for line in sys.stdin.buffer: print(CleanedArticle.read(line, None).id)"
)


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> str:
    """PYTHONPATH of the older version."""
    return str(install_released(tmp_path_factory.mktemp("older")))


def articles(start: int) -> list[tuple[bytes, bytes, dict[str, bytes]]]:
    """Records of a round; each begins with words of its own, so that no two are copies."""
    records: list[tuple[bytes, bytes, dict[str, bytes]]] = []
    for number in range(start, start + ROUND):
        article = {"id": f"a{number}", "text": f"Story {number} of the day.\n\n{SEED}", "language": "en"}
        records.append((f"a{number}".encode(), json.dumps(article).encode(), {}))
    return records


async def read_by(pythonpath: str, rows: list[Row]) -> list[str]:
    """Ids that a version reads from documents."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", READ, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": pythonpath},
    )  # fmt: skip
    out, _ = await process.communicate(b"".join(json.dumps(row.document).encode() + b"\n" for row in rows))
    assert process.returncode == 0
    return out.decode().split()


async def leave(worker: Worker, version: str) -> None:
    """Stop a worker as its supervisor does."""
    worker.signal(signal.SIGTERM)
    if not version:
        assert await worker.ended(30) == 0
        return
    ended = asyncio.create_task(worker.process.wait())
    if not (await asyncio.wait({ended}, timeout=GRACE))[0]:
        worker.signal(signal.SIGKILL)
    await ended


@pytest.mark.timeout(300)
async def test_upgrade_and_rollback_one_worker_after_the_other(
    cluster: Callable[..., Cluster], broker: Broker, older: str
) -> None:
    if not broker.transactions:
        pytest.skip("the embedded broker has no transactions: there a record may come twice")
    here = cluster()
    await here.create("articles.raw", "articles.cleaned", "articles.cleaner.dlq", partitions=4)
    sent = 0

    async def send_round() -> None:
        nonlocal sent
        await here.send("articles.raw", articles(sent))
        sent += ROUND

    async def start(version: str) -> tuple[Worker, str]:
        worker = await here.run("cleaner", **({"PYTHONPATH": version} if version else {}))
        await worker.says("ready")
        return worker, version

    async with here.follow("articles.cleaned", "articles.cleaner.dlq") as follower:
        group = [await start(older), await start(older)]
        for version in ("", "", older):  # upgrade one, then the other, then roll one back
            await send_round()
            await follower.until(sent - ROUND // 2)
            leaving = group.pop(0)
            group.append(await start(version))  # three for a moment, as in a rolling restart
            await leave(*leaving)
        await send_round()
        await follower.until(sent)
        rows = await follower.settle()
        for worker in group:
            await leave(*worker)
    assert Counter(row.topic for row in rows) == {"articles.cleaned": sent}
    assert Counter(row.document["id"] for row in rows) == {f"a{number}": 1 for number in range(sent)}

    models = Counter(row.document["cleaning"]["model"] for row in rows)
    assert len(models) == 2, f"both versions took their share: {models}"
    ids = [row.document["id"] for row in rows]
    assert [CleanedArticle.read(row.value or b"", None).id for row in rows] == ids
    assert await read_by(older, rows) == ids
