"""Quotes in the text of an article on a terminal: each speaker has a colour, a list of all entities follows."""

from __future__ import annotations

from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from copydesk.cli.render.palette import OKABE_ITO
from copydesk.contracts.articles import CleanedArticle, Entity, ExtractedArticle, Quote
from copydesk.terminal_text import escape, sanitize

MAX_CHARACTERS = 90  # of a quote in the list; the text has all
KINDS = {"person": "people", "organization": "organisations", "location": "places", "group": "groups"}


def print_quotations(article: ExtractedArticle, console: Console) -> None:
    """Print the text with its quotes, then the entities with their aliases and quotes."""
    colours = _speaker_colours(article)
    console.rule(Text(escape(article.title or article.id), style="bold"), align="left", style="dim")
    console.print(_format_body(article, colours))
    console.print()
    console.print(_entity_table(article, colours))
    if article.extraction.degraded:
        console.print(Text(escape(f"degraded: {'; '.join(article.extraction.warnings)}"), style="yellow"))
    console.print()


def describe_speaker(quote: Quote) -> str:
    """Speaker of a quote, as far as known, and how the speaker was found."""
    speaker = quote.speaker
    name = speaker.name or (speaker.mention.text if speaker.mention else None)
    if speaker.anonymous:
        return f"{name or 'someone'} (anonymous)"
    if name and speaker.basis == "none":  # a mention that stands for no entity of the article
        return name
    return f"{name} ({speaker.basis})" if name else "nobody named"


def _speaker_colours(article: ExtractedArticle) -> dict[str, str]:
    """Colour of each speaker, in the order of their first quotes."""
    speakers = dict.fromkeys(_speaker_key(quote) for quote in article.quotes)
    speakers.pop("", None)
    return {speaker: OKABE_ITO[number % len(OKABE_ITO)] for number, speaker in enumerate(speakers)}


def _speaker_key(quote: Quote) -> str:
    """Id of the speaker, else the words that name the speaker, else an empty string."""
    return quote.speaker.entity_id or (quote.speaker.mention.text if quote.speaker.mention else "")


def style_body(article: CleanedArticle) -> Text:
    """Text of the article, offsets unchanged: quotes in the colours of their speakers, names bold, cues underlined."""
    body = Text(sanitize(article.text))
    if not isinstance(article, ExtractedArticle):
        return body
    colours = _speaker_colours(article)
    for entity in article.entities:
        for mention in entity.mentions:
            if mention.section == "body" and mention.kind == "name":
                body.stylize("bold", mention.start, mention.end)
    for quote in article.quotes:
        if quote.section == "body":
            body.stylize(_quote_style(quote, colours), quote.start, quote.end)
            if quote.cue:
                body.stylize("underline", quote.cue.start, quote.cue.end)
    return body


def _quote_style(quote: Quote, colours: dict[str, str]) -> Style:
    """The colour of the speaker; italics if nobody is named."""
    colour = colours.get(_speaker_key(quote))
    return Style(color=colour) if colour else Style(italic=True)


def _format_body(article: ExtractedArticle, colours: dict[str, str]) -> Text:
    """Styled text of the article, speakers after their quotes."""
    notes = [
        (quote.end, Text(escape(f" [{describe_speaker(quote)}]"), style=_quote_style(quote, colours) + Style(dim=True)))
        for quote in article.quotes
        if quote.section == "body"
    ]
    return _annotate(style_body(article), notes)


def _annotate(body: Text, notes: list[tuple[int, Text]]) -> Text:
    """Text with each note inserted at its offset."""
    notes.sort(key=lambda note: note[0])
    annotated, at = Text(), 0
    for end, note in notes:
        annotated.append_text(body[at:end] if end > at else Text())
        annotated.append_text(note)
        at = max(at, end)
    annotated.append_text(body[at:] if at < len(body) else Text())
    return annotated


def _entity_table(article: ExtractedArticle, colours: dict[str, str]) -> Table:
    """Entities by kind with their quotes, then the quotes without an entity."""
    rows = Table.grid(padding=(0, 2), pad_edge=False)
    rows.add_column(justify="right", style="bold", min_width=13, no_wrap=True)
    rows.add_column(overflow="fold")
    for kind, label in KINDS.items():
        for number, entity in enumerate(sorted(_entities_of(article, kind), key=lambda entity: -entity.salience)):
            rows.add_row(label if number == 0 else "", _format_entity(entity, colours))
            for quote in article.quotes:
                if quote.speaker.entity_id == entity.id:
                    rows.add_row("", Text(f"    {_cut(quote.text)}", style=Style(color=colours.get(entity.id))))
    without_entity = [quote for quote in article.quotes if quote.speaker.entity_id is None]
    for number, quote in enumerate(without_entity):
        rows.add_row(
            "others" if number == 0 else "",
            Text(f"{escape(describe_speaker(quote))}: {_cut(quote.text)}", style="italic"),
        )
    return rows


def _entities_of(article: ExtractedArticle, kind: str) -> list[Entity]:
    return [entity for entity in article.entities if entity.type == kind]


def _format_entity(entity: Entity, colours: dict[str, str]) -> Text:
    line = Text(escape(entity.name), style=Style(bold=True, color=colours.get(entity.id)))
    if entity.aliases:
        line.append(escape(f"  also {', '.join(entity.aliases)}"), style="not bold dim")
    named = sum(mention.kind == "name" for mention in entity.mentions)
    counts = [f"{named} x"] + ([f"{entity.quotes_said} quoted"] if entity.quotes_said else [])
    line.append(f"  {', '.join(counts)}", style="not bold dim")
    return line


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return sanitize(text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - 1] + "…")
