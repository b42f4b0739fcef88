"""Relevance of each paragraph on a terminal: a coloured number beside it, and a line between segments."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.folding import describe_run, fold_blocks
from copydesk.cli.render.palette import shade, text_colour
from copydesk.contracts.articles import Coherence, ScoredArticle, Unit
from copydesk.terminal_text import escape, sanitize


def print_relevance(article: ScoredArticle, console: Console) -> None:
    """Print the scores, then each block with relevance, flag and reasons; removed blocks are struck console."""
    coherence = article.coherence
    console.rule(Text(escape(article.title or article.id), style="bold"), align="left", style="dim")
    console.print(_format_scores(coherence))
    units = {unit.block: unit for unit in coherence.units}
    segments_by_unit = {segment.first_unit: segment for segment in coherence.segments}
    unit_numbers = {unit.block: number for number, unit in enumerate(coherence.units)}
    rows = _make_table()
    for run in fold_blocks(article):
        number, block = run[0]
        if len(run) > 1:
            _add_row(rows, None, Text(sanitize(describe_run(run)), style="dim"))
            continue
        segment = segments_by_unit.get(unit_numbers.get(number, -1))
        if segment is not None and len(coherence.segments) > 1:
            console.print(rows)
            console.rule(Text(escape(", ".join(segment.terms)) or "segment", style="dim"), style="dim", align="left")
            rows = _make_table()
        text = article.text[block.start : block.end] if block.kept else " ".join((block.text or "").split())
        words = Text(sanitize(text))
        if not block.kept:
            words.stylize("dim strike")
        _add_row(rows, units.get(number), words)
    console.print(rows)
    if coherence.off_topic_quotes or coherence.off_topic_entities:
        console.print(Text(escape(f"foreign: {_format_off_topic(article)}"), style="dim"))
    console.print()


def _format_scores(coherence: Coherence) -> Text:
    if coherence.score is None:
        return Text(escape(f"not scored: {coherence.status}"), style="yellow")
    raw = "" if coherence.raw_score is None else f"   before cleaning {coherence.raw_score:.2f}"
    degraded = "   (degraded: no vectors)" if coherence.status == "degraded" else ""
    return Text(escape(f"one story {coherence.score:.2f}{raw}   {coherence.structure or ''}{degraded}"))


def _make_table() -> Table:
    rows = Table.grid(padding=(0, 1), pad_edge=False)
    rows.add_column(min_width=7, no_wrap=True)
    rows.add_column(min_width=9, no_wrap=True)
    rows.add_column(overflow="fold")
    return rows


def _add_row(rows: Table, unit: Unit | None, words: Text) -> None:
    if unit is None:
        rows.add_row("", "", words)
        return
    colour = f"{text_colour(unit.relevance)} on {shade(unit.relevance)}"
    band = Text(f" {unit.relevance:+.2f} ", style=colour)
    flag = Text("" if unit.flag == "none" else escape(unit.flag.replace("_", " ")), style="bold")
    if unit.reasons:
        words.append(escape(f"  [{', '.join(unit.reasons)}]"), style="not strike dim italic")
    rows.add_row(band, flag, words)


def _format_off_topic(article: ScoredArticle) -> str:
    names = {entity.id: entity.name for entity in article.entities}
    names_and_quotes = [names.get(id_, id_) for id_ in article.coherence.off_topic_entities]
    count = len(article.coherence.off_topic_quotes)
    if count:
        names_and_quotes.append(f"{count} quote{'s' * (count != 1)}")
    return ", ".join(names_and_quotes)
