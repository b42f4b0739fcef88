"""Coefficients of the stage."""

from __future__ import annotations

from importlib.resources import files

import msgspec

from copydesk.coherence.coefficients import read_coefficients


def test_every_coefficient_has_a_reason() -> None:
    file = msgspec.json.decode((files("copydesk.coherence") / "coefficients.json").read_bytes())
    reasons = [number["why"] for section in file.values() if isinstance(section, dict) for number in section.values()]
    assert len(reasons) > 30
    assert all(len(reason) > 10 for reason in reasons)
    assert read_coefficients().version == file["version"]
