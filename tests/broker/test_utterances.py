"""Utterances as people and programs read them: commands, and the recipe for SQL."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from harness.require import ROOT
from harness.running import Cluster

EXAMPLES = ROOT / "schemas" / "examples"
RECIPE = ROOT / "examples" / "utterances.py"
FULL = json.loads((EXAMPLES / "quotes.traced" / "1" / "full.json").read_bytes())
FULL["text"] = f"“{FULL['text']}”"  # as extractors write it
GROUP = json.loads((EXAMPLES / "articles.related" / "1" / "group-with-a-new-version.json").read_bytes())
MEMBER = json.loads((EXAMPLES / "articles.related" / "1" / "member.json").read_bytes())

pytestmark = pytest.mark.parametrize("broker", ["any"], indirect=True)


def record(document: dict[str, Any]) -> tuple[bytes, bytes, dict[str, bytes]]:
    id_ = document["id"].encode()
    return id_, json.dumps(document).encode(), {"ce_subject": id_}


async def filled(cluster: Callable[..., Cluster]) -> Cluster:
    here = cluster()
    await here.create("quotes.traced", "articles.related", partitions=2)
    other = FULL | {"id": "x/1#q1", "differently_attributed": False, "wording_differs": False}
    plain = [form | {"text": "The crane works again after all", "alarm": False} for form in FULL["forms"]]
    await here.send("quotes.traced", [record(FULL), record(other | {"forms": plain})])
    await here.send("articles.related", [record(GROUP), record(MEMBER)])
    return here


async def test_words_are_traced_on_the_topic(cluster: Callable[..., Cluster]) -> None:
    here = await filled(cluster)
    code, out, err = await here.command("trace-quote", "nobody from the ministry has come", "--json")
    assert (code, err) == (0, "1 of 2 utterances\n")
    assert json.loads(out)["id"] == FULL["id"]
    code, out, _ = await here.command("trace-quote", "--disputed")
    assert out.count(b"sources, ") == 1
    code, out, err = await here.command("trace-quote", "--since", "2031-01-01")
    assert (code, out, err) == (0, b"", "0 of 2 utterances\n")


async def test_what_changes_is_told_while_it_is_followed(cluster: Callable[..., Cluster]) -> None:
    here = await filled(cluster)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "copydesk", "trace-quote", "--follow", "--disputed", "--json",
        env={**os.environ, **here.environ}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            line = asyncio.ensure_future(process.stdout.readline())
            number = 0
            while not line.done():  # nobody tells when it listens
                number += 1
                await here.send("quotes.traced", [record(FULL | {"id": "new#q1", "more": number})])
                await asyncio.wait([line], timeout=1.0)
        assert json.loads(line.result())["id"] == "new#q1"
    finally:
        process.kill()
        await process.wait()


async def test_an_article_is_shown_with_all_that_belongs_to_it(cluster: Callable[..., Cluster]) -> None:
    here = await filled(cluster)
    code, out, _ = await here.command("related", "harbourpost/77")
    shown = out.decode()
    assert code == 0
    assert "copy of ap/1, origin ap/1" in shown
    assert f"{GROUP['group']['members']} articles of one text" in shown
    assert "differently attributed" in shown
    assert "““" not in shown
    code, out, _ = await here.command("related", "ap/1", "--json")
    assert [json.loads(line)["id"] for line in out.splitlines()][:2] == ["ap/1", FULL["id"]]
    code, _, err = await here.command("related", "nobody/1")
    assert (code, "nothing is known to belong to nobody/1" in err) == (1, True)


async def test_the_recipe_keeps_the_tables_as_the_topic_is(cluster: Callable[..., Cluster], tmp_path: Path) -> None:
    here = await filled(cluster)
    file = tmp_path / "utterances.db"
    first = await recipe(here, file)
    assert first["utterances"] == {FULL["id"], "x/1#q1"}
    assert len(first["sightings"]) == 2 * len(FULL["sightings"])
    await here.send("quotes.traced", [(b"x/1#q1", None, {"ce_subject": b"x/1#q1"}), record(FULL)])
    again = await recipe(here, file)
    assert again["utterances"] == {FULL["id"]}
    assert len(again["sightings"]) == len(FULL["sightings"])


async def recipe(here: Cluster, file: Path) -> dict[str, set[Any]]:
    """Run it up to the topic's end; what the tables hold then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(RECIPE), str(file), env={**os.environ, **here.environ}
    )
    async with asyncio.timeout(60):
        assert await process.wait() == 0
    with closing(sqlite3.connect(file)) as database:
        return {
            "utterances": {row[0] for row in database.execute("SELECT id FROM utterances")},
            "sightings": set(database.execute("SELECT utterance, article, quote FROM sightings")),
        }
