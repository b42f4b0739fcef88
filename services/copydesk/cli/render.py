"""Articles and dead letters as a person reads them: what was removed is struck out, with the reason."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from copydesk.client import Message
from copydesk.contracts.articles import CleanedArticle, Coherence, ExtractedArticle, Quote, ScoredArticle

QUOTED = 110  # characters of a quote or a dead letter that are shown
PEOPLE = 8


def console() -> Console:
    """Standard output; colours on a terminal only, and not with NO_COLOR."""
    return Console(highlight=False, soft_wrap=False)


def article(article: CleanedArticle, *, note: str = "") -> None:
    """Print whatever stage's document."""
    out = console()
    out.rule(Text(article.title or article.id, style="bold"), align="left", style="dim")
    facts = [
        article.site,
        article.language,
        article.dateline,
        article.published_at and article.published_at.isoformat(),
    ]
    out.print(
        Text(" · ".join([article.id, *(str(fact) for fact in facts if fact), *([note] if note else [])]), style="dim")
    )
    out.print()
    _print_blocks(out, article)
    if article.captions or article.credits:
        out.print(_field("captions", "; ".join((*article.captions, *article.credits))))
    _print_cleaning(out, article)
    if isinstance(article, ExtractedArticle):
        _print_people(out, article)
        _print_quotes(out, article)
    if isinstance(article, ScoredArticle):
        _print_coherence(out, article.coherence)
    out.print()


def dead_letter(message: Message) -> None:
    """Print where a message failed, and why."""
    out = console()
    headers = {name: value.decode("utf-8", "replace") for name, value in message.headers}
    out.rule(Text(f"{message.id or '(no id)'}: dead letter", style="bold red"), align="left", style="dim")
    origin = "/".join(headers.get(f"dlq.{name}", "?") for name in ("topic", "partition", "offset"))
    out.print(
        _field("stage", f"{headers.get('dlq.stage', '?')} ({headers.get('dlq.reason', '?')}), read from {origin}")
    )
    why = f"{headers.get('dlq.exception.class', '?')}: {headers.get('dlq.exception.message', '')}"
    out.print(_field("why", why))
    out.print(_field("bytes", _cut((message.value or b"").decode("utf-8", "backslashreplace"))))
    out.print()


def _print_blocks(out: Console, article: CleanedArticle) -> None:
    for block in article.blocks:
        if block.kept:
            out.print(Text(article.text[block.start : block.end]))
        else:
            line = Text("✂ ", style="red")
            line.append(f"{block.reason} ", style="dim red")
            line.append(" ".join((block.text or "").split()), style="dim strike")
            out.print(line)
    out.print()


def _print_cleaning(out: Console, article: CleanedArticle) -> None:
    removed = sum(not block.kept for block in article.blocks)
    told = f"{removed} of {len(article.blocks)} blocks removed ({article.cleaning.noise_share:.0%} of the source)"
    if article.cleaning.uncertain:
        told += ", uncertain"
    out.print(_field("cleaning", told))
    for warning in article.cleaning.warnings:
        out.print(_field("", warning))


def _print_people(out: Console, article: ExtractedArticle) -> None:
    known = sorted(article.entities, key=lambda entity: -entity.salience)
    for kind, label in (("person", "people"), ("organization", "organisations"), ("location", "places")):
        names = [
            entity.name + (f" (also {', '.join(entity.aliases)})" if entity.aliases else "")
            for entity in known
            if entity.type == kind
        ]
        if names:
            more = f" … and {len(names) - PEOPLE} more" if len(names) > PEOPLE else ""
            out.print(_field(label, ", ".join(names[:PEOPLE]) + more))


def _print_quotes(out: Console, article: ExtractedArticle) -> None:
    for number, quote in enumerate(article.quotes):
        line = _field("quotes" if number == 0 else "", f"“{_cut(quote.text.strip(_MARKS))}” ")
        line.append(f"— {_speaker(quote)}", style="cyan")
        out.print(line)
    if article.extraction.degraded:
        out.print(_field("extraction", f"degraded: {'; '.join(article.extraction.warnings)}"))


_MARKS = "\"“”„‟«»'‘’"


def _speaker(quote: Quote) -> str:
    speaker = quote.speaker
    if speaker.anonymous:
        return f"{speaker.mention.text if speaker.mention else 'someone'} (anonymous)"
    name = speaker.name or (speaker.mention.text if speaker.mention else None)
    return f"{name} ({speaker.basis})" if name else "nobody named"


def _print_coherence(out: Console, coherence: Coherence) -> None:
    if coherence.score is None:
        out.print(_field("coherence", f"not scored: {coherence.status}"))
        return
    raw = "" if coherence.raw_score is None else f", {coherence.raw_score:.2f} before cleaning"
    line = _field("coherence", f"{coherence.score:.2f}{raw}, {coherence.structure or 'no structure'}  ")
    for unit in coherence.units:
        line.append(_bar(unit.relevance), style="red" if unit.flag != "none" else "green")
    out.print(line)


def _bar(relevance: float) -> str:
    """A block of a height by relevance (-1 to 1, below 0 the lowest)."""
    return "▁▂▃▄▅▆▇█"[min(7, max(0, int(relevance * 8)))]


def _field(name: str, value: str) -> Text:
    text = Text(f"{name:>13}  ", style="bold")
    text.append(value, style="not bold")
    return text


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"
