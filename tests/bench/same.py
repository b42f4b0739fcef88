"""Every paragraph of the development data by spaCy's loop and by the numpy model: one difference is an error.

python tests/bench/same.py [--model md] [--step 1]
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one worker has one core

sys.path.insert(0, str(Path(__file__).parents[1]))

from copydesk.extractor.nlp import NumpyParser, SpacyParser, load_pipeline
from harness.parses import articles, differences

SHARED = Path(__file__).parents[3] / "shared"


def main() -> None:
    """Compare; the exit code is 1 if a paragraph differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=SHARED, help="development data")
    parser.add_argument("--model", default="md", help="md or sm")
    parser.add_argument("--step", type=int, default=1, help="every nth article of each set")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", message=r"\[W095\]")
    stock, fast = SpacyParser(load_pipeline(asked.model)), NumpyParser(load_pipeline(asked.model))
    compared = differing = 0
    for paragraphs in articles(asked.shared, step=asked.step):
        compared += len(paragraphs)
        for difference in differences(stock, fast, paragraphs):
            differing += 1
            print(f"differs: {difference.text[:200]!r}")  # noqa: T201 - a command
    print(f"{asked.model}: {differing} of {compared:,} paragraphs differ")  # noqa: T201 - ditto
    sys.exit(bool(differing))


if __name__ == "__main__":
    main()
