from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from harness.brokers import stop_shared_kafka
from harness.require import ROOT, shared

# how fast a machine makes examples says nothing of the product; hypothesis does the same by itself where CI is set
settings.register_profile("any machine", settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


FIRST = (
    "quality/test_floors.py",
    "deploy/test_containers.py",
    "broker/test_worker.py",
    "broker/chaos/test_chaos.py",
    "quality/test_cleaner_model.py",
    "quality/test_coherence_model.py",
    "unit/extractor/test_nlp.py",
)
"""Files that take minutes each. They begin first, so that nobody waits for them at the end of a run in processes."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest; the order of all other tests stays."""
    ranks = {ROOT / "tests" / name: rank for rank, name in enumerate(FIRST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """End the broker that the processes of this run shared; the process that started them all does it."""
    if not hasattr(session.config, "workerinput"):
        stop_shared_kafka(_run_folder(session.config._tmp_path_factory))  # type: ignore[attr-defined] # no public way here


def _run_folder(factory: pytest.TempPathFactory) -> Path:
    """Temporary folder of the whole run: pytest-xdist gives each process a folder in it."""
    base = factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A temporary folder that all processes of this run share."""
    return _run_folder(tmp_path_factory)


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
    for name in list(os.environ):
        if name.startswith("COPYDESK_") and name not in {"COPYDESK_REQUIRE", "COPYDESK_TEST_BROKERS"}:
            monkeypatch.delenv(name)
