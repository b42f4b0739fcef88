"""Topic names on the command line, and completion in the shell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from copydesk.cli import main


@pytest.mark.parametrize(("typed", "meant"), [("scored", "articles.scored"), ("article.cleaned", "articles.cleaned")])
def test_a_wrong_topic_gets_a_suggestion(typed: str, meant: str) -> None:
    result = CliRunner().invoke(main, ["consume", typed])
    assert result.exit_code == 2
    assert f"did you mean {meant}?" in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("copydesk re", {"related", "replay"}),
        ("copydesk dlq ", {"list", "show", "retry", "export"}),
        ("copydesk run c", {"cleaner", "coherence"}),
        ("copydesk consume articles.s", {"articles.scored", "articles.sites.dlq"}),
    ],
)
def test_the_shell_completes(words: str, expected: set[str]) -> None:
    environ = {**os.environ, "_COPYDESK_COMPLETE": "bash_complete", "COMP_WORDS": words}
    environ["COMP_CWORD"] = str(words.count(" "))
    code = "from copydesk.cli import main; main(prog_name='copydesk')"
    result = subprocess.run([sys.executable, "-c", code], env=environ, check=False, capture_output=True, text=True)
    assert {line.partition(",")[2] for line in result.stdout.splitlines()} == expected
