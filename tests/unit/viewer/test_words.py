"""The page has words for every value that the stages write today."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any, get_args

import pytest

from copydesk.contracts.articles import Basis, Flag, Reason, Status, Structure
from copydesk.contracts.deadletter import DeadLetterReason
from copydesk.viewer.query import SORTS, STATES
from copydesk.viewer.summary import State

STATIC = files("copydesk.viewer") / "static"


def keys_of(file: str, constant: str) -> set[str]:
    """Keys of a JavaScript object, or first items of a list of pairs."""
    source = (STATIC / file).read_text(encoding="utf-8")
    (body,) = re.findall(rf"const {constant} = (?:\{{|\[)(.*?)(?:\}}|\n\]);\n", source, re.DOTALL)
    return set(re.findall(r"(?:^|[{,\n])\s*(?:\[\")?([a-z_]+)(?:\"|:)", body)) - {"__proto__"}


@pytest.mark.parametrize(
    ("file", "constant", "values", "wordless"),
    [
        ("words.js", "REASONS", Reason, set()),
        ("words.js", "FLAGS", Flag, {"none"}),
        ("words.js", "STRUCTURES", Structure, set()),
        ("words.js", "STATUSES", Status, {"ok"}),
        ("words.js", "STATES", State, set()),
        ("words.js", "DEATHS", DeadLetterReason, set()),
        ("speakers.js", "BASES", Basis, set()),
    ],
)
def test_every_value_has_words(file: str, constant: str, values: Any, wordless: set[str]) -> None:
    assert keys_of(file, constant) >= set(get_args(values)) - wordless


@pytest.mark.parametrize(("constant", "known"), [("STATES", STATES), ("SORTS", SORTS)])
def test_the_page_offers_what_the_server_knows(constant: str, known: dict[str, object]) -> None:
    assert keys_of("filters.js", constant) == set(known)
