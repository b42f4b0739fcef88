"""The PostgreSQL recipe against a real server: upserts, withdrawals, and the same again."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from harness.postgres import postgres
from harness.require import ROOT
from harness.running import Cluster
from harness.viewing import TEXT, scored

RECIPE = ROOT / "examples" / "postgres.py"
PARTITIONS = 2
TABLES = {
    "articles": "SELECT id, title, url, published_at::text, body, people, places, score FROM articles ORDER BY id",
    "quotes": "SELECT * FROM quotes ORDER BY article, id",
}

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    with postgres() as address:
        yield address


async def recipe(here: Cluster, address: str) -> Rows:
    """Run it as a reader would, up to the topic's end; what the tables hold then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(RECIPE), address, env={**os.environ, **here.environ}, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(100):
        _, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    connection = await asyncpg.connect(address)
    try:
        return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in TABLES.items()}
    finally:
        await connection.close()


async def from_the_start(here: Cluster) -> None:
    """Have the group read everything once more, as after a crash before its first commit."""
    group = f"{here.prefix}postgres"
    consumer = AIOKafkaConsumer(bootstrap_servers=here.broker.brokers, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        every = [TopicPartition(f"{here.prefix}articles.scored", number) for number in range(PARTITIONS)]
        consumer.assign(every)
        await consumer.commit(dict.fromkeys(every, 0))
    finally:
        await consumer.stop()


@pytest.mark.parametrize("broker", ["any"], indirect=True)
async def test_the_tables_say_what_the_topic_says(cluster: Callable[..., Cluster], database: str) -> None:
    here = cluster()
    await here.create("articles.scored", partitions=PARTITIONS)
    hostile: dict[str, Any] = {
        "title": "Robert\0'); DROP TABLE articles;--",
        "published_at": "0001-01-01T00:00:00+02:00",
    }
    first = {id_: scored(id_, f"Of {id_}", said=2) for id_ in ("corrected", "withdrawn", "stays", "back")}
    first["hostile"] = scored("hostile", **hostile)
    await here.send("articles.scored", [(id_.encode(), value, {}) for id_, value in first.items()])
    before = await recipe(here, database)
    titles = {row[0]: row[1] for row in before["articles"]}
    assert set(titles) == set(first)
    assert titles["hostile"] == "Robert�'); DROP TABLE articles;--"
    assert all(row[4:8] == (TEXT, ["Ana Ruiz"], ["Lisbon"], 0.9) for row in before["articles"])
    assert len(before["quotes"]) == 2 * 4 + 1
    assert {row[2:] for row in before["quotes"]} == {("Ana Ruiz", "named", "“We will 🔋 build it”")}

    later: list[tuple[bytes, bytes | None, dict[str, bytes]]] = [
        (b"corrected", scored("corrected", "Put right", said=1, score=0.4), {}),
        (b"withdrawn", None, {}),
        (b"back", None, {}),
        (b"back", scored("back", "Back again", said=0), {}),
        (b"never-there", None, {}),
    ]
    await here.send("articles.scored", later)
    after = await recipe(here, database)
    assert {row[0]: (row[1], row[7]) for row in after["articles"]} == {
        "back": ("Back again", 0.9), "corrected": ("Put right", 0.4), "hostile": (titles["hostile"], 0.9),
        "stays": ("Of stays", 0.9),
    }  # fmt: skip
    assert [row[:2] for row in after["quotes"]] == [
        ("corrected", "q1"), ("hostile", "q1"), ("stays", "q1"), ("stays", "q2"),
    ]  # fmt: skip

    await from_the_start(here)
    assert await recipe(here, database) == after, "what comes again changes nothing"
