"""Runs of blocks of a page that stand outside its article, to be shown as one line each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from copydesk.contracts.articles import Block, CleanedArticle

MIN_RUN = 3
"""Blocks of the shortest run that is folded."""

MAX_CHARACTERS = 100
"""Characters of a folded run that are shown."""


def is_outside(article: CleanedArticle, block: Block) -> bool:
    """True if a block stands outside the article of an HTML page."""
    return article.source.kind == "html" and block.reason == "navigation"


def fold_blocks(article: CleanedArticle) -> Iterator[Sequence[tuple[int, Block]]]:
    """Numbered blocks of an article in order: one by one, or a run of blocks outside the article."""
    numbered = enumerate(article.blocks)
    for outside, group in groupby(numbered, key=lambda pair: is_outside(article, pair[1])):
        run = list(group)
        if outside and len(run) >= MIN_RUN:
            yield run
        else:
            yield from ([pair] for pair in run)


def describe_run(run: Sequence[tuple[int, Block]]) -> str:
    """One line for a run of blocks: their number, and how they begin."""
    words = " · ".join(" ".join((block.text or "").split()) for _, block in run[:20])
    if len(words) > MAX_CHARACTERS:
        words = f"{words[: MAX_CHARACTERS - 1]}…"
    return f"{len(run)} blocks outside the article: {words}"
