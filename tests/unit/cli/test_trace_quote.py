"""`copydesk trace-quote` on articles of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from copydesk.cli import main
from harness.require import ROOT

EXAMPLE: dict[str, Any] = json.loads((ROOT / "schemas/examples/articles.extracted/1/minimal.json").read_text())
SAID = "We lost two boats in the storm, and nobody from the ministry has come to see the harbour"


def article(id_: str, said: str, speaker: str | None, day: int, body: str) -> bytes:
    quote = {
        "id": "q1", "type": "direct", "text": said, "start": 0, "end": 1, "section": "body", "confidence": 0.9,
        "speaker": {"name": speaker, "basis": "named" if speaker else "none", "confidence": 0.9},
    }  # fmt: skip
    text = f"{body} {id_} "
    document = EXAMPLE | {
        "id": id_, "site": id_.split("/", maxsplit=1)[0], "title": f"Storm {id_}", "text": text,
        "published_at": f"2026-11-{day:02}T08:00:00Z", "quotes": [quote],
    }  # fmt: skip
    return json.dumps(document).encode()


@pytest.fixture
def week(tmp_path: Path) -> Path:
    wire = " ".join(f"wire{number} text" for number in range(80))
    own = [" ".join(f"{name}{number} own" for number in range(80)) for name in ("a", "b", "c")]
    file = tmp_path / "week.ndjson"
    lines = [
        article("post/1", SAID, None, 5, own[0]),
        article("ap/1", SAID, "Ana Ruiz", 3, wire),
        article("times/1", SAID, "Ana Ruiz", 4, wire),
        article("echo/1", SAID.replace("two", "three"), "Ruiz", 6, own[1]),
        article("other/1", "The swimming club has won the championship for the third time in a row", None, 6, own[2]),
        b"{broken",
    ]
    file.write_bytes(b"\n".join(lines) + b"\n")
    return file


def run(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    result = CliRunner().invoke(main, ["trace-quote", *arguments])
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines() if line[:1] == "{"], result.stderr


def test_the_earliest_article_is_first_whatever_the_order_of_the_file(week: Path) -> None:
    code, (found,), err = run("nobody from the ministry has come", "--json", str(week))
    assert code == 1, "a line is no article, which is told"
    assert "week.ndjson:6" in err
    assert found["first"]["article"] == "ap/1"
    assert found["id"] == "post/1#q1", "the form that arrived first"
    assert [one["article"] for one in found["sightings"]] == ["ap/1", "times/1", "post/1", "echo/1"]
    assert [one["copy_of"] for one in found["sightings"]][1] == "ap/1"
    assert found["sources"] == 3, "a copy is no source of its own"


def test_speakers_are_joined_and_a_missing_name_is_known_from_others(week: Path) -> None:
    _, (found,), _ = run("", "--json", str(week))
    assert [(one["name"], one["sources"], one["articles"]) for one in found["speakers"]] == [
        ("Ana Ruiz", 2, ["ap/1", "times/1", "echo/1"]),
        (None, 1, ["post/1"]),
    ]
    assert found["name_from_others"] == "Ana Ruiz"
    assert found["differently_attributed"] is False
    assert found["wording_differs"] is True
    assert [form["changes"] for form in found["forms"]] == [[], ["number"]]
    assert [one["form"] for one in found["sightings"]] == [0, 0, 0, 1]


def test_it_is_told_to_people_and_never_as_an_accusation(week: Path) -> None:
    result = CliRunner().invoke(main, ["trace-quote", "", "--disputed", str(week)])
    assert "3 sources, 4 articles" in result.stdout
    assert "wording differs" in result.stdout
    assert "copy of ap/1" in result.stdout
    assert "where nobody is named, the others name Ana Ruiz" in result.stdout


def test_without_articles_it_says_what_to_do(tmp_path: Path) -> None:
    empty = tmp_path / "empty.ndjson"
    empty.write_bytes(b"\n")
    assert run("words", str(empty))[0] == 1
    assert "copydesk process" in run("words", str(empty))[2]
    assert run("words", "--follow", str(empty))[0] == 2
    assert run("words", "--window", "3")[0] == 2
