"""Control characters in names, ids, reasons and texts: no command lets them reach the terminal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from copydesk.contracts.topics import topics
from harness.running import Cluster
from harness.terminal import terminal
from harness.viewing import dead, scored

Make = Callable[..., Cluster]

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b1m\u202egnp.exe\u2028\x7f\nforged: line\r"
CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2028)} - {"\n"}

embedded = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


def is_clean(text: str) -> None:
    """Check that a text commands no terminal, and has no line that comes from an article."""
    assert not set(text) & CONTROLS, repr(text)
    assert not any(line.startswith("forged") for line in text.splitlines()), text


@embedded
async def test_no_command_prints_control_characters(cluster: Make) -> None:
    here = cluster()
    await here.create(*topics(), partitions=1)
    id_ = f"x{EVIL}"
    headers = {**dead(), "dlq.exception.message": EVIL, "dlq.exception.stacktrace": f"Traceback\n{EVIL}", EVIL: EVIL}
    encoded = {name: value.encode() for name, value in headers.items()}
    article = scored(id_, EVIL, f"{EVIL} The mayor spoke.\n\n“We will build it”, said Ana Ruiz in Lisbon.", site=EVIL)
    await here.send("articles.scored", [(id_.encode(), article, {}), (id_.encode(), None, {})])
    await here.send("articles.cleaner.dlq", [(id_.encode(), EVIL.encode(), encoded)])
    await here.send("articles.raw", [(None, json.dumps({"id": id_, "text": EVIL}, ensure_ascii=False).encode(), {})])
    for arguments in (
        ("consume", "articles.scored", "--pretty"),
        ("consume", "articles.cleaner.dlq", "--pretty"),
        ("consume", "articles.raw", "--pretty"),
        ("dlq", "list"),
        ("dlq", "list", "--json"),
        ("dlq", "show", id_),
        ("dlq", "show", f"y{EVIL}"),
        ("dlq", "retry", "--all", "--dry-run"),
        ("dlq", "export"),
        ("trace", id_),
        ("trace", id_, "--json"),
        ("trace", f"y{EVIL}"),
        ("withdraw", f"{EVIL * 20}"),
        ("publish", f"/no/{EVIL}"),
        ("consume", EVIL),
    ):
        _, out, err = await here.command(*arguments)
        assert out or err
        is_clean(out.decode() + err)
    status, out, _ = await here.command("trace", id_, "--json")
    assert (status, len(out.splitlines())) == (0, 4)
    status, out, _ = await here.command("consume", "articles.scored", "--json", "--limit", "1")
    assert out.rstrip(b"\n") == article, "in a pipe a document keeps its bytes"
    async with terminal("consume", "articles.raw", "--json", environ=here.environ) as shown:
        assert await shown.ends() == 0
    is_clean(shown.screen.replace("\r\n", "\n"))


@embedded
async def test_publish_prints_no_control_characters_of_files(cluster: Make, tmp_path: Path) -> None:
    here = cluster()
    await here.create("articles.raw", partitions=1)
    folder = tmp_path / f"f{EVIL}".replace("/", "")
    folder.mkdir()
    for name in (f"a{EVIL}.txt", f"a{EVIL}.html", f"b{EVIL}.pdf", f"c{EVIL}.json", "d\udcff.txt.gz"):
        (folder / name).write_text(json.dumps({"id": 1.5, "text": EVIL}))
    status, out, err = await here.command("publish", str(folder))
    assert status == 1
    assert "\\x1b[2J" in err
    assert len(err.splitlines()) == 6
    is_clean(out.decode() + err)
