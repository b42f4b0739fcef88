"""The shipped page model: its card names it, and its command makes it from the development data."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from copydesk.cleaner.page.page_model import FILE, PageModel
from copydesk.cleaner.page.passes import FIRST_PASS, SECOND
from harness import processor

PAGE = Path(__file__).parents[2] / "services" / "copydesk" / "cleaner" / "page"
DATA = ("html/dev", "html_more/fundus", "html_more/mercury", "html_more/newspaper")


def test_the_card_names_the_file() -> None:
    sha256 = hashlib.sha256((PAGE / FILE).read_bytes()).hexdigest()
    assert sha256 in (PAGE / FILE).with_suffix(".card.md").read_text(encoding="utf-8")


def test_the_file_looks_at_the_facts_that_the_code_computes() -> None:
    assert PageModel.load().columns == (*FIRST_PASS, *SECOND)


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1_800)  # four minutes of CPU on an idle core
def test_training_anew_gives_the_shipped_file(shared_folder: Path, tmp_path: Path) -> None:
    processor.needs_the_same()
    out = tmp_path / FILE
    data = [str(shared_folder / "data" / f"{name}.jsonl.xz") for name in DATA]
    command = [sys.executable, "-m", "copydesk.cleaner.page.train", *data, "--to", str(out)]
    subprocess.run(command, check=True, env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})
    assert out.read_bytes() == (PAGE / FILE).read_bytes()
