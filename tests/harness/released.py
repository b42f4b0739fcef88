"""An older version of copydesk, built from the repository's history, that runs beside this one."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from harness.require import ROOT, missing

BEFORE = "92090ab"
"""The last commit before stages kept a state, offsets had their topic's id and the cleaner read its sites' memory."""


def install_released(folder: Path, commit: str = BEFORE) -> Path:
    """A folder for PYTHONPATH that holds the version of a commit, from a wheel; skips without that history."""
    git = shutil.which("git") or missing("history", "git is not installed")
    try:
        packed = subprocess.run([git, "archive", commit], cwd=ROOT, check=True, capture_output=True).stdout
    except subprocess.CalledProcessError as error:
        missing("history", f"no commit {commit}: {error.stderr.decode(errors='replace').strip()}")
    source, wheels, target = folder / "source", folder / "wheels", folder / "installed"
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(source, filter="data")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index"]
    subprocess.run([*pip, "wheel", *offline, "--no-build-isolation", "-w", wheels, source], check=True)
    subprocess.run([*pip, "install", *offline, "--target", target, *wheels.glob("*.whl")], check=True)
    return target
