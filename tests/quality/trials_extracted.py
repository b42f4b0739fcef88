"""The extractor's figures on the trials: small articles of one construction each; the form is that of measure_dev.py.

    python tests/quality/trials_extracted.py SHARED OUT.json COPYDESK

COPYDESK is the command. Each article runs through all stages, as `score_trials.py` in the shared folder does it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any


def main(shared: Path, out: Path, copydesk: str) -> None:
    """Write the rows."""
    trials = shared / "data" / "trials" / "extractor.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        scored = Path(folder) / "scored.json"
        scorer = [str(shared / "score" / "score_trials.py"), str(trials), "--copydesk", copydesk, "--json", str(scored)]
        subprocess.run([sys.executable, *scorer], check=True, stdout=subprocess.DEVNULL)
        totals = next(iter(json.loads(scored.read_bytes()).values()))["totals"]
    speakers, quotations, entities = (Counter(totals[group]) for group in ("speaker", "quotation", "entity"))
    rows = [
        _row("trials: speakers wrong", speakers["wrong"] / speakers.total(), "<=", 12 / 560),
        _row("trials: speakers right", speakers["right"] / speakers.total(), ">=", 500 / 560),
        _row("trials: speakers missed", speakers["missed"] / speakers.total(), "<=", 40 / 560),
        _row("trials: false quotations", quotations["false"] / quotations.total(), "<=", 3 / 23),
        _row("trials: entities right", entities["right"] / entities.total(), ">=", 275 / 300),
        _row("trials: forbidden entities", totals["never"].get("wrong type", 0), "<=", 0),
    ]
    out.write_text(json.dumps({"trials": {"rows": rows}}), encoding="utf-8")


def _row(name: str, value: float, op: str, goal: float) -> dict[str, Any]:
    return {"name": name, "value": value, "op": op, "goal": goal, "note": ""}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
