"""The shipped block model: its card names it, and its command makes it from the development data."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.cleaner.model.block_model import FILE
from harness import processor

FURTHER = ("fundus", "mercury", "newspaper", "readability", "wcxb")
"""Files of further sites, in the order of the card's command."""
MODEL = Path(__file__).parents[2] / "services" / "copydesk" / "cleaner" / "model"


def test_the_card_names_the_file() -> None:
    sha256 = hashlib.sha256((MODEL / FILE).read_bytes()).hexdigest()
    assert sha256 in (MODEL / FILE).with_suffix(".card.md").read_text(encoding="utf-8")


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1_800)  # five minutes of CPU on an idle core
def test_training_anew_gives_the_shipped_file(shared_folder: Path, tmp_path: Path) -> None:
    processor.needs_the_same()
    out = tmp_path / FILE
    data = shared_folder / "data"
    further = [str(data / "cleaning_more" / f"{name}.jsonl.xz") for name in FURTHER]
    command = [sys.executable, "-m", "copydesk.cleaner.model.train", str(data / "cleaning" / "dev.jsonl")]
    command += ["--further", *further, "--to", str(out)]
    subprocess.run(command, check=True, env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    assert out.read_bytes() == (MODEL / FILE).read_bytes()
