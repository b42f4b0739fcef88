"""Unknown names get a suggestion."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from copydesk.cli import main


@pytest.mark.parametrize(
    ("typed", "meant"), [(["publsh"], "publish"), (["topics", "aply"], "apply"), (["dlq", "retrry"], "retry")]
)
def test_a_wrong_name_gets_a_suggestion(typed: list[str], meant: str) -> None:
    result = CliRunner().invoke(main, typed)
    assert result.exit_code == 2
    assert f"No such command '{typed[-1]}'; did you mean '{meant}'?" in result.stderr


def test_a_name_that_resembles_nothing_gets_none() -> None:
    result = CliRunner().invoke(main, ["xyzzy"])
    assert result.exit_code == 2
    assert "No such command 'xyzzy'." in result.stderr
    assert "did you mean" not in result.stderr
