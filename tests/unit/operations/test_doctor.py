"""What the doctor finds on this machine."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import msgspec
import pytest

from copydesk.operations import doctor
from copydesk.operations.doctor import Finding, State, exit_of
from copydesk.runtime.settings import Settings
from copydesk.stage import find
from copydesk.viewer.settings import ViewerSettings


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([], 0),
        ([("ok", 3), ("note", 5)], 0),
        ([("fail", 1)], 1),
        ([("fail", 1), ("fail", 5)], 5),
        ([("fail", 5), ("fail", 3), ("fail", 1)], 3),
    ],
)
def test_the_worst_failure_is_the_exit_code(found: list[tuple[State, int]], code: int) -> None:
    assert exit_of([Finding(check="x", state=state, told="", exit=exit_) for state, exit_ in found]) == code


@pytest.mark.parametrize(
    ("limit", "state", "mend"),
    [("max", "ok", None), (str(8 * 1024**3), "ok", None), (str(1024**3), "note", "COPYDESK_MAX_CHILD_BYTES=805306368")],
)
def test_a_containers_limit_is_held_against_the_childs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, state: str, mend: str | None
) -> None:
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "meminfo").write_text("MemTotal:  9000000 kB\nMemAvailable:    8000000 kB\n")
    monkeypatch.setattr(doctor, "CGROUP", tmp_path / "memory.max")
    monkeypatch.setattr(doctor, "PROC", tmp_path)
    (found,) = doctor._memory(Settings())
    assert (found.state, found.mend) == (state, mend)


def test_a_misspelt_setting_is_told_and_the_viewers_are_none() -> None:
    environ = {
        "COPYDESK_BROKER": "kafka:9092",
        "COPYDESK_DELIVERY": "auto",
        "COPYDESK_SASL_PASSWORD_FILE": "/run/secrets/password",
        "COPYDESK_CLEANER_TOPIC_FORM": "0.9",
        "COPYDESK_REQUIRE": "kafka",
        "COPYDESK_TEST_BROKERS": "kafka:9092",
        **{f"COPYDESK_VIEWER_{field.name.upper()}": "1" for field in msgspec.structs.fields(ViewerSettings)},
    }
    found = list(doctor._misspelt([find("cleaner")], environ))
    assert [(finding.state, finding.told.partition(":")[0], finding.mend) for finding in found] == [
        ("note", "COPYDESK_BROKER", "COPYDESK_BROKERS"),
        ("note", "COPYDESK_CLEANER_TOPIC_FORM", "COPYDESK_CLEANER_TOPIC_FROM"),
    ]


def test_little_memory_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable:    8000 kB\n")
    monkeypatch.setattr(doctor, "PROC", tmp_path)
    (found,) = doctor._memory(Settings())
    assert found.state == "fail"


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
    assert doctor._changed("mymodel") == []
    (tmp_path / "mymodel" / "weights.bin").write_bytes(b"others")
    assert doctor._changed("mymodel") == ["mymodel/weights.bin"]
    (tmp_path / "mymodel" / "weights.bin").unlink()
    assert doctor._changed("mymodel") == ["mymodel/weights.bin"]
    assert doctor._changed("no-such-model") is None
