"""Resolve the locks: one an image, and `dev.txt` for `make`; with hashes, for every Python and platform at once.

A lock names no registry; whoever installs from it uses his own.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
EXTRAS = {
    # an image can be traced: nothing of it is imported before COPYDESK_TRACING says so
    **{image: (image, "otel") for image in ("cleaner", "extractor", "coherence", "sites", "related", "viewer", "cli")},
    **{name: (name,) for name in ("build", "dev", "train", "bench")},
}
HEAD = "# Made by `make locks`; edit pyproject.toml instead.\n"


def main() -> None:
    """Write every lock anew."""
    for name, extras in EXTRAS.items():
        made = subprocess.run(
            [
                sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes",
                "--no-annotate", "--no-header",
                "--python-version", "3.11", *(part for extra in extras for part in ("--extra", extra)),
                *sys.argv[1:], "pyproject.toml",
            ],
            cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
        (HERE / f"{name}.txt").write_text(HEAD + made.stdout, encoding="utf-8")


if __name__ == "__main__":
    main()
