"""Rows of a table made of enriched articles: the articles themselves, their quotations, their entities."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

import orjson

from copydesk.contracts.articles import CleanedArticle, Entity, ExtractedArticle, Quote, RawArticle, ScoredArticle
from copydesk.contracts.envelope import rfc3339

Kind = Literal["articles", "quotes", "entities"]

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters at which a spreadsheet takes a cell for a formula."""

BETWEEN = "; "
"""Between several values of one cell."""

COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    "articles": (
        "id", "url", "site", "title", "authors", "published_at", "language", "words", "noise_share", "quotes",
        "entities", "status", "score", "structure", "text",
    ),
    "quotes": (
        "article_id", "url", "site", "title", "published_at", "quote_id", "type", "text", "speaker", "speaker_words",
        "basis", "speaker_confidence", "cue", "confidence", "start", "end",
    ),
    "entities": (
        "article_id", "url", "site", "title", "published_at", "entity_id", "name", "type", "aliases", "mentions",
        "salience", "quotes_said", "confidence", "geoname_id", "place", "country", "lat", "lon",
    ),
}  # fmt: skip
"""Columns of each kind of row, in their order. New ones come at the end; none is renamed (docs/warehouse.md)."""


class Condition(NamedTuple):
    """Value that a column must have."""

    column: str
    value: str


def rows_of(article: RawArticle | CleanedArticle, kind: Kind) -> Iterator[Row]:
    """Rows of an article; none if its topic has no such things."""
    if kind == "articles":
        yield _article_row(article)
    elif isinstance(article, ExtractedArticle):
        about = _about(article)
        items: Sequence[Quote] | Sequence[Entity] = article.quotes if kind == "quotes" else article.entities
        for item in items:
            yield {**about, **(_quote_cells(item) if isinstance(item, Quote) else _entity_cells(item))}


def matches(row: Row, conditions: Iterable[Condition]) -> bool:
    """Return whether a row has all of these values, as they would be printed.

    >>> matches({"type": "direct", "end": 12}, [Condition("type", "direct"), Condition("end", "12")])
    True
    """
    return all(_printed(row.get(column)) == value for column, value in conditions)


def csv_header(kind: Kind) -> bytes:
    """First line of a table: the names of its columns."""
    return _csv_line(COLUMNS[kind])


def csv_line(row: Row, kind: Kind) -> bytes:
    """Row as CSV (RFC 4180). A text that a spreadsheet would run as a formula begins with an apostrophe.

    >>> csv_line({"id": "a", "title": "=HYPERLINK(1)", "words": -1}, "articles")[:24]
    b"a,,,'=HYPERLINK(1),,,,-1"
    """
    return _csv_line([_harmless(row.get(column)) for column in COLUMNS[kind]])


def json_line(row: Row, kind: Kind) -> bytes:
    """Row as a JSON object with all columns."""
    return orjson.dumps({column: row.get(column) for column in COLUMNS[kind]}) + b"\n"


LINE: Mapping[str, Callable[[Row, Kind], bytes]] = {"csv": csv_line, "ndjson": json_line}
"""Function that writes a row, by format."""


def _csv_line(cells: Iterable[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _harmless(cell: Cell) -> str:
    text = _printed(cell)
    return f"'{text}" if isinstance(cell, str) and text.startswith(FORMULA) else text


def _printed(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _about(article: RawArticle | CleanedArticle) -> dict[str, Cell]:
    return {
        "article_id": article.id,
        "url": article.url,
        "site": article.site,
        "title": article.title,
        "published_at": _time(article),
    }


def _time(article: RawArticle | CleanedArticle) -> str | None:
    return None if article.published_at is None else rfc3339(int(article.published_at.timestamp() * 1000))


def _article_row(article: RawArticle | CleanedArticle) -> dict[str, Cell]:
    text = article.source if isinstance(article, RawArticle) else article.text
    row: dict[str, Cell] = {
        **_about(article),
        "id": article.id,
        "authors": BETWEEN.join(article.authors or ()),
        "language": article.language,
        "words": len(text.split()),
        "text": text,
    }
    if isinstance(article, CleanedArticle):
        row["noise_share"] = article.cleaning.noise_share
    if isinstance(article, ExtractedArticle):
        row |= {"quotes": len(article.quotes), "entities": len(article.entities)}
    if isinstance(article, ScoredArticle):
        coherence = article.coherence
        row |= {"status": coherence.status, "score": coherence.score, "structure": coherence.structure}
    return row


def _quote_cells(quote: Quote) -> dict[str, Cell]:
    speaker = quote.speaker
    return {
        "quote_id": quote.id,
        "type": quote.type,
        "text": quote.text,
        "speaker": speaker.name,
        "speaker_words": speaker.mention.text if speaker.mention else None,
        "basis": speaker.basis,
        "speaker_confidence": speaker.confidence,
        "cue": quote.cue.lemma if quote.cue else None,
        "confidence": quote.confidence,
        "start": quote.start,
        "end": quote.end,
    }


def _entity_cells(entity: Entity) -> dict[str, Cell]:
    place = entity.place
    return {
        "entity_id": entity.id,
        "name": entity.name,
        "type": entity.type,
        "aliases": BETWEEN.join(entity.aliases),
        "mentions": len(entity.mentions),
        "salience": entity.salience,
        "quotes_said": entity.quotes_said,
        "confidence": entity.confidence,
        "geoname_id": place.geoname_id if place else None,
        "place": place.name if place else None,
        "country": place.country if place else None,
        "lat": place.lat if place else None,
        "lon": place.lon if place else None,
    }


__all__ = [
    "COLUMNS", "LINE", "Cell", "Condition", "Kind", "Row", "csv_header", "csv_line", "json_line", "matches", "rows_of",
]  # fmt: skip
