"""`copydesk process --stage related` on articles of its own."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from copydesk.cli import main
from harness.relating import Recount
from harness.stories import make_log, to_scored


def test_copies_and_utterances_of_a_file_are_those_of_comparing_every_pair(tmp_path: Path) -> None:
    log = [one for one in make_log(11, 120) if one.text is not None]
    file = tmp_path / "scored.ndjson"
    lines = [to_scored(one) or b"" for one in log]
    file.write_bytes(b"\n".join([*lines, b"{broken", b'{"id":"a","text":"no quotes"}']) + b"\n")
    result = CliRunner().invoke(main, ["process", "--stage", "related", str(file)])
    assert result.exit_code == 1, "two lines are no articles, which is told"
    refused = [json.loads(line) for line in result.stderr.splitlines() if line[:1] == "{"]
    assert [(one["line"], one["stage"], one["reason"]) for one in refused] == [
        (len(log) + 1, "related", "invalid"),
        (len(log) + 2, "related", "invalid"),
    ]
    documents = [json.loads(line) for line in result.stdout.splitlines()]
    groups = {one["id"]: one["group"] for one in documents if one.get("group")}
    quotes = {one["id"]: one for one in documents if "sightings" in one}
    expected = Recount(log)
    assert {id_: frozenset(member["article"] for member in one["articles"]) for id_, one in groups.items()} == {
        id_: members for id_, (_, members) in expected.groups.items()
    }
    assert {
        id_: frozenset((sight["article"], sight["quote"]) for sight in one["sightings"]) for id_, one in quotes.items()
    } == {id_: sightings for id_, (_, sightings) in expected.utterances.items()}
    assert len(groups) > 3
    assert len(quotes) > 5


def test_what_it_cannot_draw_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.ndjson"
    file.write_bytes(b"\n")
    for options in (["--plot", str(tmp_path)], ["--format", "csv"]):
        assert CliRunner().invoke(main, ["process", "--stage", "related", *options, str(file)]).exit_code == 2
