"""Memory without a broker: what stages remember from file to file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from copydesk_teststages import tally

from copydesk.runtime import execution
from copydesk.runtime.local_memory import LocalMemory, MemoryFileError, encode_value
from copydesk.stage import find

ARTICLE = json.dumps({"id": "a", "text": "some words", "metadata": {"number": 1}}).encode()


def count(memory: LocalMemory) -> int:
    """Number that the counting stage gives to one more article."""
    outcome = execution.run(tally, execution.load(tally), ARTICLE, None, memory.of(tally))
    memory.take(tally, outcome)
    found: int = json.loads(outcome.value)["count"]
    return found


def test_what_was_remembered_is_read_again_and_the_file_is_the_same_for_the_same_articles(tmp_path: Path) -> None:
    one, other = LocalMemory(), LocalMemory()
    assert [count(one), count(one), count(other), count(other)] == [1, 2, 1, 2]
    one.write(tmp_path / "one")
    other.write(tmp_path / "other")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    again = LocalMemory()
    again.read(tmp_path / "one")
    assert count(again) == 3
    assert list(tmp_path.iterdir()) in ([tmp_path / "one", tmp_path / "other"], [tmp_path / "other", tmp_path / "one"])


def test_a_table_is_read_as_it_is_exported(tmp_path: Path) -> None:
    file = tmp_path / "sites.ndjson"
    file.write_bytes(encode_value("sites", "paper.example", b'{"site":"paper.example"}') + b"\n\n")
    memory = LocalMemory()
    memory.read(file)
    found = memory.of(find("cleaner"))
    assert found is not None
    assert found.tables["sites"].get_many([b"paper.example", b"other"]) == [b'{"site":"paper.example"}', None]


def test_a_learner_fills_the_table_that_others_look_up() -> None:
    cleaner, sites = find("cleaner"), find("sites")
    memory = LocalMemory([sites])
    page = execution.EncodedRecord(
        "sites.seen", b"paper.example", b'{"id":"a","site":"paper.example","pin":["Pinned line"]}'
    )
    memory.take(cleaner, execution.Outcome(disposition="passed", article_id="a", records=(page,)))
    found = memory.of(cleaner)
    assert found is not None
    assert b"Pinned line" in (found.tables["sites"].get(b"paper.example") or b"")


@pytest.mark.parametrize(
    "line", [b"{", b"{}", b'{"state": "tally", "key": "!", "value": "eA=="}', b'{"state": "x", "value": 5}']
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "memory.ndjson"
    file.write_bytes(encode_value("sites", "a", b"{}") + b"\n" + line + b"\n")
    with pytest.raises(MemoryFileError, match="line 2"):
        LocalMemory().read(file)
