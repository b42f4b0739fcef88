"""Example articles, and their text on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable

from rich.console import Console

from copydesk.contracts.articles import ScoredArticle
from harness.require import ROOT

EXAMPLES = ROOT / "schemas" / "examples" / "articles.scored" / "1"


def example(name: str = "foreign-tail") -> ScoredArticle:
    """A scored article of schemas/examples."""
    return ScoredArticle.read((EXAMPLES / f"{name}.json").read_bytes(), None)


def printed(
    print_article: Callable[[ScoredArticle, Console], None], article: ScoredArticle, *, colours: bool = False
) -> str:
    """Text that a function prints for an article on a terminal of 100 columns."""
    out = io.StringIO()
    console = Console(file=out, width=100, force_terminal=colours, color_system="truecolor" if colours else None)
    print_article(article, console)
    return out.getvalue()
