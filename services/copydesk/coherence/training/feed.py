"""Clean articles of the feed: real scrapes of newspapers, without the lines that hardly belong to an article."""

from __future__ import annotations

import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copydesk.coherence.training.articles import CleanArticle, find_fold
from copydesk.coherence.words import ends_sentence

FOLDS = 3
"""Parts of the feed, by site. Each is held out as a whole: the figures are those of sites that no model saw."""

MAX_ARTICLES = 40
"""Articles of a site, evenly spread over its time: some sites have ten times as many as others."""

MIN_WORDS = 6
MIN_PARAGRAPHS = 4
MAX_PARAGRAPHS = 45


def read_feed(data: Path) -> Iterator[CleanArticle]:
    """Articles of the feed with their prose alone.

    Nobody labelled the feed. Lines that do not end as sentences do, short ones, and lines that two articles of a site
    share are left out: captions, links and notes of the site are mostly among them.

    Args:
        data: Folder of the development data.
    """
    with lzma.open(data / "feed" / "dev.jsonl.xz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    by_site: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_site[row["site"]].append(row)
    for site, articles in by_site.items():
        source = f"feed-{find_fold(site, FOLDS)}"
        texts = [_split(row["text"]) for row in articles]
        seen = Counter(line for lines in texts for line in set(lines))
        step = max(1, len(articles) // MAX_ARTICLES)
        for row, lines in list(zip(articles, texts, strict=True))[::step][:MAX_ARTICLES]:
            prose = [
                line for line in lines if seen[line] == 1 and len(line.split()) >= MIN_WORDS and ends_sentence(line)
            ]
            if len(prose) >= MIN_PARAGRAPHS:
                yield CleanArticle(source, f"feed/{row['id']}", site, row["title"], prose[:MAX_PARAGRAPHS])


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
