"""The doctor's checks of this machine."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from copydesk.operations.doctor import machine
from copydesk.operations.doctor.machine import check_memory, check_variables
from copydesk.runtime.settings import Settings
from copydesk.stage import find
from copydesk.viewer.settings import ViewerSettings


@pytest.mark.parametrize(
    ("limit", "state", "fix"),
    [("max", "ok", None), (str(8 * 1024**3), "ok", None), (str(1024**3), "note", "COPYDESK_MAX_CHILD_BYTES=805306368")],
)
def test_a_containers_limit_is_compared_with_that_of_the_stages_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, state: str, fix: str | None
) -> None:
    (tmp_path / "memory.max").write_text(limit + "\n")
    (tmp_path / "meminfo").write_text("MemTotal:  9000000 kB\nMemAvailable:    8000000 kB\n")
    monkeypatch.setattr(machine, "CGROUP", tmp_path / "memory.max")
    monkeypatch.setattr(machine, "PROC", tmp_path)
    finding = check_memory(Settings())
    assert (finding.state, finding.fix) == (state, fix)


def test_a_misspelt_setting_is_reported_and_the_viewers_settings_are_not() -> None:
    environ = {
        "COPYDESK_BROKER": "kafka:9092",
        "COPYDESK_DELIVERY": "auto",
        "COPYDESK_SASL_PASSWORD_FILE": "/run/secrets/password",
        "COPYDESK_CLEANER_TOPIC_FORM": "0.9",
        "COPYDESK_REQUIRE": "kafka",
        "COPYDESK_TEST_BROKERS": "kafka:9092",
        **{f"COPYDESK_VIEWER_{field.name.upper()}": "1" for field in msgspec.structs.fields(ViewerSettings)},
    }
    findings = list(check_variables([find("cleaner")], environ))
    assert [(finding.state, finding.message.partition(":")[0], finding.fix) for finding in findings] == [
        ("note", "COPYDESK_BROKER", "COPYDESK_BROKERS"),
        ("note", "COPYDESK_CLEANER_TOPIC_FORM", "COPYDESK_CLEANER_TOPIC_FROM"),
    ]


def test_little_memory_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "meminfo").write_text("MemAvailable:    8000 kB\n")
    monkeypatch.setattr(machine, "PROC", tmp_path)
    assert check_memory(Settings()).state == "fail"
