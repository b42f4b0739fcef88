"""The package as a stage."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_stage_loads_no_library() -> None:
    code = "import sys, copydesk.coherence; print([m for m in ('numpy', 'spacy', 'faust') if m in sys.modules])"
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout.strip() == "[]"
