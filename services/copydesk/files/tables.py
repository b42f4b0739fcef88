"""Articles in a table, one a row: CSV with any of the usual delimiters, and TSV."""

from __future__ import annotations

import csv
import io
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping
from typing import IO, Any, cast

import msgspec

from copydesk.files.decoding import decode
from copydesk.files.documents import READ_BYTES, Input, InputDocument, RefusedInput, too_large
from copydesk.files.field_names import ALIASES, FIELDS, rename_fields

TABLE_ENDINGS = (".csv", ".tsv")

DELIMITERS = ",;\t|"

Columns = Mapping[str, str]
"""Columns that the user names: the field of a raw article, and the column that has it."""


def read_table(stream: IO[bytes], origin: str, largest: int, columns: Columns, *, tabs: bool) -> Iterator[Input]:
    """Articles of a table with a line of column names, read row by row.

    Columns are known by copydesk's names and those that other tools use (`field_names.ALIASES`), in any case; others
    are kept in `metadata`.

    Args:
        stream: The table; UTF-8, UTF-16 with a mark, or Windows-1252.
        origin: Before the line's number, for messages.
        largest: Most bytes of an article.
        columns: Columns by the fields that they hold.
        tabs: True for TSV; else the delimiter is guessed from the first line.

    Yields:
        An article for each row; what is refused in its place: a row with other cells than the table has columns,
        an article that is too large, the rest of the table from a cell on that has no end.
    """
    buffered = cast("io.BufferedReader", stream)  # `formats` opens no other kind
    head = buffered.peek(READ_BYTES)[:READ_BYTES]
    text = io.TextIOWrapper(buffered, encoding=_encoding(head), errors="replace", newline="")
    csv.field_size_limit(largest)
    rows = csv.reader(text, delimiter="\t" if tabs else _delimiter(decode(head)))
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        if problem := columns_problem(names, columns):
            yield RefusedInput(origin, problem)
            return
        table = _Table(names, columns, largest)
        first = rows.line_num + 1
        for cells in rows:
            if cells:
                yield table.read_row(cells, f"{origin}{first}", first)
            first = rows.line_num + 1
    except csv.Error as error:
        reason = f"{error}: perhaps a quotation mark without its partner; the rest of the table is not read"
        yield RefusedInput(f"{origin}{rows.line_num}", reason, line=rows.line_num)
    finally:
        text.detach()  # the stream is not ours to close


class _Table:
    """Columns of a table, and articles of its rows."""

    def __init__(self, names: list[str], columns: Columns, largest: int) -> None:
        self._fields = fields_of(names, columns)
        self._largest = largest

    def read_row(self, cells: list[str], origin: str, line: int) -> Input:
        """Article of a row."""
        size = sum(map(len, cells)) + len(cells)
        if len(cells) > len(self._fields):
            reason = f"{len(cells)} cells, but {len(self._fields)} columns: is a delimiter in the text, unquoted?"
            return RefusedInput(origin, reason, size, line)
        given: dict[str, Any] = dict(zip(self._fields, cells, strict=False))
        value = msgspec.json.encode(rename_fields(given))
        if len(value) > self._largest:
            return RefusedInput(origin, too_large(len(value), self._largest), size, line)
        return InputDocument(origin, value, size, line)


def fields_of(names: list[str], columns: Columns) -> list[str]:
    """Names of the columns, where a column that the user named has the field that it holds."""
    chosen = {column.strip().lower(): field for field, column in columns.items()}
    return [chosen.get(name, name) for name in names]


def columns_problem(names: list[str], columns: Columns) -> str | None:
    """Problem of a table's columns, or None."""
    if unknown := sorted(set(columns) - FIELDS):
        return f"no field {', '.join(unknown)}: articles have {', '.join(sorted(FIELDS))}"
    if missing := sorted(column for column in columns.values() if column.strip().lower() not in names):
        return f"no column {', '.join(missing)}: the table has {', '.join(names)}"
    known = {"text", "html", *ALIASES["text"], *ALIASES["html"]}
    if not known.intersection(names) and not {"text", "html"}.intersection(columns):
        listed = ", ".join(names) or "no columns"
        return f"no column with the text: the table has {listed}. Name it: --column text=NAME"
    return None


def _encoding(head: bytes) -> str:
    """Encoding of a table by its first bytes."""
    if head.startswith(BOM_UTF8):
        return "utf-8-sig"
    if head[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # the last character may be cut
        return "utf-8" if error.start >= len(head) - 3 else "windows-1252"
    return "utf-8"


def _delimiter(head: str) -> str:
    """The delimiter that is most frequent in the line of column names."""
    line = head.lstrip("\ufeff\r\n").split("\n", 1)[0]
    return max(DELIMITERS, key=line.count)


__all__ = ["DELIMITERS", "TABLE_ENDINGS", "Columns", "columns_problem", "fields_of", "read_table"]
