"""`copydesk publish`: database keys, two files of one name, what cannot be read, and a run that is interrupted."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.running import Cluster

Make = Callable[..., Cluster]


async def test_articles_with_database_keys_are_published_traced_and_withdrawn(cluster: Make) -> None:
    here = cluster()
    await here.create("articles.raw")
    same = {"text": "Fog closed the airport."}
    feed = "".join(json.dumps({"id": id_, **same}) + "\n" for id_ in (776, 777, 1.5, None))
    status, _, err = await here.command("publish", "-", stdin=feed.encode())
    assert status == 1
    assert "line 3: `id` cannot be an article's id: Expected `str | null`, got `float`" in err
    assert "3 published" in err
    assert "1 refused" in err
    status, _, err = await here.command("withdraw", "777")
    assert (status, err.partition(" ")[0]) == (0, "1")
    async with here.follow("articles.raw") as follower:
        rows = await follower.until(4)
    assert sorted(row.key for row in rows if row.key in {b"776", b"777"}) == [b"776", b"777", b"777"]


async def test_a_broken_file_costs_only_itself_and_skipped_files_are_named(cluster: Make, tmp_path: Path) -> None:
    here = cluster()
    await here.create("articles.raw")
    folder = tmp_path / "feed"
    for name in ("s1/index.txt", "s2/index.txt", "s2/other.txt", "s2/photo.jpg", "s2/.draft.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"Fog, seen from {name}.")
    (folder / "s1" / "broken.ndjson.gz").write_bytes(gzip.compress(b'{"text": "one"}\n')[:-4])
    (folder / "s2" / "leak.txt").symlink_to("/etc/passwd")
    status, _, err = await here.command("publish", str(folder / "s1"), str(folder / "s2"))
    assert status == 1
    assert f"{folder}/s1/broken.ndjson.gz: no complete gzip file" in err
    assert f"{folder}/s2/index.txt: would replace {folder}/s1/index.txt" in err
    assert f"skipped: {folder}/s2/photo.jpg: unknown ending" in err
    assert f"skipped: {folder}/s2/.draft.txt: hidden" in err
    assert f"skipped: {folder}/s2/leak.txt: a link that leaves the folder, to " in err
    assert err.splitlines()[-1] == f"2 published to {here.prefix}articles.raw, 2 refused, 3 skipped"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
async def test_an_interrupted_run_says_how_many_were_confirmed(cluster: Make, number: int, code: int) -> None:
    here = cluster()
    await here.create("articles.raw")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", "publish", "-",
        stdin=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "COPYDESK_BROKERS": here.broker.brokers, "COPYDESK_TOPIC_PREFIX": here.prefix},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert process.stdin
    assert process.stderr
    async with here.follow("articles.raw") as follower:
        process.stdin.write(b"".join(b'{"id": %d, "text": "Fog."}\n' % id_ for id_ in range(25)))
        await follower.until(25)
        process.send_signal(number)
        err = (await process.stderr.read()).decode()
        assert await process.wait() == code
    summary = f"25 published to {here.prefix}articles.raw, 0 refused; the rest was not sent"
    assert err == f"copydesk: interrupted: {summary}\n"
