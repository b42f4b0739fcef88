"""The shipped model of coherence: its command makes it from the development data."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from copydesk.coherence.classifiers import FILE
from harness import processor


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.no_cover  # tracing every branch would exceed the time limit
@pytest.mark.timeout(900)  # a CPU-minute on an idle core
def test_training_gives_the_shipped_heads_byte_for_byte(shared_folder: Path, tmp_path: Path) -> None:
    processor.needs_the_same()
    out = tmp_path / "heads.json"
    command = [sys.executable, "-m", "copydesk.coherence.train", str(shared_folder / "data"), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, env={"OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"})
    assert out.read_bytes() == (files("copydesk.coherence") / FILE).read_bytes()
