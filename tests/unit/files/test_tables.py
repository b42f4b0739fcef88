"""Tables of articles: CSV and TSV as spreadsheets, databases and scrapers write them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from copydesk.cli import main
from copydesk.files.documents import InputDocument, RefusedInput
from copydesk.files.field_names import rename_document
from copydesk.files.formats import read_file

LARGEST = 100_000

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def read(path: Path, **columns: str) -> list[dict[str, Any] | str]:
    """Articles of a table, and the reasons of those that are refused."""
    return [
        document.reason if isinstance(document, RefusedInput) else json.loads(document.value)
        for document in read_file(path, Path(path.name), largest=LARGEST, columns=columns)
    ]


def test_columns_are_known_by_the_names_of_other_tools(write: Write) -> None:
    table = (
        "URL;MainText;date_publish;source_domain;authors;shares\n"
        'https://e.org/a;"One; two.\nThree ""four"".";2026-01-02 10:30:00;e.org;Ann Berg; 12\n'
    )
    (article,) = read(write(table.replace("Ann Berg;", '"Ann Berg; Carl Dahl";')))
    assert article == {
        "text": 'One; two.\nThree "four".',
        "url": "https://e.org/a",
        "site": "e.org",
        "published_at": "2026-01-02T00:00:00Z",
        "authors": ["Ann Berg", "Carl Dahl"],
        "metadata": {"shares": " 12"},
    }


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_the_delimiter_is_guessed(write: Write, delimiter: str) -> None:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(
        [["id", "title", "text"], ["1", "A, b; c", "Some | text,\tand more."]]
    )
    assert read(write(text.getvalue())) == [{"text": "Some | text,\tand more.", "id": "1", "title": "A, b; c"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_guessed(write: Write, encoding: str) -> None:
    assert read(write("text\nDéjà vu – “so”\n".encode(encoding))) == [{"text": "Déjà vu – “so”"}]


def test_tsv_and_gzip(write: Write) -> None:
    assert read(write("text\ttitle\nA, b.\tC\n", "t.tsv")) == [{"text": "A, b.", "title": "C"}]
    assert read(write(gzip.compress(b"text,title\nA.,C\n"), "t.csv.gz")) == [{"text": "A.", "title": "C"}]


def test_a_column_with_a_name_of_its_own_is_named(write: Write) -> None:
    table = write("nr,brødtekst\n7,Det regnede.\n")
    (reason,) = read(table)
    assert reason == "no column with the text: the table has nr, brødtekst. Name it: --column text=NAME"
    assert read(table, text="Brødtekst", id="nr") == [{"text": "Det regnede.", "id": "7"}]
    (reason,) = read(table, text="body")
    assert reason == "no column body: the table has nr, brødtekst"


def test_a_broken_row_costs_itself(write: Write) -> None:
    first, second, third = read(write("text,title\nA.,B\nno, quotation, marks\nC.,D\n"))
    assert (first, third) == ({"text": "A.", "title": "B"}, {"text": "C.", "title": "D"})
    assert "3 cells, but 2 columns" in str(second)


def test_an_article_that_is_too_large_costs_itself(write: Write) -> None:
    rows = read(write(f"text,title\nA.,B\n{'x' * (LARGEST - 5)},B\nC.,D\n"))
    assert "are over 100,000" in str(rows[1])
    assert rows[2] == {"text": "C.", "title": "D"}


def test_a_quotation_mark_without_its_partner_takes_no_memory_and_is_told(write: Write) -> None:
    table = write('text\nA.\n"' + "endless,\n" * 1_000_000)
    tracemalloc.start()
    try:
        first, last = read(table)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert first == {"text": "A."}
    assert "a quotation mark without its partner" in str(last)
    assert peak < 5_000_000, "9 MB of table"


def test_an_empty_table_is_told(write: Write) -> None:
    assert read(write("")) == ["no column with the text: the table has no columns. Name it: --column text=NAME"]
    assert read(write("text\n")) == []


def test_rows_have_their_lines(write: Write) -> None:
    path = write('text\n"A\nb."\nC.\n')
    documents = list(read_file(path, Path(path.name), largest=LARGEST, columns={}))
    assert [document.origin for document in documents] == [f"{path}:2", f"{path}:4"]
    assert all(isinstance(document, InputDocument) for document in documents)


# ------------------------------------------------------------------------------------------ JSON of other tools


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (  # trafilatura
            {
                "title": "T",
                "author": "A B; C D",
                "hostname": "e.org",
                "date": "2026-01-02",
                "raw_text": "x y",
                "text": "x\ny",
                "source": "https://e.org/a",
                "fingerprint": "f1",
                "comments": "",
            },
            {
                "text": "x\ny",
                "url": "https://e.org/a",
                "site": "e.org",
                "title": "T",
                "published_at": "2026-01-02T00:00:00Z",
                "authors": ["A B", "C D"],
                "metadata": {"fingerprint": "f1", "raw_text": "x y"},
            },
        ),
        (  # newspaper4k
            {
                "url": "https://e.org/a",
                "title": "T",
                "text": "x",
                "meta_lang": "en",
                "publish_date": "2026-01-02T10:00:00+01:00",
                "authors": ["A B"],
                "top_image": None,
            },
            {
                "text": "x",
                "url": "https://e.org/a",
                "title": "T",
                "language": "en",
                "published_at": "2026-01-02T10:00:00+01:00",
                "authors": ["A B"],
            },
        ),
        ({"text": "x", "id": 7, "other": [1]}, {"text": "x", "id": 7, "other": [1]}),
    ],
)
def test_field_names_of_other_tools(given: dict[str, Any], wanted: dict[str, Any]) -> None:
    assert json.loads(rename_document(json.dumps(given).encode())) == wanted


@pytest.mark.parametrize("value", [b"[1]", b"null", b"{", b'{"a": ' * 2_000, b"\xff"])
def test_what_is_no_article_stays_as_it_is(value: bytes) -> None:
    assert rename_document(value) == value


# ------------------------------------------------------------------------------------------ the commands


def test_a_dry_run_shows_the_first_articles(write: Write) -> None:
    table = write("body,lang\n" + "".join(f"Article {n}.,en\n" for n in range(9)))
    result = CliRunner().invoke(main, ["publish", "--dry-run", str(table)])
    assert result.exit_code == 0
    assert [json.loads(line)["text"] for line in result.stdout.splitlines()] == [f"Article {n}." for n in range(5)]
    assert "nothing was sent; 5 of the first 5 articles would be" in result.stderr


def test_a_dry_run_says_what_would_be_refused(write: Write) -> None:
    table = write("story,title\nA.,B\n,C\n")
    result = CliRunner().invoke(main, ["publish", "--dry-run", str(table)])
    assert result.exit_code == 1
    assert "neither `text` nor `html`" in result.stderr
    assert "1 of the first 2" in result.stderr


def test_a_column_option_without_a_field_is_wrong_use() -> None:
    result = CliRunner().invoke(main, ["publish", "--dry-run", "--column", "story", "-"])
    assert result.exit_code == 2
    assert "say FIELD=COLUMN" in result.stderr
