"""`copydesk process`: run articles through the stages without a broker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import click
import msgspec
import orjson

from copydesk.cli.catalogue import known_topics
from copydesk.cli.parameters import column_option
from copydesk.cli.prerequisites import exit_with, find_stage, load_stages
from copydesk.cli.process_related import RELATED, relate
from copydesk.cli.progress import Progress
from copydesk.cli.render.json_lines import to_single_line
from copydesk.cli.row_output import RowWriter, make_row_writer, row_options
from copydesk.contracts.articles import CleanedArticle, Document, ExtractedArticle, ScoredArticle
from copydesk.extras import install_hint
from copydesk.files.documents import Input, InputDocument, RefusedInput, read_lines
from copydesk.files.field_names import rename_input
from copydesk.files.formats import read_file
from copydesk.files.inputs import STDIN, find_inputs
from copydesk.files.rows import Condition, Kind
from copydesk.files.tables import Columns
from copydesk.runtime import execution
from copydesk.runtime.exits import Exit
from copydesk.runtime.local_memory import LocalMemory, MemoryFileError
from copydesk.stage import Stage
from copydesk.terminal_text import escape, escape_json

LoadedStage = tuple[Stage, Callable[[Any], Any]]
Write = Callable[[bytes], None]


@click.command(name="process")
@click.option(
    "--stage", "name", default="all", show_default=True, metavar="NAME", help="A stage, or all in their order."
)
@click.option(
    "--rejects", type=click.File("wb", lazy=False), help="File for refused documents, one JSON object per line."
)
@click.option("--pretty", is_flag=True, help="Print each article readably instead of as JSON.")
@click.option(
    "--plot",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for one SVG per article: the relevance of its paragraphs (needs the stage coherence).",
)
@click.option(
    "--site-memory",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of what is known of sites: what stands in several stories of one is removed from the next.",
)
@click.option("--learn", is_flag=True, help="Learn from these articles, in their order, and write --site-memory anew.")
@row_options
@column_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path), default="-")
def command(
    name: str,
    rejects: IO[bytes] | None,
    columns: Sequence[tuple[str, str]],
    site_memory: Path | None,
    file: Path,
    *,
    learn: bool,
    format_: str | None,
    kind: Kind | None,
    conditions: Sequence[Condition],
    pretty: bool,
    plot: Path | None,
) -> None:
    """Run articles through the stages without a broker.

    Reads FILE or NDJSON on standard input, and prints NDJSON in the same order. A .txt or .html file is one article, a
    .json file one article or an array, a .csv, .tsv or .parquet file one a row, a .warc file one a page, a feed one an
    entry; each also with .gz, .bz2, .xz or .zst. Documents that a stage refuses are not printed; they are reported in
    --rejects, or else on standard error (line, id, stage, reason, class, message), and the exit code is then 1.
    --format, --quotes and the like print a table, as `consume` does.

    With --stage related, articles with quotations are read to the end; then groups of copies and versions are printed,
    and the same words said in several articles.

    With --site-memory, what a site has shown in several of its stories is removed, too. The file is one that --learn
    wrote, or records of sites as `copydesk sites export` prints them.

    \b
    Examples:
      copydesk process --pretty page.html
      copydesk process --stage cleaner < scraped.ndjson > clean.ndjson
      copydesk process --plot strips scraped.ndjson | jq .coherence.score
    """  # noqa: D301 - `\b` tells click to keep the line breaks
    found = find_inputs([file])
    memory = _open_memory(site_memory, learn=learn)
    if sys.stderr.isatty():
        click.echo(f"copydesk: loading {'all stages' if name == 'all' else name} ...", err=True)
    stages = load_stages(name)
    rows = make_row_writer(format_, kind, conditions)
    write = _make_writer(stages[-1][0].output, rows, pretty=pretty, plot=plot)
    refused = 0
    # the progress line would be in the way of results on the same terminal
    with Progress("processing", found.bytes, shown=not sys.stdout.isatty()) as progress, rows or nullcontext():

        def refuse(refusal: bytes) -> None:
            nonlocal refused
            refused += 1
            if rejects is None:
                progress.say(escape_json(refusal).decode())
            else:
                rejects.write(refusal + b"\n")
                rejects.flush()

        def read() -> Iterator[InputDocument]:
            columns_of_raw = dict(columns) if stages[0][0].source == "articles.raw" else None
            for document in _read(file, columns_of_raw, progress.say):
                progress.add(1, units=document.size)
                if isinstance(document, RefusedInput):
                    refuse(_describe_unread(document, stages[0][0]))
                else:
                    yield document

        if stages[0][0].name == RELATED:
            relate(read(), write, lambda line, outcome: refuse(_describe_refusal(line, stages[0][0], outcome)))
        else:
            for document in read():
                stage, outcome = _run_stages(stages, document.value, memory)
                if outcome.disposition != "passed":
                    refuse(_describe_refusal(document.line, stage, outcome))
                elif not outcome.silent:
                    write(outcome.value)
    if learn and site_memory is not None:
        memory.write(site_memory)
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


def _make_writer(output: type[msgspec.Struct], rows: RowWriter | None, *, pretty: bool, plot: Path | None) -> Write:
    """Function that prints a result, and draws it if wanted; impossible options end the command."""
    if plot is not None and not issubclass(output, ScoredArticle):
        raise click.UsageError("--plot needs the results of the stage coherence: give --stage coherence, or all")
    if pretty and find_spec("rich") is None:
        exit_with(Exit.SETUP, f"--pretty needs rich; {install_hint('cli')}")
    document = output if issubclass(output, Document) else Document
    if rows is None:
        show = _make_printer(document) if pretty else _write_line
    elif pretty or not issubclass(document, CleanedArticle):
        raise click.UsageError("--format, --articles, --quotes, --entities and --where need articles, without --pretty")
    else:
        show = _make_row_printer(document, rows)
    if plot is None:
        return show
    draw = _make_plotter(plot)

    def draw_and_show(value: bytes) -> None:
        draw(value)
        show(value)

    return draw_and_show


def _write_line(value: bytes) -> None:
    line = to_single_line(value)
    sys.stdout.buffer.write((escape_json(line) if sys.stdout.isatty() else line) + b"\n")
    sys.stdout.buffer.flush()


def _make_row_printer(document: type[CleanedArticle], rows: RowWriter) -> Write:
    return lambda value: rows.write(document.read(value, None))


def _make_printer(document: type[Document]) -> Write:
    """Function that prints an article readably, in the form that suits its last stage."""
    from copydesk.cli.render import overview, quotations, relevance_table  # noqa: PLC0415 - rich, an extra

    console = overview.make_console()

    def show(value: bytes) -> None:
        article = document.read(value, None)
        if type(article) is ExtractedArticle:
            quotations.print_quotations(article, console)
        elif isinstance(article, ScoredArticle):
            overview.print_article(article, console)
            relevance_table.print_relevance(article, console)
        elif isinstance(article, CleanedArticle):
            overview.print_article(article, console)
        else:
            console.print_json(escape_json(to_single_line(value)).decode(), ensure_ascii=True)

    return show


def _make_plotter(folder: Path) -> Write:
    """Function that writes an article's picture into a folder."""
    from copydesk.cli.render import relevance_svg  # noqa: PLC0415 - only --plot needs it

    folder.mkdir(parents=True, exist_ok=True)

    def draw(value: bytes) -> None:
        article = ScoredArticle.read(value, None)
        (folder / relevance_svg.file_name(article)).write_text(relevance_svg.draw(article), encoding="utf-8")

    return draw


