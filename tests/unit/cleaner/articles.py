"""Articles for the cleaner's tests, and a check of the blocks of its results."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec

from copydesk.contracts.articles import CleanedArticle, RawArticle

Clean = Callable[[RawArticle], CleanedArticle]

TITLE = "Harbour bridge to reopen in May"
BODY = [
    "The city council voted on Tuesday to reopen the harbour bridge, closed since the storm damaged its piers.",
    "“We will open it in May and not a day later”, mayor Anna Berg told reporters after the vote in the town hall.",
    "The bridge carries about nine thousand cars a day. Traders on the north bank said their shops stood empty.",
    "Engineers of the harbour office will inspect the piers again in April, Berg said, before the first cars cross.",
    "Residents of the north bank have waited for the bridge since the storm, and some of them doubt the date.",
]
PAGE = f"""<!DOCTYPE html><html lang="en-GB"><head><title>{TITLE} | The Post</title>
<link rel="canonical" href="https://www.example.org/bridge"><meta name="author" content="Jane Doe">
<meta property="og:title" content="{TITLE}"><meta property="article:published_time" content="2024-03-01T10:00:00+01:00">
</head><body><nav><a href="/">Home</a> <a href="/news">News</a></nav><article><h1>{TITLE}</h1>
{"".join(f"<p>{line}</p>" for line in BODY)}</article><footer>All rights reserved</footer></body></html>"""


def article(text: str | None = None, **fields: object) -> RawArticle:
    """A raw English article with this text."""
    return msgspec.convert({"id": "a", "language": "en", "text": text} | fields, RawArticle)


def reasons(result: CleanedArticle) -> dict[str, str | None]:
    """Reason of each removed block, by its text."""
    return {block.text: block.reason for block in result.blocks if block.text is not None}


def check_blocks(source: str, result: CleanedArticle) -> None:
    """Assert all that the contract promises of blocks and offsets."""
    CleanedArticle.read(result.write(), None)
    source = source if result.source.text is None else result.source.text
    covered = set[int]()
    for block in result.blocks:
        span = set(range(block.source_start, block.source_end))
        assert span
        assert covered.isdisjoint(span)
        covered |= span
        if block.kept:
            assert block.start is not None
            assert block.end is not None
            assert result.text[block.start : block.end] == result.text[block.start : block.end].strip()
    assert [b.source_start for b in result.blocks] == sorted(b.source_start for b in result.blocks)
    assert {k for k, char in enumerate(source) if not char.isspace()} <= covered
    kept = [(b.start, b.end) for b in result.blocks if b.start is not None and b.end is not None]
    assert all(end <= start for (_, end), (start, _) in pairwise(kept))
    rest = list(result.text)
    for start, end in kept:
        rest[start:end] = " " * (end - start)
    assert not "".join(rest).strip()
