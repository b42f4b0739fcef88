"""Related articles over a broker: from `articles.scored` to groups of copies and traced quotations."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
from rocksdict import Options, Rdict

from harness.load import NUMBER
from harness.relating import Recount, Said, Told
from harness.running import Cluster, Follower, Row
from harness.stories import make_log, to_scored

STAGES = ("fingerprints", "related")
TOPICS = ("articles.scored", "articles.related", "quotes.traced", "articles.fingerprints.dlq")
SINGLE = ("related.keys", "related.changelog", "articles.related.dlq")
READ = ("articles.related", "quotes.traced", "related.keys", "related.changelog")

Make = Callable[..., Cluster]


async def make(cluster: Make, **environ: str) -> Cluster:
    here = cluster(**environ)
    await here.create(*TOPICS, partitions=3)
    await here.create(*SINGLE, partitions=1, configs={"related.changelog": {"cleanup.policy": "compact"}})
    return here


def records(log: list[Told], *, begin: int = 0) -> list[tuple[bytes, bytes | None, dict[str, bytes]]]:
    """The articles as they are sent, numbered from `begin`."""
    return [
        (one.id.encode(), to_scored(one), {"ce_ingestedtime": b"2026-11-25T00:00:00Z", NUMBER: b"%d" % number})
        for number, one in enumerate(log, begin)
    ]


def newest(rows: Iterable[Row], topic: str) -> dict[str, Any]:
    """Newest document of every key."""
    found = {row.key: row for row in sorted(rows, key=lambda row: row.offset) if row.topic == topic}
    return {row.document["id"]: row.document for row in found.values() if row.value is not None}


def read_log(rows: Iterable[Row], log: list[Told]) -> list[Told]:
    """The articles in the order in which they met: that of `related.keys`."""
    keys = sorted((row for row in rows if row.topic == "related.keys"), key=lambda row: row.offset)
    assert {row.partition for row in keys} == {0}
    return [log[int(row.headers[NUMBER])] for row in keys]


def check(rows: list[Row], log: list[Told]) -> None:
    """Groups and utterances are those that comparing every pair gives."""
    expected = Recount(read_log(rows, log))
    groups = {
        id_: (one["group"]["origin"], frozenset(member["article"] for member in one["group"]["articles"]))
        for id_, one in newest(rows, "articles.related").items()
        if one["group"]
    }
    quotes = {
        id_: (one["first"]["article"], frozenset((sight["article"], sight["quote"]) for sight in one["sightings"]))
        for id_, one in newest(rows, "quotes.traced").items()
    }
    assert groups == expected.groups
    assert quotes == expected.utterances
    assert len(groups) > 3
    assert len(quotes) > 5


def read_folder(folder: Path) -> dict[Any, Any]:
    """All rows of the only store below a folder."""
    (found,) = (path.parent for path in folder.rglob("CURRENT"))
    store = Rdict(str(found), Options(raw_mode=True))
    rows = dict(store.items())
    store.close()
    return rows


async def through(follower: Follower, count: int) -> None:
    """Wait until so many articles have met."""
    await follower.until(lambda rows: have_met(rows) >= count, 90)


def have_met(rows: list[Row]) -> int:
    """Number of articles before the input offset that the newest mark of the changelog names."""
    marks = [row.value for row in rows if row.topic == "related.changelog" and row.key == b"\x00mark" and row.value]
    offset = max((msgspec.msgpack.decode(value)[0] for value in marks), default=0)
    return len({row.headers[NUMBER] for row in rows if row.topic == "related.keys" and row.offset < offset})


async def test_groups_and_utterances_survive_kills(cluster: Make, tmp_path: Path) -> None:
    """With `make chaos` a kill for every thousand articles that it is told to send, on a log as much longer."""
    kills = max(1, int(os.environ.get("COPYDESK_CHAOS", "0")) // 1000)
    log = list(make_log(7, 75 * (kills + 1)))
    parts = [log[begin : begin + 75] for begin in range(0, len(log), 75)]
    here = cluster()
    # rows in a folder where it can be trusted, in memory where it is read anew at every start
    here = await make(cluster, **({"COPYDESK_STATE_DIR": str(tmp_path)} if here.broker.transactions else {}))
    async with here.follow(*READ) as follower:
        workers = [await here.run(stage) for stage in STAGES]
        for number, part in enumerate(parts):
            await here.send("articles.scored", records(part, begin=75 * number))
            if number == kills:
                break
            await through(follower, 75 * number + 20)  # in the middle of the work
            for worker in workers:
                worker.signal(signal.SIGKILL)
                await worker.ended()
            workers = [await here.run(stage) for stage in STAGES]
        await through(follower, len(log))
        await follower.settle(1.0)
        check(follower.rows, log)
        if here.broker.transactions:
            assert sum(row.topic == "related.keys" for row in follower.rows) == len(log), "every article once"
            ids = [row.headers["ce_id"] for row in follower.rows if row.topic in READ[:2]]
            assert len(ids) == len(set(ids)), "no document twice"
        for worker in workers:
            assert await worker.stop_when_ready() == 0


async def test_a_withdrawal_leaves_no_word_in_state_changelog_and_folder(cluster: Make, tmp_path: Path) -> None:
    word = "zanderquilt"
    said = f"We never sold a single {word} to anybody in the whole of the valley"
    here = await make(cluster, COPYDESK_STATE_DIR=str(tmp_path))
    first = Told("a/1", "a.example", 1_795_000_000_000, f"{said} " * 5, [Said("q1", said, "Ana Ruiz")])
    second = Told("b/1", "b.example", 1_795_000_000_000, f"{said} " * 5, [Said("q1", said, "Ana Ruiz")])
    async with here.follow(*READ) as follower:
        workers = [await here.run(stage) for stage in STAGES]
        await here.send("articles.scored", records([first, second]))
        await through(follower, 2)
        await follower.until(lambda rows: any(row.topic == "quotes.traced" for row in rows), 60)
        assert word in json.dumps(newest(follower.rows, "quotes.traced"))
        gone = [Told(one.id, one.site, one.at, None) for one in (first, second)]
        await here.send("articles.scored", records(gone, begin=2))
        await through(follower, 4)
        await follower.settle(1.0)
        assert newest(follower.rows, "quotes.traced") == newest(follower.rows, "articles.related") == {}
        for topic in ("related.keys", "related.changelog"):
            kept = {row.key: row.value for row in sorted(follower.of(topic), key=lambda row: row.offset)}
            assert not [key for key, value in kept.items() if value and word.encode() in value]
        for worker in workers:
            assert await worker.stop() == 0
    rows = read_folder(tmp_path)
    assert not [key for key, value in rows.items() if word.encode() in value or b"Ana Ruiz" in value]
    assert not [key for key in rows if key[:1] in {b"a", b"c", b"t", b"f", b"q", b"g", b"h", b"u", b"v"}]
