"""The cleaner's figures on the trials: small articles of one fault each; the form is that of measure_dev.py.

    python tests/quality/trials_cleaned.py SHARED OUT.json COPYDESK

COPYDESK is the command. Shares of what is expected of all articles: words kept, words dropped, number of paragraphs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from quality.trials import row, score_trials

GOALS = {
    "keeps": ("words of the body kept", 1325 / 1338),
    "drops": ("words of no body dropped", 150 / 183),
    "paragraphs": ("number of paragraphs right", 29 / 32),
    "title": ("titles right", 25 / 28),
    "authors": ("authors right", 25 / 28),
    "date": ("dates right", 21 / 23),
}
"""Name and goal of each group of the scorer."""


def main(shared: Path, out: Path, copydesk: str) -> None:
    """Write the rows."""
    totals = score_trials(shared, "cleaner.jsonl", copydesk)
    rows = [
        row(name, totals[group].get("right", 0) / sum(totals[group].values()), ">=", goal)
        for group, (name, goal) in GOALS.items()
    ]
    out.write_text(json.dumps({"trials-cleaner": {"rows": rows}}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
