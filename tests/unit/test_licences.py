"""Every package that is locked may be shipped: its licence is known, and permissive or bound to its own files."""

from __future__ import annotations

import importlib.util
from importlib.metadata import PackageNotFoundError
from types import ModuleType

import pytest

from harness.require import ROOT

LOCKS = ROOT / "infra" / "docker" / "locks"


def _module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("licences", LOCKS / "licences.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


licences = _module()


@pytest.mark.parametrize("lock", licences.locks(), ids=lambda lock: lock.stem)
def test_every_package_of_a_lock_has_a_known_licence(lock: object) -> None:
    packages = licences.locked(lock)
    assert packages
    unknown = []
    for name in packages:
        try:
            licence = licences.licence(name)
        except PackageNotFoundError:
            licence = "not installed: `make test` installs what is locked"
        if not licences.is_known(name, licence):
            unknown.append(f"{name}: {licence}")
    assert not unknown, "read their licences, then see infra/docker/locks/licences.py"


@pytest.mark.parametrize(
    ("expression", "shipped"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("(GPL-2.0-only OR LGPL-3.0-only) AND MIT", False),
        ("Proprietary", False),
        ("", False),
        (None, False),
    ],
)
def test_what_may_be_shipped(*, expression: str | None, shipped: bool) -> None:
    assert licences.is_known("x", expression) is shipped
