"""Skips that say why; with COPYDESK_REQUIRE=kafka,shared,... a skip of what is required there is a failure."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"


def missing(what: str, why: str) -> NoReturn:
    """Skip the test, or fail it where `what` is required."""
    if what in os.environ.get("COPYDESK_REQUIRE", "").split(","):
        pytest.fail(f"{what} is required here (COPYDESK_REQUIRE), but {why}", pytrace=False)
    pytest.skip(f"{what}: {why}")


def shared() -> Path:
    """The folder with development data and scorers, beside the repository."""
    if not (SHARED / "score").is_dir():
        missing("shared", f"there is no {SHARED.name}/ beside the repository")
    return SHARED


def chromium() -> str:
    """The program of Debian's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        missing("chromium", "there is no such program (Debian: apt-get install chromium)")
    return found
