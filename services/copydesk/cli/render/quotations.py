"""Who said what, in the text itself: each speaker's words in a colour of his own, and a list of who is in it."""

from __future__ import annotations

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.palette import OKABE_ITO
from copydesk.cli.render.plain import plain
from copydesk.contracts.articles import Entity, ExtractedArticle, Quote

SAID = 90  # characters of a quote in the list: the text shows it whole
KINDS = {"person": "people", "organization": "organisations", "location": "places", "group": "groups"}


def show(article: ExtractedArticle, out: Console) -> None:
    """Print the text with its quotes, then the entities with their aliases and what each said."""
    speakers = _colours(article)
    out.rule(Text(plain(article.title or article.id), style="bold"), align="left", style="dim")
    out.print(_text(article, speakers))
    out.print()
    out.print(_list(article, speakers))
    if article.extraction.degraded:
        out.print(Text(f"degraded: {'; '.join(article.extraction.warnings)}", style="yellow"))
    out.print()


def who(quote: Quote) -> str:
    """The speaker as far as he is known, and how he was found."""
    speaker = quote.speaker
    name = speaker.name or (speaker.mention.text if speaker.mention else None)
    if speaker.anonymous:
        return f"{name or 'someone'} (anonymous)"
    if name and speaker.basis == "none":  # words that name nobody whom the article knows
        return name
    return f"{name} ({speaker.basis})" if name else "nobody named"


def _colours(article: ExtractedArticle) -> dict[str, str]:
    """A colour by speaker, in the order of their first words."""
    known = dict.fromkeys(_speaker(quote) for quote in article.quotes)
    known.pop("", None)
    return {speaker: OKABE_ITO[number % len(OKABE_ITO)] for number, speaker in enumerate(known)}


def _speaker(quote: Quote) -> str:
    return quote.speaker.entity_id or (quote.speaker.mention.text if quote.speaker.mention else "")


def _text(article: ExtractedArticle, speakers: dict[str, str]) -> Text:
    """The body: quotes in colour, names bold, the word that says that something was said underlined."""
    body = Text(plain(article.text))
    for entity in article.entities:
        for mention in entity.mentions:
            if mention.section == "body" and mention.kind == "name":
                body.stylize("bold", mention.start, mention.end)
    notes: list[tuple[int, Text]] = []
    for quote in article.quotes:
        if quote.section != "body":
            continue
        colour = speakers.get(_speaker(quote))
        style = Style(color=colour) if colour else Style(italic=True)
        body.stylize(style, quote.start, quote.end)
        if quote.cue:
            body.stylize("underline", quote.cue.start, quote.cue.end)
        notes.append((quote.end, Text(plain(f" [{who(quote)}]"), style=style + Style(dim=True))))
    return _annotate(body, notes)


def _annotate(body: Text, notes: list[tuple[int, Text]]) -> Text:
    """The body with each note behind its place."""
    notes.sort(key=lambda note: note[0])
    told, at = Text(), 0
    for end, note in notes:
        told.append_text(body[at:end] if end > at else Text())
        told.append_text(note)
        at = max(at, end)
    told.append_text(body[at:] if at < len(body) else Text())
    return told


def _list(article: ExtractedArticle, speakers: dict[str, str]) -> Table:
    rows = Table.grid(padding=(0, 2), pad_edge=False)
    rows.add_column(justify="right", style="bold", min_width=13, no_wrap=True)
    rows.add_column(overflow="fold")
    for kind, label in KINDS.items():
        for number, entity in enumerate(sorted(_of(article, kind), key=lambda entity: -entity.salience)):
            rows.add_row(label if number == 0 else "", _entity(entity, speakers))
            for quote in article.quotes:
                if quote.speaker.entity_id == entity.id:
                    rows.add_row("", Text(f"    {_cut(quote.text)}", style=Style(color=speakers.get(entity.id))))
    nobody = [quote for quote in article.quotes if quote.speaker.entity_id is None]
    for number, quote in enumerate(nobody):
        rows.add_row("others" if number == 0 else "", Text(f"{plain(who(quote))}: {_cut(quote.text)}", style="italic"))
    return rows


def _of(article: ExtractedArticle, kind: str) -> list[Entity]:
    return [entity for entity in article.entities if entity.type == kind]


def _entity(entity: Entity, speakers: dict[str, str]) -> Text:
    line = Text(plain(entity.name), style=Style(bold=True, color=speakers.get(entity.id)))
    if entity.aliases:
        line.append(plain(f"  also {', '.join(entity.aliases)}"), style="not bold dim")
    named = sum(mention.kind == "name" for mention in entity.mentions)
    counts = [f"{named} x"] + ([f"{entity.quotes_said} quoted"] if entity.quotes_said else [])
    line.append(f"  {', '.join(counts)}", style="not bold dim")
    return line


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return plain(text if len(text) <= SAID else text[: SAID - 1] + "…")
