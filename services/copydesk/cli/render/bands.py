"""How far each paragraph belongs to the article: a band of colour beside it, segments ruled off."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.palette import ink, shade
from copydesk.cli.render.plain import plain
from copydesk.contracts.articles import Coherence, ScoredArticle, Unit


def show(article: ScoredArticle, out: Console) -> None:
    """Print the scores, then every block beside its band: relevance, flag and reasons; removed blocks struck out."""
    coherence = article.coherence
    out.rule(Text(plain(article.title or article.id), style="bold"), align="left", style="dim")
    out.print(_scores(coherence))
    units = {unit.block: unit for unit in coherence.units}
    begins = {segment.first_unit: segment for segment in coherence.segments}
    place = {unit.block: number for number, unit in enumerate(coherence.units)}
    rows = _rows()
    for number, block in enumerate(article.blocks):
        segment = begins.get(place.get(number, -1))
        if segment is not None and len(coherence.segments) > 1:
            out.print(rows)
            out.rule(Text(plain(", ".join(segment.terms)) or "segment", style="dim"), style="dim", align="left")
            rows = _rows()
        text = article.text[block.start : block.end] if block.kept else " ".join((block.text or "").split())
        words = Text(plain(text))
        if not block.kept:
            words.stylize("dim strike")
        _add(rows, units.get(number), words)
    out.print(rows)
    if coherence.off_topic_quotes or coherence.off_topic_entities:
        out.print(Text(plain(f"foreign: {_foreign(article)}"), style="dim"))
    out.print()


def _scores(coherence: Coherence) -> Text:
    if coherence.score is None:
        return Text(f"not scored: {coherence.status}", style="yellow")
    raw = "" if coherence.raw_score is None else f"   before cleaning {coherence.raw_score:.2f}"
    degraded = "   (degraded: no vectors)" if coherence.status == "degraded" else ""
    return Text(f"one story {coherence.score:.2f}{raw}   {coherence.structure or ''}{degraded}")


def _rows() -> Table:
    rows = Table.grid(padding=(0, 1), pad_edge=False)
    rows.add_column(min_width=7, no_wrap=True)
    rows.add_column(min_width=9, no_wrap=True)
    rows.add_column(overflow="fold")
    return rows


def _add(rows: Table, unit: Unit | None, words: Text) -> None:
    if unit is None:
        rows.add_row("", "", words)
        return
    colour = f"{ink(unit.relevance)} on {shade(unit.relevance)}"
    band = Text(f" {unit.relevance:+.2f} ", style=colour)
    flag = Text("" if unit.flag == "none" else unit.flag.replace("_", " "), style="bold")
    if unit.reasons:
        words.append(plain(f"  [{', '.join(unit.reasons)}]"), style="not strike dim italic")
    rows.add_row(band, flag, words)


def _foreign(article: ScoredArticle) -> str:
    names = {entity.id: entity.name for entity in article.entities}
    told = [names.get(id_, id_) for id_ in article.coherence.off_topic_entities]
    count = len(article.coherence.off_topic_quotes)
    return ", ".join(told + ([f"{count} quote{'s' * (count != 1)}"] if count else []))
