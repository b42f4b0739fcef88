"""`copydesk publish --dry-run`: the first articles as they would be published."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator
from contextlib import aclosing

import click

from copydesk.cli.render.json_lines import to_single_line
from copydesk.contracts.articles import InvalidDocumentError, RawArticle
from copydesk.files.documents import Input, RefusedInput
from copydesk.runtime.exits import Exit
from copydesk.terminal_text import escape, escape_json

SHOWN = 5
"""Most articles that are read."""


async def show_first(documents: AsyncGenerator[Input, None]) -> Exit:
    """Print the first articles, one a line, and why others are refused; returns the exit code."""
    shown = refused = 0
    async with aclosing(documents):
        async for document in documents:
            if (problem := _show(document)) is None:
                shown += 1
            else:
                refused += 1
                _say(f"refused: {document.origin}: {problem}")
            if shown + refused == SHOWN:
                break
    sys.stdout.buffer.flush()
    _say(f"copydesk: nothing was sent; {shown} of the first {shown + refused} articles would be")
    return Exit.REFUSED if refused else Exit.DONE


def _show(document: Input) -> str | None:
    """Print an article; returns why it is refused, or None."""
    if isinstance(document, RefusedInput):
        return document.reason
    try:
        article = RawArticle.read(document.value, strict_id=True)
    except InvalidDocumentError as error:
        return str(error)
    line = to_single_line(article.write())
    sys.stdout.buffer.write((escape_json(line) if sys.stdout.isatty() else line) + b"\n")
    for warning in article.warnings:
        _say(f"note: {document.origin}: {warning}")
    return None


def _say(line: str) -> None:
    click.echo(escape(line), err=True)
