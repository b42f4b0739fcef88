"""What the extractor makes of the articles on which coherence is judged, for `coherence.train --extracted`.

python tests/quality/coherence_extracted.py DATA OUT.ndjson
"""

from __future__ import annotations

import sys
from pathlib import Path

from copydesk import extractor
from copydesk.coherence.train import read_judged
from copydesk.contracts.articles import CleanedArticle
from copydesk.extractor import ExtractorSettings


def main(data: Path, out: Path) -> None:
    """Writes one document a line."""
    extract = extractor.load(ExtractorSettings())
    with out.open("wb") as file:
        for _, article in read_judged(data):
            cleaned = CleanedArticle.read(article.write(), None)
            file.write(extract(cleaned).write() + b"\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
