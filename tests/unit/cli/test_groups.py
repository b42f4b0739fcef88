from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from copydesk.cli import main


@pytest.mark.parametrize(
    ("typed", "meant"), [(["publsh"], "publish"), (["topics", "aply"], "apply"), (["dlq", "retrry"], "retry")]
)
def test_a_wrong_name_gets_a_suggestion(typed: list[str], meant: str) -> None:
    told = CliRunner().invoke(main, typed)
    assert told.exit_code == 2
    assert f"No such command '{typed[-1]}'; did you mean '{meant}'?" in told.stderr


@pytest.mark.parametrize(("typed", "meant"), [("scored", "articles.scored"), ("article.cleaned", "articles.cleaned")])
def test_a_wrong_topic_gets_one_too(typed: str, meant: str) -> None:
    told = CliRunner().invoke(main, ["consume", typed])
    assert told.exit_code == 2
    assert f"did you mean {meant}?" in told.stderr


def test_what_is_like_nothing_gets_none() -> None:
    told = CliRunner().invoke(main, ["xyzzy"])
    assert told.exit_code == 2
    assert "No such command 'xyzzy'." in told.stderr
    assert "did you mean" not in told.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("copydesk re", {"replay"}),
        ("copydesk dlq ", {"list", "show", "retry", "export"}),
        ("copydesk run c", {"cleaner", "coherence"}),
        ("copydesk consume articles.s", {"articles.scored"}),
    ],
)
def test_the_shell_completes(words: str, expected: set[str]) -> None:
    environ = {**os.environ, "_COPYDESK_COMPLETE": "bash_complete", "COMP_WORDS": words}
    environ["COMP_CWORD"] = str(words.count(" "))
    code = "from copydesk.cli import main; main(prog_name='copydesk')"
    told = subprocess.run([sys.executable, "-c", code], env=environ, check=False, capture_output=True, text=True)
    assert {line.partition(",")[2] for line in told.stdout.splitlines()} == expected
