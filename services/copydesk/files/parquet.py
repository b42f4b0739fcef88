"""Articles in a Parquet file, one a row; read a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from typing import IO, Any

import msgspec

from copydesk.extras import install_hint
from copydesk.files.compression import FREE_BYTES, MAX_RATIO, InputError
from copydesk.files.documents import Input, InputDocument, RefusedInput, too_large
from copydesk.files.field_names import rename_fields
from copydesk.files.tables import Columns, columns_problem, fields_of

PARQUET_ENDING = ".parquet"

ROWS = 16
"""Rows in memory at a time: as many articles of the largest size are 80 MiB."""

MAX_METADATA_BYTES = 64 * 1024**2
"""Most bytes of the file's own description of its columns and row groups."""


def read_parquet(stream: IO[bytes], origin: str, largest: int, columns: Columns) -> Iterator[Input]:
    """Articles of a Parquet file. Columns are known by the same names as those of a table; lists and structs are kept.

    Args:
        stream: The file, not compressed from outside: Parquet is read from its end.
        origin: Before the row's number, for messages.
        largest: Most bytes of an article.
        columns: Columns by the fields that they hold.

    Yields:
        An article for each row; what is refused in its place: an article that is too large.

    Raises:
        InputError: pyarrow is not installed, or the file is no Parquet, is damaged, or unpacks to far more than its
            size.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet as pq  # noqa: PLC0415 - ditto
    except ModuleNotFoundError:
        raise InputError(f"reading .parquet needs pyarrow; {install_hint('parquet')}") from None
    if not stream.seekable():
        raise InputError("Parquet has a compression of its own, and is read from its end: decompress the file first")
    number = 0
    try:
        # without pre_buffer pages are read as they are needed, not a row group at once
        file = pq.ParquetFile(
            stream,
            pre_buffer=False,
            buffer_size=1 << 20,
            thrift_string_size_limit=MAX_METADATA_BYTES,
            thrift_container_size_limit=1_000_000,
        )
        _check_sizes(file.metadata)
        names = [name.strip().lower() for name in file.schema_arrow.names]
        if problem := columns_problem(names, columns):
            yield RefusedInput(origin, problem)
            return
        fields = fields_of(names, columns)
        for batch in file.iter_batches(batch_size=ROWS, use_threads=False):
            size = batch.nbytes // max(1, batch.num_rows)
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                given = dict(zip(fields, map(_plain, row), strict=True))
                value = msgspec.json.encode(rename_fields(given))
                yield (
                    InputDocument(f"{origin}{number}", value, size, number)
                    if len(value) <= largest
                    else RefusedInput(f"{origin}{number}", too_large(len(value), largest), size, number)
                )
    except (pa.ArrowException, OSError, ValueError) as error:  # a ValueError is pyarrow's, for text that is not UTF-8
        reason = " ".join(str(error).split())[:300]
        raise InputError(f"no Parquet behind row {number}: {type(error).__name__}: {reason}") from None


def _check_sizes(metadata: Any) -> None:
    """Refuse a file whose columns unpack to far more than their size.

    Raises:
        InputError: One does.
    """
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group)
        for index in range(rows.num_columns):
            chunk = rows.column(index)
            unpacked, packed = chunk.total_uncompressed_size, max(1, chunk.total_compressed_size)
            if unpacked > FREE_BYTES and unpacked > MAX_RATIO * packed:
                raise InputError(f"column {chunk.path_in_schema} decompresses to more than {MAX_RATIO} times its size")


def _plain(value: Any) -> Any:  # noqa: PLR0911 - one a type
    """A cell as JSON has it: times in RFC 3339's form, bytes as text, what is no number as null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, str | int | bool) or value is None:
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)


__all__ = ["PARQUET_ENDING", "read_parquet"]
