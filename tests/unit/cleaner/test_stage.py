"""The stage as a value: importing it is cheap."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_loads_no_model_and_no_parser() -> None:
    heavy = ["spacy", "faust", "numpy", "trafilatura", "py3langid", "lxml", "ftfy", "yaml", "copydesk.vectors.table"]
    code = f"import sys, copydesk.cleaner; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
