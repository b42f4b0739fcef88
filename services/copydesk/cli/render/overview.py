"""A whole article or dead letter at a glance: what was removed is struck out, with the reason."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.plain import plain
from copydesk.cli.render.quotations import who
from copydesk.client import Message
from copydesk.contracts.articles import CleanedArticle, Coherence, ExtractedArticle, Quote, ScoredArticle

QUOTED = 110  # characters of a quote or a dead letter that are shown
PEOPLE = 8


def console() -> Console:
    """Standard output; colours on a terminal only, and not with NO_COLOR; a ? for what its encoding has not."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False, soft_wrap=False)


def show(article: CleanedArticle, out: Console, *, note: str = "") -> None:
    """Print whatever stage's document."""
    out.rule(Text(plain(article.title or article.id), style="bold"), align="left", style="dim")
    when = article.published_at.isoformat() if article.published_at else None
    facts = [article.id, article.site, article.language, article.dateline, when, note]
    out.print(Text(plain(" · ".join(fact for fact in facts if fact)), style="dim"))
    out.print()
    rows = _rows()
    _add_blocks(rows, article)
    rows.add_row()
    _add_cleaning(rows, article)
    if isinstance(article, ExtractedArticle):
        _add_people(rows, article)
        _add_quotes(rows, article)
    if isinstance(article, ScoredArticle):
        _add_coherence(rows, article.coherence)
    out.print(rows)
    out.print()


def show_dead_letter(message: Message, out: Console) -> None:
    """Print where a message failed, and why."""
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in message.headers}
    out.rule(Text(plain(f"{message.id or '(no id)'}: dead letter"), style="bold red"), align="left", style="dim")
    origin = "/".join(headers.get(f"dlq.{name}", "?") for name in ("topic", "partition", "offset"))
    rows = _rows()
    rows.add_row(
        "stage", Text(plain(f"{headers.get('dlq.stage', '?')} ({headers.get('dlq.reason', '?')}), read from {origin}"))
    )
    rows.add_row(
        "why", Text(plain(f"{headers.get('dlq.exception.class', '?')}: {headers.get('dlq.exception.message', '')}"))
    )
    rows.add_row("bytes", Text(_cut((message.value or b"").decode("utf-8", "backslashreplace"))))
    out.print(rows)
    out.print()


def _rows() -> Table:
    """A label and what it labels, a line each; long values keep to their column."""
    rows = Table.grid(padding=(0, 2), pad_edge=False)
    rows.add_column(justify="right", style="bold", min_width=13, no_wrap=True)
    rows.add_column(overflow="fold")
    return rows


def _add_blocks(rows: Table, article: CleanedArticle) -> None:
    for block in article.blocks:
        if block.kept:
            rows.add_row("", Text(plain(article.text[block.start : block.end])))
        else:
            removed = plain(" ".join((block.text or "").split()))
            rows.add_row(Text(f"✂ {block.reason}", style="not bold red"), Text(removed, style="dim strike"))


def _add_cleaning(rows: Table, article: CleanedArticle) -> None:
    removed = sum(not block.kept for block in article.blocks)
    told = f"{removed} of {len(article.blocks)} blocks removed ({article.cleaning.noise_share:.0%} of the source)"
    rows.add_row("cleaning", told + (", uncertain" if article.cleaning.uncertain else ""))
    for warning in article.cleaning.warnings:
        rows.add_row("", Text(plain(warning)))
    for label, found in (("captions", article.captions), ("credits", article.credits), ("bylines", article.bylines)):
        if found:
            rows.add_row(label, Text(plain("; ".join(found))))


def _add_people(rows: Table, article: ExtractedArticle) -> None:
    known = sorted(article.entities, key=lambda entity: -entity.salience)
    for kind, label in (("person", "people"), ("organization", "organisations"), ("location", "places")):
        names = [
            entity.name + (f" (also {', '.join(entity.aliases)})" if entity.aliases else "")
            for entity in known
            if entity.type == kind
        ]
        if names:
            more = f" … and {len(names) - PEOPLE} more" if len(names) > PEOPLE else ""
            rows.add_row(label, Text(plain(", ".join(names[:PEOPLE]) + more)))


def _add_quotes(rows: Table, article: ExtractedArticle) -> None:
    for number, quote in enumerate(article.quotes):
        line = Text(_said(quote))
        line.append(f" — {plain(who(quote))}", style="cyan")
        rows.add_row("quotes" if number == 0 else "", line)
    if article.extraction.degraded:
        rows.add_row("extraction", Text(f"degraded: {'; '.join(article.extraction.warnings)}"))


def _said(quote: Quote) -> str:
    """A quotation in quotation marks; what was told in other words has only those that the article has."""
    return f"“{_cut(quote.text.strip(_MARKS))}”" if quote.type == "direct" else f"{_cut(quote.text)} ({quote.type})"


_MARKS = "\"“”„‟«»'‘’"


def _add_coherence(rows: Table, coherence: Coherence) -> None:
    if coherence.score is None:
        rows.add_row("coherence", f"not scored: {coherence.status}")
        return
    raw = "" if coherence.raw_score is None else f", {coherence.raw_score:.2f} before cleaning"
    line = Text(f"{coherence.score:.2f}{raw}, {coherence.structure or 'no structure'}  ")
    for unit in coherence.units:
        line.append(_bar(unit.relevance), style="green" if unit.flag == "none" else "red")
    rows.add_row("coherence", line)


def _bar(relevance: float) -> str:
    """A block of a height by relevance (-1 to 1, below 0 the lowest)."""
    return "▁▂▃▄▅▆▇█"[min(7, max(0, int(relevance * 8)))]


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return plain(text if len(text) <= QUOTED else text[: QUOTED - 1] + "…")
