"""Options and output of rows: `--format csv --quotes --where type=direct`, for `consume` and `process`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, Self, get_args

import click

from copydesk.cli.parameters import Pair
from copydesk.cli.prerequisites import exit_with
from copydesk.contracts.articles import CleanedArticle, RawArticle
from copydesk.extras import install_hint
from copydesk.files.parquet_rows import ParquetRows
from copydesk.files.rows import COLUMNS, LINE, Condition, Kind, csv_header, matches, rows_of
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape_json

PARQUET = "parquet"
"""The one format that is no lines."""


class ConditionType(Pair):
    """Column and value."""

    name = "COLUMN=VALUE"

    def read(self, left: str, right: str | None) -> Condition:
        """The condition; a column that no kind of row has is refused."""
        known = {column for columns in COLUMNS.values() for column in columns}
        if right is None or left not in known:
            raise ValueError(f"say COLUMN=VALUE with a column of {', '.join(sorted(known))}")
        return Condition(left, right)


def row_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator that adds --format, --articles, --quotes, --entities and --where to a command."""
    options = [
        click.option(
            "--format", "format_", type=click.Choice([*LINE, PARQUET]), help="Print rows of a table; see --quotes. CSV"
            " is for spreadsheets: cells that would be formulas are made harmless. Parquet has typed columns.",
        ),
        *(
            click.option(f"--{kind}", "kind", flag_value=kind, help=f"Rows are {kind}{' (default)' * (not number)}.")
            for number, kind in enumerate(get_args(Kind))
        ),
        click.option(
            "--where", "conditions", type=ConditionType(), multiple=True,
            help="Only rows with this value in this column; may be given several times.",
        ),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


class RowWriter:
    """Prints the rows of articles; a context manager, at whose end a Parquet file is complete."""

    def __init__(self, format_: str, kind: Kind, conditions: Sequence[Condition]) -> None:
        """Print the line of column names of a CSV table.

        Raises:
            click.UsageError: A condition names a column that these rows do not have.
        """
        if unknown := [condition.column for condition in conditions if condition.column not in COLUMNS[kind]]:
            raise click.UsageError(f"no column {unknown[0]} in {kind}: there are {', '.join(COLUMNS[kind])}")
        self._kind, self._conditions = kind, conditions
        self._is_terminal = sys.stdout.isatty()
        self.rows = 0
        """Number of printed rows."""
        self._parquet = self._begin_parquet() if format_ == PARQUET else None
        self._line = LINE.get(format_)
        if format_ == "csv":
            self._print(csv_header(kind))

    def write(self, article: RawArticle | CleanedArticle) -> None:
        """Print the rows of an article."""
        for row in rows_of(article, self._kind):
            if matches(row, self._conditions):
                if self._line is not None:
                    self._print(self._line(row, self._kind))
                elif self._parquet is not None:
                    self._parquet.write(row)
                self.rows += 1
        sys.stdout.buffer.flush()

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write the end of a Parquet file."""
        if self._parquet is not None:
            self._parquet.close()
            sys.stdout.buffer.flush()

    def _begin_parquet(self) -> ParquetRows:
        if self._is_terminal:
            raise click.UsageError(f"Parquet is no text: write it to a file, > {self._kind}.parquet")
        try:
            return ParquetRows(sys.stdout.buffer, self._kind)
        except ModuleNotFoundError:
            exit_with(Exit.SETUP, f"--format parquet needs pyarrow; {install_hint('parquet')}")

    def _print(self, line: bytes) -> None:
        sys.stdout.buffer.write(escape_json(line.rstrip(b"\r\n")) + b"\n" if self._is_terminal else line)


def make_row_writer(format_: str | None, kind: Kind | None, conditions: Sequence[Condition]) -> RowWriter | None:
    """Writer of the rows that the options ask for, or None if they ask for none."""
    if format_ is None and kind is None and not conditions:
        return None
    return RowWriter(format_ or "ndjson", kind or "articles", conditions)


__all__ = ["RowWriter", "make_row_writer", "row_options"]
