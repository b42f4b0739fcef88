"""The doctor's checks of models."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest

from copydesk.operations.doctor.models import changed_files


def test_a_changed_model_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As pip records it (PEP 376): a file's hash beside its path."""
    content = b"weights"
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    (tmp_path / "mymodel").mkdir()
    (tmp_path / "mymodel" / "weights.bin").write_bytes(content)
    info = tmp_path / "mymodel-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mymodel\nVersion: 1.0\n")
    (info / "RECORD").write_text(f"mymodel/weights.bin,sha256={digest},7\nmymodel-1.0.dist-info/RECORD,,\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert changed_files("mymodel") == []
    (tmp_path / "mymodel" / "weights.bin").write_bytes(b"others")
    assert changed_files("mymodel") == ["mymodel/weights.bin"]
    (tmp_path / "mymodel" / "weights.bin").unlink()
    assert changed_files("mymodel") == ["mymodel/weights.bin"]
    assert changed_files("no-such-model") is None
