"""Every benchmark, one after the other, and one table of all their figures at the end.

    make bench    (ARGS="--only extractor,worker")

Some twenty minutes where nothing else runs, thirty at most. What could not be measured, since a peer is missing or took
too long, is named below the table; the rest is measured all the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.rows import NOTES

PARTS = {
    "cleaner": ("--limit", "100"),
    "extractor": ("--articles", "24", "--rounds", "5"),
    "coherence": ("--articles", "60", "--rounds", "5"),
    "worker": ("--articles", "3000", "--rounds", "5", "--kills", "1"),
    "pipeline": ("--articles", "60", "--rounds", "5", "--many", "100000"),
}
SECONDS = {"cleaner": 180, "extractor": 240, "coherence": 180, "worker": 600, "pipeline": 600}
"""That a part may take: half an hour together."""


def main() -> None:
    """Measure all, print the table; ends with 1 if a part could not be measured."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(PARTS), help="parts by name, with commas (default: all)")
    asked = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a part must hear it, also where a shell told us not to
    before, begin = os.getloadavg()[0], time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "notes"
        notes.touch()
        failed = [trouble for part in asked.only.split(",") if (trouble := run(part, notes))]
        lines_read = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    say(table([one for one in lines_read if "title" in one]))
    missing = [*(one["missing"] for one in lines_read if "missing" in one), *failed]
    say("".join(f"not measured: {one}\n" for one in missing))
    load = f"load {before:.1f} when it began, {os.getloadavg()[0]:.1f} at the end"
    minutes = (time.monotonic() - begin) / 60
    say(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; {load}; {minutes:.0f} min")
    sys.exit(1 if failed else 0)


def run(part: str, notes: Path) -> str:
    """Measure a part; why it could not be done, or nothing."""
    if part not in PARTS:
        return f"{part}: there is no such part; there are {', '.join(PARTS)}"
    script = str(Path(__file__).with_name(f"{part}.py"))
    say(f"{part} {' '.join(PARTS[part])}, {SECONDS[part]} seconds at most")
    environ = {"OMP_NUM_THREADS": "1", **os.environ, NOTES: str(notes)}  # one worker has one core
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", script, *PARTS[part]], env=environ, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, errors = process.communicate(timeout=SECONDS[part])
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # as Ctrl-C: it stops its broker and its workers
            process.communicate(timeout=60)
            return f"{part}: not done within {SECONDS[part]} seconds; what it had measured is in the table"
    sys.stderr.write(errors)
    last = errors.strip().splitlines()[-1:] or ["no word of why"]
    return f"{part}: {last[0]}" if process.returncode else ""


def table(parts: Sequence[dict[str, Any]]) -> str:
    """One table: each part's title and columns are a line in bold above its rows."""
    width = max((len(part["columns"]) for part in parts), default=0)
    lines = ["| |" + " |" * width, "| --- |" + " ---: |" * width]
    for part in parts:
        heads = [f"**{one}**" if one else "" for one in (part["title"], *part["columns"])]
        every = (heads, *([what, *figures] for what, figures in part["rows"]))
        lines += [f"| {' | '.join([*cells, *[''] * (width + 1 - len(cells))])} |" for cells in every]
    return "\n".join(lines) + "\n"


def say(line: str) -> None:
    """One line."""
    print(line, flush=True)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
