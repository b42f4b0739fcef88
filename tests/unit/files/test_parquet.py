"""Parquet in and out: types, bounds, what is damaged."""

from __future__ import annotations

import gzip
import io
import json
import math
import sys
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from copydesk.contracts.articles import RawArticle
from copydesk.files.documents import InputDocument, RefusedInput
from copydesk.files.formats import read_file
from copydesk.files.parquet import ROWS
from copydesk.files.parquet_rows import GROUP_BYTES, ParquetRows
from copydesk.files.rows import COLUMNS

LARGEST = 100_000
BODY = "The harbour opens in spring, the master said on Monday. " * 6


def read(file: Path, columns: dict[str, str] | None = None) -> tuple[list[dict[str, Any]], list[str]]:
    """Articles and reasons of refusals."""
    found = list(read_file(file, Path(file.name), largest=LARGEST, columns=columns or {}))
    documents = [json.loads(one.value) for one in found if isinstance(one, InputDocument)]
    return documents, [one.reason for one in found if isinstance(one, RefusedInput)]


def write(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    """A Parquet file of columns."""
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_columns_of_other_tools_become_fields_and_types_become_json(tmp_path: Path) -> None:
    file = write(
        tmp_path / "feed.parquet",
        {
            "maintext": [BODY, BODY],
            "source_domain": ["example.org", None],
            "date_publish": [datetime(2026, 1, 2, 10, 30, tzinfo=UTC), None],
            "filedate": [date(2026, 1, 3), None],
            "authors": [["A. Berg", "C. Dahl"], []],
            "likes": [Decimal(12), Decimal("1.5")],
            "share": [math.nan, 0.5],
            "digest": [b"\xff\x00", b"ok"],
        },
    )
    (first, second), refused = read(file)
    assert refused == []
    assert first == {
        "text": BODY, "site": "example.org", "published_at": "2026-01-02T10:30:00Z",
        "fetched_at": "2026-01-03T00:00:00Z", "authors": ["A. Berg", "C. Dahl"],
        "metadata": {"likes": 12, "digest": "\ufffd\x00"},
    }  # fmt: skip
    assert second == {"text": BODY, "metadata": {"likes": 1.5, "share": 0.5, "digest": "ok"}}
    assert RawArticle.read(json.dumps(first).encode()).warnings == ()


def test_a_column_with_a_name_of_its_own_is_named(tmp_path: Path) -> None:
    file = write(tmp_path / "a.parquet", {"Prose": [BODY], "n": [1]})
    assert read(file) == ([], ["no column with the text: the table has prose, n. Name it: --column text=NAME"])
    assert read(file, {"text": "prose"})[0] == [{"text": BODY, "metadata": {"n": 1}}]


def test_an_article_that_is_too_large_costs_itself(tmp_path: Path) -> None:
    documents, refused = read(write(tmp_path / "a.parquet", {"text": [BODY, "x" * LARGEST, BODY]}))
    assert len(documents) == 2
    assert len(refused) == 1
    assert "the most that an article may have" in refused[0]


def test_memory_is_bounded_by_rows_and_not_by_the_file(tmp_path: Path) -> None:
    """One value of 90 kB for each of 20,000 rows: 2 GB, which a dictionary packs into a few hundred kB."""
    table = pa.table({"text": pa.array(["word " * 18_000] * 20_000).dictionary_encode()})
    pq.write_table(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 1_000_000
    before = pa.total_allocated_bytes()
    tracemalloc.start()
    most = 0
    documents = read_file(tmp_path / "a.parquet", Path("a.parquet"), largest=LARGEST, columns={})
    for _ in zip(range(40 * ROWS), documents, strict=False):
        most = max(most, pa.total_allocated_bytes() - before)
    assert most + tracemalloc.get_traced_memory()[1] < 64 * 1024**2
    tracemalloc.stop()


def test_a_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.parquet", {"text": ["0" * 1_000_000 + str(n) for n in range(60)]}, compression="zstd",
        compression_level=19, use_dictionary=False,
    )  # fmt: skip
    documents, refused = read(file)
    assert documents == []
    assert refused == ["column text decompresses to more than 200 times its size"]


def test_what_is_no_parquet_or_breaks_off_is_told(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.parquet", {"text": [BODY] * 3}).read_bytes()
    for name, content in {"empty": b"", "text": b"plain words", "cut": whole[: len(whole) // 2]}.items():
        file = tmp_path / f"{name}.parquet"
        file.write_bytes(content)
        documents, refused = read(file)
        assert documents == []
        assert len(refused) == 1
        assert refused[0].startswith("no Parquet behind row 0"), name
    damaged = bytearray(whole)
    damaged[4:200] = b"\xff" * 196
    (tmp_path / "damaged.parquet").write_bytes(damaged)
    documents, (reason,) = read(tmp_path / "damaged.parquet")
    assert documents == []
    assert "no Parquet" in reason


def test_a_compressed_one_is_refused(tmp_path: Path) -> None:
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(write(tmp_path / "a.parquet", {"text": [BODY]}).read_bytes()))
    assert read(packed) == (
        [], ["Parquet has a compression of its own, and is read from its end: decompress the file first"],
    )  # fmt: skip


def test_a_missing_extra_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "a.parquet", {"text": [BODY]})
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert read(file) == ([], ["reading .parquet needs pyarrow; in the checkout of copydesk: pip install '.[parquet]'"])


def test_rows_have_types_and_come_in_groups() -> None:
    stream = io.BytesIO()
    rows = ParquetRows(stream, "articles")
    long = "x" * (GROUP_BYTES // 2)
    for number in range(3):
        rows.write({"id": f"a{number}", "published_at": "2026-01-02T10:30:00Z", "words": 3, "score": 0.5, "text": long})
    rows.close()
    file = pq.ParquetFile(stream)
    assert file.schema_arrow.names == list(COLUMNS["articles"])
    assert file.num_row_groups == 2
    (first, *_), types = file.read().to_pylist(), file.schema_arrow
    assert first["published_at"] == datetime(2026, 1, 2, 10, 30, tzinfo=UTC)
    assert (first["words"], first["score"], first["status"], len(first["text"])) == (3, 0.5, None, len(long))
    assert (types.field("words").type, types.field("noise_share").type) == (pa.int64(), pa.float64())


@pytest.mark.parametrize("kind", sorted(COLUMNS))
def test_an_empty_table_has_its_columns(kind: Any) -> None:
    stream = io.BytesIO()
    ParquetRows(stream, kind).close()
    assert pq.ParquetFile(stream).schema_arrow.names == list(COLUMNS[kind])
