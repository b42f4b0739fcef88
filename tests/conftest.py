from __future__ import annotations

from pathlib import Path

import pytest

from harness.require import ROOT, shared


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """Development data and scorers; the test is skipped without."""
    return shared()


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's COPYDESK_* must not change what tests see."""
    import os

    for name in list(os.environ):
        if name.startswith("COPYDESK_") and name not in {"COPYDESK_REQUIRE", "COPYDESK_TEST_BROKERS"}:
            monkeypatch.delenv(name)
