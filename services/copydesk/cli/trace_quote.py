"""`copydesk trace-quote`: where words were said first, and who else has them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

import click
import msgspec

from copydesk.cli.parameters import Time, brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.client import Connection
from copydesk.contracts.articles import ExtractedArticle, InvalidDocumentError
from copydesk.contracts.related import Sighting, TracedQuote
from copydesk.contracts.topics import topic
from copydesk.extras import install_hint
from copydesk.files.documents import RefusedInput, read_lines
from copydesk.files.formats import read_file
from copydesk.files.inputs import STDIN
from copydesk.operations.related import follow_quotes, read_quotes
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json

try:
    from copydesk.related.quotations import WINDOW_DAYS, is_same
    from copydesk.related.tracing import Tracer
except ModuleNotFoundError as error:
    exit_with(Exit.SETUP, f"{error}; {install_hint('related')}")

Show = Callable[[TracedQuote], None]

QUOTATION_MARKS = '“”"„ '

SHOWN = 12
"""Number of sightings that are printed of an utterance; --json has all."""


@click.command(name="trace-quote")
@click.argument("words", metavar='"WORDS"', required=False)
@click.argument(
    "source",
    metavar="[FILE]...",
    nargs=-1,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path),
)
@click.option("--disputed", is_flag=True, help="Only what is differently attributed, or whose wording differs.")
@click.option("--unnamed", is_flag=True, help="Only what some articles attribute to nobody, and others to one speaker.")
@click.option("--since", type=Time(), help="Only articles of this time or later.")
@click.option("--window", type=click.IntRange(1, 30), help="Days of one utterance, for files.  [default: 14]")
@click.option("--follow", is_flag=True, help="Print what is new or changes on quotes.traced, until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per utterance, with every article.")
@brokers_option
def command(
    words: str | None,
    source: tuple[Path, ...],
    since: datetime | None,
    window: int | None,
    *,
    disputed: bool,
    unnamed: bool,
    follow: bool,
    as_json: bool,
) -> None:
    """Trace words over articles: first place, spread, forms, speakers.

    Reads the topic quotes.traced, which the stage related writes; or articles with quotations from files, as `process`
    and `consume` print them. Copies of one text count as one source. Without words it prints all that more than one
    article has; give "" for that before files.

    \b
    Examples:
      copydesk trace-quote "we lost two boats" --since 1d
      copydesk trace-quote --disputed --follow
      copydesk trace-quote "" --disputed monday.ndjson tuesday.ndjson
    """  # noqa: D301 - `\b` tells click to keep the line breaks
    choice = Choice(words or "", since, disputed=disputed, unnamed=unnamed)
    show = _print_json if as_json else _print
    if source:
        if follow:
            raise click.UsageError("--follow reads the topic: give no FILE")
        _trace_files(source, choice, show, window=window or WINDOW_DAYS)
    if window is not None:
        raise click.UsageError("--window is for files: on the topic it is COPYDESK_RELATED_DAYS of the stage")
    run_or_exit(_trace_topic(load_connection(), choice, show, follow=follow))


class Choice(NamedTuple):
    """Utterances that are asked for."""

    words: str
    since: datetime | None
    disputed: bool
    unnamed: bool

    def takes(self, utterance: TracedQuote) -> bool:
        """True if the utterance is asked for, whatever its words."""
        if self.disputed and not (utterance.differently_attributed or utterance.wording_differs):
            return False
        if self.since is not None and not any(one.at and one.at >= self.since for one in utterance.sightings):
            return False
        return not self.unnamed or utterance.name_from_others is not None

    def has_words(self, utterance: TracedQuote) -> bool:
        """True if one of its forms has the words, or nearly."""
        return not self.words or any(is_same(self.words, form.text) for form in utterance.forms)


async def _trace_topic(connection: Connection, choice: Choice, show: Show, *, follow: bool) -> None:
    """Print utterances of the topic."""
    if follow:
        async with aclosing(follow_quotes(connection)) as changed:
            async for utterance in changed:
                if choice.takes(utterance) and choice.has_words(utterance):
                    show(utterance)
    every = await read_quotes(connection)
    found = [one for one in every.values() if choice.takes(one) and choice.has_words(one)]
    for utterance in sorted(found, key=_order):
        show(utterance)
    click.echo(f"{len(found)} of {len(every)} utterances", err=True)


def _trace_files(source: Iterable[Path], choice: Choice, show: Show, *, window: int) -> NoReturn:
    """Print utterances of articles from files, and end the command."""
    tracer, read, skipped = Tracer(window_days=window), 0, 0
    for article in _read(source):
        if article is None:
            skipped += 1
        elif choice.since is None or (article.published_at is not None and article.published_at >= choice.since):
            tracer.add(article)
            read += 1
    found = tracer.find(choice.words) if choice.words else sorted(tracer.utterances(), key=_order)
    shown = [one for one in found if choice.takes(one)]
    for utterance in shown:
        show(utterance)
    click.echo(f"{len(shown)} utterances in {read} articles" + (f", {skipped} lines skipped" * bool(skipped)), err=True)
    if not read:
        exit_with(Exit.REFUSED, "no article with quotations was read: run them through `copydesk process` first")
    sys.exit(Exit.REFUSED if skipped else Exit.DONE)


def _order(utterance: TracedQuote) -> tuple[int, str]:
    return -utterance.sources, utterance.id


def _print_json(utterance: TracedQuote) -> None:
    sys.stdout.buffer.write(escape_json(msgspec.json.encode(utterance)) + b"\n")
    sys.stdout.buffer.flush()


def _read(files: Iterable[Path]) -> Iterator[ExtractedArticle | None]:
    """Articles of files and standard input; None for what is no article with quotations, which is told."""
    largest = topic("articles.scored").max_message_bytes
    for file in files:
        found = (
            read_lines(sys.stdin.buffer, "line ", largest) if file == STDIN else read_file(file, file, largest=largest)
        )
        for document in found:
            try:
                if isinstance(document, RefusedInput):
                    raise InvalidDocumentError(document.reason)  # noqa: TRY301 - told as any other line
                yield ExtractedArticle.read(document.value, None)
            except InvalidDocumentError as error:
                click.echo(escape(f"{document.origin}: {error}"), err=True)
                yield None


def _print(utterance: TracedQuote) -> None:
    click.echo(f"“{escape(utterance.text).strip(QUOTATION_MARKS)}”")
    for note in _notes(utterance):
        click.echo(f"  {note}")
    for one in utterance.sightings[:SHOWN]:
        click.echo(f"  {_describe(one, utterance.forms[one.form].changes)}")
    if (more := len(utterance.sightings) + utterance.more - SHOWN) > 0:
        click.echo(f"  and {more} more")
    click.echo("")


def _notes(utterance: TracedQuote) -> Iterator[str]:
    yield f"{utterance.sources} sources, {utterance.articles} articles"
    named = ", ".join(f"{escape(one.name or 'nobody')} ({one.sources})" for one in utterance.speakers)
    yield f"{'differently attributed' if utterance.differently_attributed else 'attributed to'}: {named}"
    if utterance.name_from_others is not None:
        yield f"where nobody is named, the others name {escape(utterance.name_from_others)}"
    if utterance.wording_differs:
        yield "wording differs"


def _describe(one: Sighting, changes: Sequence[str]) -> str:
    when = "no date   " if one.at is None else f"{one.at:%Y-%m-%d}"
    parts = [when, escape(one.site or "?"), escape(one.article), escape(one.speaker or "nobody named")]
    if one.copy_of is not None:
        parts.append(f"copy of {escape(one.copy_of)}")
    if changes:
        parts.append(", ".join(changes))
    return "  ".join(parts)
