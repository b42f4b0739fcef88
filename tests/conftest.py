from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from harness.require import ROOT, shared

# how fast a machine makes examples says nothing of the product; hypothesis does the same by itself where CI is set
settings.register_profile("any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


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
