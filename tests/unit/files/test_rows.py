"""Rows of enriched articles, as spreadsheets and warehouses get them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from click.testing import CliRunner, Result
from pyarrow import parquet as pq

from copydesk.cli import main
from copydesk.files.rows import COLUMNS, csv_header, csv_line
from harness.require import ROOT

ARTICLE = json.dumps({
    "id": "a1", "url": "https://example.org/a", "title": "=Bridge closed", "authors": ["Ann Berg", "Carl Dahl"],
    "published_at": "2026-01-02T10:00:00Z", "language": "en",
    "text": "OSLO - The bridge over the river is closed, the council said on Monday.\n\n"
    '"We cannot say when it will open," said Eva Lund, the mayor.\n\n"It is too old," she said.',
})  # fmt: skip


@cache
def cleaned() -> str:
    """The article as the cleaner gives it; among the tests `all` means the test stages."""
    result = CliRunner().invoke(main, ["process", "--stage", "cleaner", "-"], input=ARTICLE)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def process(*options: str) -> Result:
    return CliRunner().invoke(main, ["process", "--stage", "extractor", *options, "-"], input=cleaned())


def table(*options: str) -> list[dict[str, str]]:
    result = process("--format", "csv", *options)
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.fixture(scope="module", autouse=True)
def small_model() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPYDESK_EXTRACTOR_MODEL", "sm")
        yield


def test_a_row_per_article() -> None:
    (row,) = table()
    assert tuple(row) == COLUMNS["articles"]
    assert (row["id"], row["title"], row["authors"]) == ("a1", "'=Bridge closed", "Ann Berg; Carl Dahl")
    assert (row["published_at"], row["site"], row["quotes"]) == ("2026-01-02T10:00:00.000Z", "example.org", "3")
    assert row["text"].count("\n\n") == 2


def test_a_row_per_quotation_with_its_speaker() -> None:
    rows = table("--quotes")
    assert [(row["speaker"], row["article_id"]) for row in rows if row["type"] == "direct"] == [("Eva Lund", "a1")] * 2
    assert "too old" in rows[-1]["text"]
    assert tuple(rows[0]) == COLUMNS["quotes"]


def test_conditions_choose_rows() -> None:
    rows = table("--entities", "--where", "type=person")
    assert [row["name"] for row in rows] == ["Eva Lund"]
    assert table("--entities", "--where", "type=person", "--where", "name=Nobody") == []


def test_rows_as_json() -> None:
    rows = [json.loads(line) for line in process("--quotes").stdout.splitlines()]
    assert [tuple(row) for row in rows] == [COLUMNS["quotes"]] * 3
    assert isinstance(rows[0]["start"], int)


@pytest.mark.parametrize(
    "options", [["--format", "csv", "--pretty"], ["--where", "colour=red"], ["--quotes", "--where", "score=1"]]
)
def test_impossible_options_are_wrong_use(options: Sequence[str]) -> None:
    assert process(*options).exit_code == 2


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-5 degrees", "@name", "\t=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    (row,) = csv.DictReader(io.StringIO((csv_header("articles") + csv_line({"title": text}, "articles")).decode()))
    assert row["title"] == f"'{text}"


def test_the_documented_columns_are_those_that_are_printed() -> None:
    page = (ROOT / "docs" / "warehouse.md").read_text(encoding="utf-8")
    for kind, columns in COLUMNS.items():
        (listed,) = re.findall(rf"^\*\*{kind.capitalize()}\*\*: (.*)$", page, flags=re.MULTILINE)
        assert tuple(re.findall(r"`([a-z_]+)`", listed)) == columns


def test_parquet_has_the_same_rows_as_csv() -> None:
    result = process("--format", "parquet", "--quotes")
    assert result.exit_code == 0, result.stderr
    typed = pq.read_table(io.BytesIO(result.stdout_bytes)).to_pylist()
    plain = [json.loads(line) for line in process("--quotes").stdout.splitlines()]
    assert len(typed) == len(plain) > 0
    for one, other in zip(typed, plain, strict=True):
        assert {name: cell for name, cell in one.items() if name != "published_at"} == {
            name: cell for name, cell in other.items() if name != "published_at"
        }
