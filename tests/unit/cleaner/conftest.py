"""The cleaner with its default settings, loaded once per session."""

from __future__ import annotations

import pytest

from copydesk.cleaner import CleanerSettings, load
from unit.cleaner.articles import Clean


@pytest.fixture(scope="session")
def clean() -> Clean:
    return load(CleanerSettings())
