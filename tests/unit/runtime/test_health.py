from __future__ import annotations

import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from copydesk.runtime.health import (
    Health,
    has_ended,
    health_file,
    health_files,
    read_health,
    remove_ended,
    unhealthy,
    write_health,
)
from copydesk.runtime.private_folder import private_path

READY = Health(stage="cleaner", pid=1, state="ready", checked=1000.0)


def test_who_speaks_and_works_is_healthy() -> None:
    assert unhealthy(READY, ready=True, now=1001) is None


def test_silence_is_unhealthy() -> None:
    assert "no report for 20 s" in (unhealthy(READY, now=1020) or "")


def test_a_report_of_the_future_tells_nothing_about_now() -> None:
    assert "the last report is of 4000 s ahead" in (unhealthy(READY, now=READY.checked - 4000) or "")


def test_life_without_progress_is_unhealthy() -> None:
    stalled = msgspec.structs.replace(READY, state="stalled", waiting=True, idle_seconds=400)
    assert unhealthy(stalled, now=1001) == "work is waiting and nothing was done for 400 s"


@pytest.mark.parametrize("state", ["starting", "halted", "stopping"])
def test_alive_but_not_ready(state: str) -> None:
    health = msgspec.convert({**msgspec.to_builtins(READY), "state": state, "reason": "why"}, Health)
    assert unhealthy(health, now=1001) is None
    assert unhealthy(health, ready=True, now=1001) == f"{state}: why"


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "health.json"
    write_health(path, READY)
    write_health(path, msgspec.structs.replace(READY, state="halted"))
    assert read_health(path).state == "halted"
    assert [file.name for file in tmp_path.iterdir()] == ["health.json"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_each_worker_has_its_own_file_in_a_folder_of_its_user(temporary: Path) -> None:
    assert health_file("cleaner") != health_file("extractor")
    assert health_file("cleaner", Path("told")) == Path("told")
    assert health_files() == []
    mine = health_file("my.stage")
    write_health(mine, READY)
    assert (health_files(), health_files("my.stage"), health_files("stage")) == ([mine], [mine], [])
    assert stat.S_IMODE(mine.parent.stat().st_mode) == 0o700
    assert mine.parent.parent == temporary


def test_the_folder_of_somebody_else_and_a_link_are_not_used(temporary: Path) -> None:
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    private_path().symlink_to(elsewhere)
    with pytest.raises(PermissionError, match="no folder of this user's own"):
        write_health(health_file("cleaner"), READY)
    assert list(elsewhere.iterdir()) == []
    with pytest.raises(PermissionError):
        health_files()
    private_path().unlink()
    private_path().mkdir(mode=0o777)
    private_path().chmod(0o777)
    write_health(health_file("cleaner"), READY)
    assert stat.S_IMODE(private_path().stat().st_mode) == 0o700


def test_a_link_in_place_of_the_first_file_is_not_followed(tmp_path: Path) -> None:
    path, victim = tmp_path / "health.json", tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "health.json.1").symlink_to(victim)
    path.symlink_to(victim)
    write_health(path, READY)
    assert victim.read_text() == "precious"
    assert read_health(path) == READY
    assert not path.is_symlink()


def test_reports_of_workers_that_were_killed_are_removed_by_the_next_one(temporary: Path) -> None:
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    process = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    mine = health_file("cleaner")
    killed = mine.with_name(f"cleaner.{int(process.stdout)}.health.json")
    others = mine.with_name(f"extractor.{int(process.stdout)}.health.json")
    for path in (mine, killed, others):
        write_health(path, READY)
    assert [has_ended(path) for path in (mine, killed)] == [False, True]
    remove_ended("cleaner")
    assert health_files() == [mine, others]
