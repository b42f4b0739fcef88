"""Rows of enriched articles as a Parquet file, written a row group at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from copydesk.files.rows import COLUMNS, Cell, Kind, Row

GROUP_BYTES = 32 * 1024**2
"""Characters of text after which a row group is written: the memory that a table takes, whatever its length."""

GROUP_ROWS = 50_000
"""Rows after which a row group is written in any case."""

COUNTS = frozenset({"words", "quotes", "entities", "mentions", "quotes_said", "start", "end", "geoname_id"})
"""Columns of whole numbers."""

SHARES = frozenset({"noise_share", "score", "speaker_confidence", "confidence", "salience", "lat", "lon"})
"""Columns of fractions."""

TIMES = frozenset({"published_at"})
"""Columns of times, in UTC. All others are text."""


class ParquetRows:
    """A Parquet file of rows of one kind, compressed by zstd."""

    def __init__(self, stream: IO[bytes], kind: Kind) -> None:
        """Begin the file.

        Args:
            stream: Where it is written; it need not be seekable.
            kind: The rows, whose columns are those of `COLUMNS`.

        Raises:
            ModuleNotFoundError: pyarrow is not installed (extra `parquet`).
        """
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet as pq  # noqa: PLC0415 - ditto

        self._make_table = pa.Table.from_pylist
        self._columns = COLUMNS[kind]
        types = {name: pa.int64() for name in COUNTS} | {name: pa.float64() for name in SHARES}
        types |= {name: pa.timestamp("ms", tz="UTC") for name in TIMES}
        if kind == "articles":
            types["text"] = pa.large_string()  # a row group of a long text may pass 2 GiB
        self._schema = pa.schema([(name, types.get(name, pa.string())) for name in self._columns])
        self._file = pq.ParquetWriter(stream, self._schema, compression="zstd")
        self._rows: list[Mapping[str, Any]] = []
        self._bytes = 0

    def write(self, row: Row) -> None:
        """Add a row."""
        self._rows.append({name: _typed(name, row.get(name)) for name in self._columns})
        self._bytes += sum(len(cell) for cell in row.values() if isinstance(cell, str))
        if self._bytes >= GROUP_BYTES or len(self._rows) >= GROUP_ROWS:
            self._write_group()

    def close(self) -> None:
        """Write what is left and the end of the file, without which nothing of it can be read."""
        self._write_group()
        self._file.close()

    def _write_group(self) -> None:
        if self._rows:
            self._file.write_table(self._make_table(self._rows, schema=self._schema))
            self._rows, self._bytes = [], 0


def _typed(column: str, cell: Cell) -> Cell | datetime:
    return datetime.fromisoformat(str(cell)) if column in TIMES and cell is not None else cell


__all__ = ["ParquetRows"]
