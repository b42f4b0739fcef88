"""The extractor's figures on the trials: small articles of one construction each; the form is that of measure_dev.py.

    python tests/quality/trials_extracted.py SHARED OUT.json COPYDESK

COPYDESK is the command. Each article runs through all stages, as `score_trials.py` in the shared folder does it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from quality.trials import row, score_trials


def main(shared: Path, out: Path, copydesk: str) -> None:
    """Write the rows."""
    totals = score_trials(shared, "extractor.jsonl", copydesk)
    speakers, quotations, entities = (Counter(totals[group]) for group in ("speaker", "quotation", "entity"))
    rows = [
        row("speakers wrong", speakers["wrong"] / speakers.total(), "<=", 12 / 560),
        row("speakers right", speakers["right"] / speakers.total(), ">=", 500 / 560),
        row("speakers missed", speakers["missed"] / speakers.total(), "<=", 40 / 560),
        row("false quotations", quotations["false"] / quotations.total(), "<=", 3 / 23),
        row("entities right", entities["right"] / entities.total(), ">=", 275 / 300),
        row("forbidden entities", totals["never"].get("wrong type", 0), "<=", 0),
    ]
    out.write_text(json.dumps({"trials": {"rows": rows}}), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
