"""Count words for `word-weights-1.tsv`: `python -m copydesk.related.train FEED --to FILE`.

Only counts are kept, of words that at least five articles hold: no text can be read from them.
"""

from __future__ import annotations

import argparse
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from copydesk.related.words import FILE, split_words

MIN_ARTICLES = 5
"""Number of articles that must hold a word. A rarer one weighs as one that was never seen."""


def read_texts(feed: Path) -> Iterator[str]:
    """Texts of a feed."""
    with lzma.open(feed, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def main() -> None:
    """Count, and write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("feed", type=Path)
    parser.add_argument("--to", type=Path, default=Path(__file__).with_name(FILE))
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    documents = 0
    for text in read_texts(arguments.feed):
        documents += 1
        counts.update(set(split_words(text)))
    kept = sorted((word, count) for word, count in counts.items() if count >= MIN_ARTICLES)
    lines = [str(documents), *(f"{word}\t{count}" for word, count in kept)]
    arguments.to.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
