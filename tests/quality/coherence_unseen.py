"""Scores out-of-fold predictions of coherence, where no model saw the source; the form is that of measure_dev.py.

    python tests/quality/coherence_unseen.py SHARED PREDICTIONS.ndjson OUT.json

PREDICTIONS is the output of `python -m copydesk.coherence.train --out-of-fold`. The rows are those of measure_dev.py
coherence that depend on training; names, goals and scorers are the same.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

MISSED = "documents rejected"


def main(shared: Path, predictions: Path, out: Path) -> None:
    """Write the rows."""
    sys.path.insert(0, str(shared / "score"))
    import contract  # type: ignore[import-not-found]  # in the folder of the argument
    import score_coherence  # type: ignore[import-not-found]  # in the folder of the argument

    predicted = [contract.normal(document) for document in contract.load(str(predictions))]
    gold = {
        name: contract.load(str(shared / "data" / "coherence" / f"{name}.jsonl"))
        for name in ("intrusion", "ranking", "residue")
    }
    intrusion, ranking, residue = (score_coherence.score(rows, predicted) for rows in gold.values())
    articles = score_coherence.article_figures(intrusion, ranking)
    expected = sum(len(score_coherence.inputs(rows)) for rows in gold.values())
    unit, pairs = intrusion["off_topic"], ranking["pairs"]
    rows = [
        _row(MISSED, expected - len(predicted), "<=", 0),
        _row("paragraph AUC (off_topic)", unit["auc"], ">=", 0.970),
        _row("paragraph AP", unit["ap"], ">=", 0.80),
        _row("paragraph F1", unit["best_F1"], ">=", 0.76),
        _row("own flags: off_topic F1", intrusion["flags"]["off_topic"]["F1"], ">=", None),
        _row("clean articles without a flag", intrusion["clean_articles_without_flag"], ">=", None),
        _row("paragraph ECE", unit["ece"], "<=", 0.02),
        _row("article AUC, clean against intruded", articles["auc_intruded"], ">=", 0.88),
        _row("article AUC, clean against mixed and half", articles["auc_mixed"], ">=", 0.91),
        _row("original above mixed, easy", pairs["mixed_easy"], ">=", 0.95),
        _row("original above mixed, hard", pairs["mixed_hard"], ">=", 0.90),
        _row("original above half, easy", pairs["half_easy"], ">=", 0.95),
        _row("original above half, hard", pairs["half_hard"], ">=", 0.85),
        _row("article ECE (50/50)", articles["ece"], "<=", 0.05),
        _row("contaminated articles caught, 5 % of clean flagged", unit["caught"], ">=", 0.45),
        _row("residue AUC (larger of off_topic and furniture)", residue["any"]["auc"], ">=", 0.87),
    ]
    out.write_text(json.dumps({"coherence-unseen": {"rows": rows}}), encoding="utf-8")
    for row in rows:
        print(f"{row['name']:56} {row['value']:.4f}  {row['op']} {row['goal']}")  # noqa: T201 - a command


def _row(name: str, value: float, op: str, goal: float | None) -> dict[str, Any]:
    return {
        "name": name,
        "value": value if isinstance(value, int) else float(value),
        "op": op,
        "goal": goal,
        "note": "",
    }


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
