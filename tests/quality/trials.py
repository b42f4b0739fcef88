"""Totals of the trials, as `score_trials.py` in the shared folder counts them: small articles of one fault each."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def score_trials(shared: Path, name: str, copydesk: str) -> dict[str, dict[str, int]]:
    """Counts by group and outcome.

    Args:
        shared: The folder of data and scorers.
        name: File of the trials.
        copydesk: The command.
    """
    with tempfile.TemporaryDirectory() as folder:
        scored = Path(folder) / "scored.json"
        trials = str(shared / "data" / "trials" / name)
        scorer = [str(shared / "score" / "score_trials.py"), trials, "--copydesk", copydesk, "--json", str(scored)]
        subprocess.run([sys.executable, *scorer], check=True, stdout=subprocess.DEVNULL)
        totals: dict[str, dict[str, int]] = next(iter(json.loads(scored.read_bytes()).values()))["totals"]
    return totals


def row(name: str, value: float, op: str, goal: float) -> dict[str, Any]:
    """Row of a figure, in the form of measure_dev.py."""
    return {"name": f"trials: {name}", "value": value, "op": op, "goal": goal, "note": ""}