def _read(file: Path, columns: Columns | None, say: Callable[[str], None]) -> Iterator[Input]:
    """Documents of a file, or of standard input, one per line; `columns` as in `read_file`."""
    largest = max(topic.max_message_bytes for topic in known_topics().values())  # the input of any stage
    if file != STDIN:
        note = partial(_say_skipped, say)
        return read_file(file, Path(file.name), largest=largest, columns=columns, on_skipped=note)
    lines = read_lines(sys.stdin.buffer, "line ", largest)
    return lines if columns is None else map(rename_input, lines)


def _open_memory(file: Path | None, *, learn: bool) -> LocalMemory:
    """Memory of this run; a file that cannot be read ends the command."""
    if file is None:
        if learn:
            raise click.UsageError("--learn needs --site-memory FILE")
        return LocalMemory()
    if not learn and not file.exists():
        raise click.BadParameter(f"{file} does not exist: --learn makes it", param_hint="--site-memory")
    memory = LocalMemory([find_stage("sites")] if learn else ())
    try:
        if file.exists():
            memory.read(file)
    except MemoryFileError as error:
        raise click.BadParameter(str(error), param_hint="--site-memory") from None
    return memory


def _say_skipped(say: Callable[[str], None], reason: str) -> None:
    say(f"skipped: {escape(reason)}")


def _run_stages(stages: list[LoadedStage], value: bytes, memory: LocalMemory) -> tuple[Stage, execution.Outcome]:
    """Outcome of the last stage, or of the first that refused, and that stage."""
    for stage, process in stages:
        outcome = execution.run(stage, process, value, None, memory.of(stage))
        if outcome.disposition != "passed":
            break
        memory.take(stage, outcome)
        value = outcome.value
    return stage, outcome


def _describe_unread(refused: RefusedInput, stage: Stage) -> bytes:
    return orjson.dumps(
        {
            "line": refused.line,
            "id": None,
            "stage": stage.name,
            "reason": "invalid",
            "class": RefusedInput.__name__,
            "message": refused.reason,
        }
    )


def _describe_refusal(line: int, stage: Stage, outcome: execution.Outcome) -> bytes:
    error = outcome.error
    return orjson.dumps(
        {
            "line": line,
            "id": outcome.article_id,
            "stage": stage.name,
            "reason": outcome.disposition,
            "class": error.class_name if error else None,
            "message": error.message if error else None,
        }
    )
