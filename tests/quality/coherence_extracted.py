"""Writes the judged articles of coherence as the extractor returns them, for `coherence.train --extracted`.

python tests/quality/coherence_extracted.py DATA OUT.ndjson
"""

from __future__ import annotations

import sys
from pathlib import Path

from copydesk import extractor
from copydesk.coherence.training.data import read_judged
from copydesk.contracts.articles import CleanedArticle
from copydesk.extractor import ExtractorSettings


def main(data: Path, out: Path) -> None:
    """Write one document per line."""
    extract = extractor.load(ExtractorSettings())
    with out.open("wb") as file:
        for _, article in read_judged(data):
            cleaned = CleanedArticle.read(article.write(), None)
            file.write(extract(cleaned).write() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
