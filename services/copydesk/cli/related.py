"""`copydesk related`: copies, versions and shared quotations of one article."""

from __future__ import annotations

from collections.abc import Iterator

import click
import msgspec

from copydesk.cli.parameters import brokers_option
from copydesk.cli.prerequisites import exit_with, load_connection, run_or_exit
from copydesk.client import Connection
from copydesk.contracts.related import CopyGroup, RelatedArticle, TracedQuote, Versions
from copydesk.operations.related import read_articles, read_quotes
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json

QUOTATION_MARKS = '“”"„ '

SHOWN = 12
"""Number of copies that are printed; --json has all."""

SHOWN_CHARACTERS = 100
"""Characters of a sentence or quotation that are printed."""


@click.command(name="related")
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="Print the documents, one JSON object per line.")
@brokers_option
def command(id_: str, *, as_json: bool) -> None:
    """Show what belongs to article ID: copies, changes, shared quotations.

    Reads articles.related and quotes.traced, which the stage related writes.

    Example: copydesk related ap/1
    """
    article, group, quotes = run_or_exit(_read(load_connection(), id_))
    if article is None and not quotes:
        exit_with(Exit.REFUSED, f"nothing is known to belong to {id_}")
    documents = [one for one in (article, group) if one is not None]
    if as_json:
        for document in [*documents, *quotes]:
            click.echo(escape_json(msgspec.json.encode(document)))
        return
    for line in _describe(article, group, quotes):
        click.echo(line)


async def _read(
    connection: Connection, id_: str
) -> tuple[RelatedArticle | None, RelatedArticle | None, list[TracedQuote]]:
    """The article's record, that of its group if it is another, and its quotations that other articles have."""
    articles = await read_articles(connection)
    article = articles.get(id_)
    group = None
    if article is not None and article.copies is not None and article.copies.group != id_:
        group = articles.get(article.copies.group)
    every = (await read_quotes(connection)).values()
    return article, group, [one for one in every if any(sight.article == id_ for sight in one.sightings)]


def _describe(article: RelatedArticle | None, group: RelatedArticle | None, quotes: list[TracedQuote]) -> Iterator[str]:
    if article is not None and article.copies is not None:
        copies = article.copies
        yield f"copy of {escape(copies.group)}, origin {escape(copies.origin)}, {copies.share:.0%} in common"
    for record in (article, group):
        if record is not None and record.group is not None:
            yield from _describe_group(record.group)
    if article is not None and article.versions is not None:
        yield from _describe_versions(article.versions)
    for quote in quotes:
        yield f"“{_cut(quote.text.strip(QUOTATION_MARKS))}”"
        first = quote.first
        yield f"  first {escape(first.article)}, {quote.articles} articles, {quote.sources} sources"
        named = ", ".join(f"{escape(one.name or 'nobody')} ({one.sources})" for one in quote.speakers)
        yield f"  {'differently attributed' if quote.differently_attributed else 'attributed to'}: {named}"


def _describe_group(group: CopyGroup) -> Iterator[str]:
    yield f"{group.members} articles of one text"
    for one in group.articles[:SHOWN]:
        when = "no date         " if one.at is None else f"{one.at:%Y-%m-%d %H:%M}"
        yield f"  {when}  {escape(one.site or '?')}  {escape(one.article)}"
    if (more := group.members - SHOWN) > 0:
        yield f"  and {more} more"


def _describe_versions(versions: Versions) -> Iterator[str]:
    yield "changed since the version before"
    for one in versions.changed:
        if one.was:
            yield f"  - {_cut(one.was)}"
        if one.now:
            yield f"  + {_cut(one.now)}"
    if versions.more:
        yield f"  and {versions.more} more changes"


def _cut(text: str) -> str:
    return escape(text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]} ...")
