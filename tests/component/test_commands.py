"""Commands that need no broker: exit codes, and their output in a pipe."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from copydesk.cli import main
from copydesk.runtime.exits import Exit
from harness.brokers import free_port_pair
from harness.require import ROOT
from harness.running import SOURCES, STAGES, run_command

COMMANDS = (
    "up",
    "demo",
    "run",
    "publish",
    "withdraw",
    "consume",
    "process",
    "topics",
    "schemas",
    "stages",
    "dlq",
    "lag",
    "trace",
    "health",
    "replay",
    "doctor",
    "viewer",
)
SEED = ROOT / "services" / "copydesk" / "samples" / "000_326d0f3b89965fac.txt"


def line(**document: object) -> bytes:
    return json.dumps(document).encode() + b"\n"


async def test_help_has_four_groups_and_no_command_is_missing() -> None:
    status, out, err = await run_command("--help")
    assert (status, err) == (0, "")
    text = out.decode()
    for title in ("First steps:", "Articles:", "Workers:", "Operations:"):
        assert title in text
    for command in COMMANDS:
        assert f"\n  {command} " in text
        status, _, _ = await run_command(command, "--help")
        assert status == 0


async def test_process_keeps_the_order_and_reports_refused_documents(tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.ndjson"
    stdin = (
        line(id="a", text="The first article has one sentence that says so.")
        + b"{not json\n\n"
        + line(id="b", text=" ")
        + line(id="c", text="The third article is here as well, and it is the last.", metadata={"k": [1]})
    )
    status, out, err = await run_command("process", "--stage", "cleaner", "--rejects", str(rejects), stdin=stdin)
    assert (status, err) == (1, "")
    documents = [json.loads(each) for each in out.splitlines()]
    assert [document["id"] for document in documents] == ["a", "c"]
    assert documents[1]["metadata"] == {"k": [1]}
    refusals = [json.loads(each) for each in rejects.read_text().splitlines()]
    assert [(each["line"], each["id"], each["stage"], each["reason"]) for each in refusals] == [
        (2, None, "cleaner", "invalid"),
        (4, "b", "cleaner", "invalid"),
    ]
    await run_command("process", "--stage", "cleaner", "--rejects", str(rejects), stdin=b"")
    assert rejects.read_text() == "", "refusals of an earlier run are still there"


async def test_process_takes_all_stages_in_their_order() -> None:
    stdin = line(id="seed", text=SEED.read_text(encoding="utf-8"))
    status, out, err = await run_command("process", stdin=stdin)
    assert (status, err) == (0, "")
    document = json.loads(out)
    assert [entry["stage"] for entry in document["provenance"]] == ["cleaner", "extractor", "coherence"]
    assert document["coherence"]["status"] == "ok"
    assert any(quote["speaker"]["name"] for quote in document["quotes"])


async def test_a_failed_write_is_no_refused_input() -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "copydesk", "process", "--stage", "cleaner", str(SEED),
            stdout=full, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, err = await process.communicate()
    finally:
        os.close(full)
    assert process.returncode == Exit.RESTART
    assert err.decode().startswith("copydesk: ")
    assert err.count(b"\n") == 1


async def test_a_terminal_without_unicode_shows_what_it_can() -> None:
    status, out, err = await run_command(
        "process", "--stage", "cleaner", "--pretty", str(SEED), environ={"PYTHONIOENCODING": "ascii"}
    )
    assert (status, err) == (0, "")
    assert b"? photo" in out


async def test_process_gives_the_same_bytes_twice() -> None:
    stdin = line(id="seed", text=SEED.read_text(encoding="utf-8"))
    assert (await run_command("process", stdin=stdin))[1] == (await run_command("process", stdin=stdin))[1]


async def test_metadata_with_line_breaks_stays_to_single_line() -> None:
    """A broker's message can have them, unlike a line of NDJSON."""
    from copydesk.cli.render.json_lines import to_single_line

    pretty = b'{"id": "a",\r\n "metadata": {\n  "k": "v\\n"}}'
    assert b"\n" not in to_single_line(pretty)
    assert json.loads(to_single_line(pretty)) == json.loads(pretty)


async def test_process_shows_each_stage_for_people(tmp_path: Path) -> None:
    """All stages in a pipe: no colours, removed blocks, quotes with speakers, relevance of each paragraph."""
    plots = tmp_path / "plots"
    status, out, err = await run_command("process", "--pretty", "--plot", str(plots), str(SEED))
    assert (status, err) == (0, "")
    text = out.decode()
    assert "\x1b" not in text
    assert "✂ photo" in text
    assert "(role)" in text
    assert "one story" in text
    assert [path.name for path in plots.iterdir()] == [f"{SEED.stem}.svg"]

    status, out, _ = await run_command("process", "--stage", "cleaner", str(SEED))
    assert status == 0
    cleaned = tmp_path / "cleaned.ndjson"
    cleaned.write_bytes(out)
    status, out, err = await run_command("process", "--stage", "extractor", "--pretty", str(cleaned))
    assert (status, err) == (0, "")
    assert "[Putin (named)]" in " ".join(out.decode().split())


async def test_process_draws_only_what_was_scored(tmp_path: Path) -> None:
    status, _, err = await run_command("process", "--stage", "cleaner", "--plot", str(tmp_path), str(SEED))
    assert status == 2
    assert "--stage coherence" in err


async def test_process_without_input_gives_no_output() -> None:
    assert await run_command("process", "--stage", "cleaner") == (0, b"", "")


