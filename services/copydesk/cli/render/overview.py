"""A whole article or dead letter on a terminal; removed blocks are struck out, with the reason."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.folding import describe_run, fold_blocks, is_outside
from copydesk.cli.render.quotations import describe_speaker, style_body
from copydesk.client import Message
from copydesk.contracts.articles import CleanedArticle, Coherence, ExtractedArticle, Quote, ScoredArticle
from copydesk.contracts.sites import PINNED
from copydesk.terminal_text import escape, sanitize

MAX_CHARACTERS = 110  # of a quote or a dead letter
MAX_NAMES = 8


MAX_COLUMNS = 100
"""Widest line: a longer one is hard to read, on however wide a terminal."""


def make_console() -> Console:
    """Console on standard output: colours only on a terminal without NO_COLOR, ? for unencodable characters."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    console = Console(highlight=False, soft_wrap=False)
    console.width = min(console.width, MAX_COLUMNS)
    return console


def print_article(article: CleanedArticle, console: Console, *, note: str = "") -> None:
    """Print a document of any stage; `note` is added to the line of facts."""
    console.rule(Text(escape(article.title or article.id), style="bold"), align="left", style="dim")
    when = article.published_at.isoformat() if article.published_at else None
    facts = [article.id, article.site, article.language, article.dateline, when, note]
    console.print(Text(escape(" · ".join(fact for fact in facts if fact)), style="dim"))
    console.print()
    rows = _make_table()
    _add_blocks(rows, article)
    rows.add_row()
    _add_cleaning(rows, article)
    if isinstance(article, ExtractedArticle):
        _add_people(rows, article)
        _add_quotes(rows, article)
    if isinstance(article, ScoredArticle):
        _add_coherence(rows, article.coherence)
    console.print(rows)
    console.print()


def print_dead_letter(message: Message, console: Console) -> None:
    """Print the stage, place and reason of a dead letter, and the beginning of its bytes."""
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers}
    console.rule(Text(escape(f"{message.id or '(no id)'}: dead letter"), style="bold red"), align="left", style="dim")
    origin = "/".join(headers.get(f"dlq.{name}", "?") for name in ("topic", "partition", "offset"))
    rows = _make_table()
    rows.add_row(
        "stage",
        Text(escape(f"{headers.get('dlq.stage', '?')} ({headers.get('dlq.reason', '?')}), read from {origin}")),
    )
    rows.add_row(
        "why", Text(escape(f"{headers.get('dlq.exception.class', '?')}: {headers.get('dlq.exception.message', '')}"))
    )
    rows.add_row("bytes", Text(_cut((message.value or b"").decode("utf-8", "backslashreplace"))))
    console.print(rows)
    console.print()


def _make_table() -> Table:
    """Empty table with a column of labels and one of values; long values stay in their column."""
    rows = Table.grid(padding=(0, 2), pad_edge=False)
    rows.add_column(justify="right", style="bold", min_width=13, no_wrap=True)
    rows.add_column(overflow="fold")
    return rows


def _add_blocks(rows: Table, article: CleanedArticle) -> None:
    """Blocks in the order of the source, paragraphs apart; removed ones that follow each other stand together."""
    body = style_body(article)
    after_paragraph = False
    for run in fold_blocks(article):
        _, block = run[0]
        if block.kept or after_paragraph:
            rows.add_row()
        after_paragraph = block.kept
        if len(run) > 1:
            rows.add_row(Text("✂ navigation", style="not bold red"), Text(sanitize(describe_run(run)), style="dim"))
        elif block.kept:
            rows.add_row("", body[block.start : block.end])
        else:
            removed = sanitize(" ".join((block.text or "").split()))
            words = Text().append(removed, style="dim strike")  # as the style of the cell it would cover its padding
            if block.seen is not None:
                words.append(f"  {_describe_seen(block.seen)}", style="not strike dim italic")
            rows.add_row(Text(f"✂ {escape(block.reason or 'other')}", style="not bold red"), words)


def _describe_seen(stories: int) -> str:
    """Why a block went that the site repeats."""
    return "called furniture by an operator" if stories >= PINNED else f"stood in {stories} other stories of this site"


def _add_cleaning(rows: Table, article: CleanedArticle) -> None:
    blocks = [block for block in article.blocks if not is_outside(article, block)]
    removed = sum(not block.kept for block in blocks)
    summary = f"{removed} of {len(blocks)} blocks removed ({article.cleaning.noise_share:.0%} of the source)"
    if outside := len(article.blocks) - len(blocks):
        summary += f", {outside} outside the article"
    rows.add_row("cleaning", summary + (", uncertain" if article.cleaning.uncertain else ""))
    for warning in article.cleaning.warnings:
        rows.add_row("", Text(escape(warning)))
    if article.standfirst:
        rows.add_row("standfirst", Text(escape(article.standfirst)))
    for label, texts in (("captions", article.captions), ("credits", article.credits), ("bylines", article.bylines)):
        if texts:
            rows.add_row(label, Text(escape("; ".join(texts))))


def _add_people(rows: Table, article: ExtractedArticle) -> None:
    entities = sorted(article.entities, key=lambda entity: -entity.salience)
    for kind, label in (("person", "people"), ("organization", "organisations"), ("location", "places")):
        names = [
            entity.name + (f" (also {', '.join(entity.aliases)})" if entity.aliases else "")
            for entity in entities
            if entity.type == kind
        ]
        if names:
            more = f" … and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
            rows.add_row(label, Text(escape(", ".join(names[:MAX_NAMES]) + more)))


def _add_quotes(rows: Table, article: ExtractedArticle) -> None:
    for number, quote in enumerate(article.quotes):
        line = Text(_format_quote(quote))
        line.append(f" — {escape(describe_speaker(quote))}", style="cyan")
        rows.add_row("quotes" if number == 0 else "", line)
    if article.extraction.degraded:
        rows.add_row("extraction", Text(escape(f"degraded: {'; '.join(article.extraction.warnings)}")))


def _format_quote(quote: Quote) -> str:
    """Text of a quote: a direct one in quotation marks, any other with its type."""
    return (
        f"“{_cut(quote.text.strip(_MARKS))}”"
        if quote.type == "direct"
        else f"{_cut(quote.text)} ({escape(quote.type)})"
    )


_MARKS = "\"“”„‟«»'‘’"


def _add_coherence(rows: Table, coherence: Coherence) -> None:
    if coherence.score is None:
        rows.add_row("coherence", Text(escape(f"not scored: {coherence.status}")))
        return
    raw = "" if coherence.raw_score is None else f", {coherence.raw_score:.2f} before cleaning"
    line = Text(escape(f"{coherence.score:.2f}{raw}, {coherence.structure or 'no structure'}  "))
    for unit in coherence.units:
        line.append(_bar(unit.relevance), style="green" if unit.flag == "none" else "red")
    rows.add_row("coherence", line)


def _bar(relevance: float) -> str:
    """Block character whose height shows a relevance from 0 to 1; a negative one is shown as 0."""
    return "▁▂▃▄▅▆▇█"[min(7, max(0, int(relevance * 8)))]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return sanitize(text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…")
