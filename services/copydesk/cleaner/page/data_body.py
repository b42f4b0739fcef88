"""Body of an article that stands in full only in the page's data (JSON-LD `articleBody`)."""

from __future__ import annotations

from collections.abc import Sequence

from copydesk.cleaner.page.tokens import measure_agreement, tabulate

MIN_WORDS = 40
"""Tokens of the shortest body that is read from the data."""

LONGER = 2.0
"""Times that it must be as long as what the page shows of the article. With 1.5, three of 737 pages used it, each for
the worse."""

MAX_PARAGRAPHS = 2_000
"""Paragraphs of the longest body that is read from the data."""

AGREEMENT = 0.8
"""Share of what the page shows that must stand in the data, or the data tells another story."""


def find_missing(shown: Sequence[str], body: str) -> list[str]:
    r"""Paragraphs of the data's body if it is longer than the text that the page shows, and agrees with it, else none.

    Args:
        shown: Blocks of the body as the page shows it.
        body: Body in the page's data, a paragraph a line.

    >>> body = "\n".join(f"Paragraph {k} of the pier story has some words of its own." for k in range(9))
    >>> len(find_missing(["Paragraph 0 of the pier story has some words of its own."], body))
    9
    >>> find_missing(["A text of something else stands here, and it is not the same."], body)
    []
    """
    paragraphs = [line for line in body.split("\n") if line.strip()]
    numbers: dict[str, int] = {}
    lengths = tabulate(paragraphs, numbers).counts
    table = tabulate(shown, numbers)
    words = int(table.counts.sum())
    if lengths.sum() < max(MIN_WORDS, LONGER * words) or len(paragraphs) > MAX_PARAGRAPHS:
        return []
    if words:
        agreement = measure_agreement(table, body, numbers)
        if float(agreement @ table.counts) < AGREEMENT * words:
            return []
    return paragraphs