async def test_process_survives_every_kind_of_line() -> None:
    stdin = b"\n".join(
        [
            line(id="half", text="Half an emoji \ud83d is no reason to lose an article.").strip(),
            b'{"id": "deep", "text": "x", "metadata": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
            b"[" * 100_000,
            b'"text"',
            b"\xff\xfe\x00",
            line(id="long", text="word " * 400_000).strip(),
            line(id="marks", text='"' * 10_000).strip(),
            line(id="nul", text="a\u0000b\u202ec " * 50).strip(),
        ]
    )
    status, out, err = await run_command("process", "--stage", "cleaner", stdin=stdin)
    assert status == 1
    assert [json.loads(each)["id"] for each in out.splitlines()] == ["half", "long", "marks", "nul"]
    assert len(err.splitlines()) == 4


async def test_an_unknown_stage_is_wrong_use_and_names_the_others() -> None:
    status, out, err = await run_command("process", "--stage", "sorter")
    assert (status, out) == (2, b"")
    assert "cleaner, coherence, extractor" in err
    status, _, err = await run_command("run", "sorter")
    assert status == 2
    assert "no stage 'sorter'" in err


async def test_stages_lists_a_third_partys_too() -> None:
    status, out, _ = await run_command("stages", "--json", environ={"PYTHONPATH": str(STAGES)})
    assert status == 0
    names = [json.loads(each)["name"] for each in out.splitlines()]
    assert set(names) == {
        "cleaner",
        "coherence",
        "extractor",
        "fingerprints",
        "probe",
        "related",
        "relay",
        "sites",
        "tally",
    }
    assert [name for name in names if name in SOURCES] == list(SOURCES), "in the order in which an article passes them"


async def test_topics_list_in_a_pipe() -> None:
    status, out, err = await run_command("topics", "list")
    assert (status, err) == (0, "")
    assert b"\x1b" not in out
    assert out.startswith(b"articles.raw ")
    status, out, _ = await run_command("topics", "list", "--json")
    assert [json.loads(each)["name"] for each in out.splitlines()][:2] == ["articles.raw", "articles.cleaned"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("topics", "check"),
        ("topics", "apply"),
        ("publish", str(SEED)),
        ("consume", "articles.scored"),
        ("withdraw", "a"),
        ("dlq", "list"),
        ("dlq", "show", "a"),
        ("dlq", "retry", "--all"),
        ("dlq", "export"),
        ("lag",),
        ("trace", "a"),
        ("replay", "articles.raw", "--stage", "cleaner", "--from", "2026-01-01"),
        ("viewer", "--port", "0"),
    ],
)
async def test_a_broker_that_is_away_is_exit_3_and_to_single_line(arguments: tuple[str, ...]) -> None:
    status, out, err = await run_command(*arguments, environ={"COPYDESK_BROKERS": f"127.0.0.1:{free_port_pair()}"})
    assert (status, out) == (3, b"")
    assert "no broker answers" in err
    assert "copydesk up" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("publish",),
        ("publish", "no-such-file.txt"),
        ("consume", "no.topic"),
        ("consume", "articles.raw", "--from", "once"),
        ("consume", "articles.raw", "--from", "1960-01-01"),
        ("dlq", "list", "--since", "1969-12-31T23:59:59Z"),
        ("withdraw",),
        ("dlq", "retry"),
        ("dlq", "list", "--since", "once"),
        ("lag", "--stage", "sorter"),
        ("trace",),
        ("replay", "articles.raw", "--stage", "extractor", "--from", "2026-01-01"),
        ("doctor", "--stage", "sorter"),
        ("topics", "apply", "--partitions", "0"),
        ("viewer", "--port", "-1"),
        ("demo", "--timeout", "0"),
        ("stages", "--what"),
        ("schemas", "check", "--folder", "no-such-folder"),
    ],
)
def test_wrong_use_is_exit_2(arguments: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Error" in result.stderr


async def test_health_without_a_worker_is_exit_1(tmp_path: Path) -> None:
    status, _, err = await run_command(
        "health", "cleaner", environ={"COPYDESK_HEALTH_FILE": str(tmp_path / "none.json")}
    )
    assert status == 1
    assert "none runs" in err


async def test_health_tells_every_worker_of_this_machine(tmp_path: Path) -> None:
    environ = {"TMPDIR": str(tmp_path)}
    status, _, err = await run_command("health", "cleaner", environ=environ)
    assert (status, "no worker of cleaner has reported in" in err) == (1, True)
    folder = tmp_path / f"copydesk-{os.getuid()}"
    folder.mkdir(mode=0o700)
    ended = await asyncio.create_subprocess_exec("true")
    await ended.wait()
    # of three workers one was killed: its report says nothing about those that run
    for pid, state in ((os.getpid(), "ready"), (os.getppid(), "halted"), (ended.pid, "stalled")):
        report = {"stage": "cleaner", "pid": pid, "state": state, "reason": None, "checked": time.time()}
        (folder / f"cleaner.{pid}.health.json").write_text(json.dumps(report))
    status, out, _ = await run_command("health", "cleaner", environ=environ)
    assert (status, len(out.splitlines())) == (0, 2)
    assert f"cleaner: halted (0 partitions, 0 in hand), process {os.getppid()}\n" in out.decode()
    status, out, _ = await run_command("health", "--ready", "--json", environ=environ)
    reports = [json.loads(line) for line in out.splitlines()]
    assert status == 1
    assert {report["worker"]["pid"]: report["problem"] for report in reports} == {
        os.getpid(): None,
        os.getppid(): "halted",
    }


async def test_up_refuses_what_it_cannot_scale() -> None:
    for value in ("sorter=2", "cleaner=0", "cleaner=many", "cleaner"):
        status, _, err = await run_command("up", "--scale", value)
        assert status == 2, value
        assert "--scale" in err
