"""`copydesk process`: the stages without a broker."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import click
import msgspec
import orjson

from copydesk.cli.files import Item, check_readable, read_items, size_of
from copydesk.cli.progress import Progress
from copydesk.cli.setup import end, loaded_stages
from copydesk.contracts.articles import CleanedArticle, Document, ExtractedArticle, ScoredArticle
from copydesk.runtime import execution
from copydesk.runtime.exits import Exit
from copydesk.stage import Stage

Step = tuple[Stage, Callable[[Any], Any]]
Write = Callable[[bytes], None]


@click.command(name="process")
@click.option(
    "--stage", "name", default="all", show_default=True, metavar="NAME", help="A stage, or all in their order."
)
@click.option(
    "--rejects", type=click.File("wb", lazy=False), help="Where refused documents are told, one JSON line each."
)
@click.option("--pretty", is_flag=True, help="Show each article for people instead of JSON, in the stage's own way.")
@click.option(
    "--plot",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for an SVG an article: how relevant each paragraph is (needs the stage coherence).",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path), default="-")
def command(name: str, rejects: IO[bytes] | None, file: Path, *, pretty: bool, plot: Path | None) -> None:
    """Run articles through the stages without a broker: NDJSON in, NDJSON out, same order.

    Reads FILE or standard input. A .txt or .html file is one article, a .json file one or an array of them; .gz behind
    any name is unpacked. A document that a stage refuses is left out of the output and told in --rejects (line, id,
    stage, reason, class, message); without that option, on standard error. The exit code is then 1.

    \b
    Examples:
      copydesk process --pretty page.html
      copydesk process --stage cleaner < scraped.ndjson > clean.ndjson
      copydesk process --plot strips scraped.ndjson | jq .coherence.score
    """  # noqa: D301 - click's own sign for lines that stay as they are
    check_readable([file])
    steps = loaded_stages(name)
    write = _writers(steps[-1][0].output, pretty=pretty, plot=plot)
    refused = 0
    # the line would be in the way where results come out on the same terminal
    with Progress("processing", size_of([file]), shown=not sys.stdout.isatty()) as progress:
        for item in _items(file):
            stage, outcome = _pass(steps, item.value)
            progress.add(1, units=item.size)
            if outcome.disposition == "passed":
                write(outcome.value)
                continue
            refused += 1
            told = _refusal(item.line, stage, outcome)
            if rejects is None:
                progress.say(told.decode())
            else:
                rejects.write(told + b"\n")
                rejects.flush()
    sys.exit(Exit.REFUSED if refused else Exit.DONE)


def _writers(output: type[msgspec.Struct], *, pretty: bool, plot: Path | None) -> Write:
    """What becomes of each result."""
    if plot is not None and not issubclass(output, ScoredArticle):
        raise click.UsageError("--plot draws what the stage coherence says: --stage coherence, or all")
    if pretty and find_spec("rich") is None:
        end(Exit.SETUP, "--pretty needs rich: pip install 'copydesk[cli]'")
    document = output if issubclass(output, Document) else Document
    show = _show_readably(document) if pretty else _write_line
    if plot is None:
        return show
    draw = _draw_into(plot)

    def both(value: bytes) -> None:
        draw(value)
        show(value)

    return both


def _write_line(value: bytes) -> None:
    sys.stdout.buffer.write(one_line(value) + b"\n")
    sys.stdout.buffer.flush()


def _show_readably(document: type[Document]) -> Write:
    """What shows an article as its last stage sees it; the whole chain's article whole."""
    from copydesk.cli.render import bands, overview, quotations  # noqa: PLC0415 - rich, an extra

    out = overview.console()

    def show(value: bytes) -> None:
        read = document.read(value, None)
        if type(read) is ExtractedArticle:
            quotations.show(read, out)
        elif isinstance(read, ScoredArticle):
            overview.show(read, out)
            bands.show(read, out)
        elif isinstance(read, CleanedArticle):
            overview.show(read, out)
        else:
            out.print_json(one_line(value).decode())

    return show


def _draw_into(folder: Path) -> Write:
    from copydesk.cli.render import strip  # noqa: PLC0415 - only where pictures are wanted

    folder.mkdir(parents=True, exist_ok=True)

    def draw(value: bytes) -> None:
        read = ScoredArticle.read(value, None)
        (folder / strip.file_name(read)).write_text(strip.draw(read), encoding="utf-8")

    return draw


def _items(file: Path) -> Iterator[Item]:
    """The articles of a file, or of standard input, an article a line."""
    if str(file) != "-":
        return read_items(file, Path(file.name))
    lines = enumerate(sys.stdin.buffer, start=1)
    return (Item(f"line {number}", line, len(line), number) for number, line in lines if line.strip())


def _pass(steps: list[Step], value: bytes) -> tuple[Stage, execution.Outcome]:
    for stage, process in steps:
        outcome = execution.run(stage, process, value, None)
        if outcome.disposition != "passed":
            break
        value = outcome.value
    return stage, outcome


def one_line(value: bytes) -> bytes:
    """A JSON document without line breaks: metadata passes through as it came, which may be indented."""
    return msgspec.json.format(value, indent=-1) if b"\n" in value or b"\r" in value else value


def _refusal(line: int, stage: Stage, outcome: execution.Outcome) -> bytes:
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
