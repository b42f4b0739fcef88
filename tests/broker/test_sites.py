"""Site memory over a broker: the cleaner tells, the stage `sites` learns, the cleaner asks."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from harness.running import Cluster, Row

PLEA = "Listen to the evening edition wherever you are."
STORIES = [
    ("A new bus line will connect the hospital with the university from next month, the transport company announced.",
     "Buses will run every ten minutes on weekdays and every twenty minutes at weekends, its director said."),
    ("A school in the old town will close for six weeks because of damp in the roof, the office said on Wednesday.",
     "Pupils will be taught in two neighbouring schools until the roof has been repaired, parents were told."),
    ("Firefighters put out a blaze at a warehouse near the station in the early hours; nobody was hurt.",
     "The cause of the fire is not known, and the police have asked witnesses to come forward."),
    ("The harbour master said on Tuesday that the new quay would open before the summer, after four years of work.",
     "Fishing boats will use the eastern side, and ferries the western one, according to the plan."),
    ("The town's swimming club has won the regional championship for the third time in a row, by two points.",
     "Its coach, Ana Ruiz, said that the young swimmers had trained every morning since January."),
]  # fmt: skip

TOPICS = ("articles.raw", "articles.cleaned", "articles.cleaner.dlq")
SITES = ("sites.seen", "sites", "sites.changelog")


def article(number: int) -> tuple[bytes, bytes, dict[str, bytes]]:
    text = "\n\n".join([*STORIES[number % len(STORIES)], PLEA])
    document = {
        "id": f"hp/{number}", "url": f"https://www.harbourpost.example/{number}", "text": text,
        "published_at": f"2026-11-{10 + number}T08:00:00Z",
    }  # fmt: skip
    return document["id"].encode(), json.dumps(document).encode(), {}


def removed(row: Row) -> list[tuple[str, int | None]]:
    return [(block["reason"], block.get("seen")) for block in row.document["blocks"] if not block["kept"]]


def known(rows: list[Row]) -> int:
    """Number of articles that the newest record knows."""
    return max((row.document["articles"] for row in rows if row.topic == "sites" and row.value), default=0)


def knows(articles: int, rows: list[Row]) -> bool:
    return known(rows) == articles


async def test_a_site_is_learned_shown_corrected_and_forgotten(cluster: Callable[..., Cluster]) -> None:
    here = cluster()
    compacted = {name: {"cleanup.policy": "compact"} for name in SITES[1:]}
    await here.create(*TOPICS, *SITES, partitions=2, configs=compacted)
    async with here.follow("articles.cleaned", *SITES[:2]) as follower:
        learner, cleaner = await here.run("sites"), await here.run("cleaner")
        await learner.says("ready")
        await cleaner.says("tables read")
        for number in range(4):
            await here.send("articles.raw", [article(number)])
            await follower.until(partial(knows, number + 1), 90)
        # the cleaner follows the table; a worker that starts later has read it all
        assert await cleaner.stop() == 0
        later = await here.run("cleaner")
        keys = await later.says("tables read")
        assert keys["keys"] == {"sites": 1}
        await here.send("articles.raw", [article(4)])
        await follower.until(lambda rows: sum(row.topic == "articles.cleaned" for row in rows) == 5, 90)
        first, last = follower.of("articles.cleaned")[0], follower.of("articles.cleaned")[-1]
        assert all(reason != "repeated" for reason, _ in removed(first))
        assert first.document["cleaning"].get("memory") is None
        assert removed(last) == [("repeated", 4)]
        assert last.document["cleaning"]["memory"]["site"] == "harbourpost.example"
        version = last.document["cleaning"]["memory"]["version"]
        assert version in {row.document["version"] for row in follower.of("sites")}

        code, out, _ = await here.command("sites", "show", "harbourpost.example")
        assert code == 0
        assert b"Listen to the evening edition" in out
        key = next(one["key"] for one in follower.of("sites")[-1].document["keys"] if one["text"])
        code, _, err = await here.command("sites", "never", "harbourpost.example", key)
        assert (code, "1 excluded" in err) == (0, True)
        await follower.until(lambda rows: any(row.topic == "sites" and row.document.get("never") for row in rows), 60)
        code, out, _ = await here.command("sites", "list", "--json")
        assert json.loads(out)["site"] == "harbourpost.example"
        code, out, _ = await here.command("sites", "export", "--format", "phrases")
        assert (code, b"Listen to" in out) == (0, False)
        assert (await here.command("sites", "forget", "harbourpost.example"))[0] == 0
        await follower.until(lambda rows: any(row.topic == "sites" and row.value is None for row in rows), 60)
        code, _, err = await here.command("sites", "show", "harbourpost.example")
        assert (code, "nothing is known of harbourpost.example" in err) == (1, True)


async def test_a_replay_tells_the_learner_nothing(cluster: Callable[..., Cluster]) -> None:
    here = cluster()
    await here.create(*TOPICS, partitions=2)
    async with here.follow("articles.cleaned", "sites.seen") as follower:
        worker = await here.run("cleaner")
        await here.send("articles.raw", [article(0), article(1)])
        await follower.until(4, 90)
        assert await worker.stop() == 0
        code, out, err = await here.command("replay", "articles.raw", "--from", "2026-01-01", "--stage", "cleaner")
        assert code == 0, (out, err)
        await follower.until(lambda rows: sum(row.topic == "articles.cleaned" for row in rows) == 4, 60)
        await follower.settle(1.0)
        assert len(follower.of("sites.seen")) == 2
