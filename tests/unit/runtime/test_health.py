from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from copydesk.runtime.health import Health, health_file, read_health, unhealthy, write_health

READY = Health(stage="cleaner", pid=1, state="ready", checked=1000.0)


def test_who_speaks_and_works_is_healthy() -> None:
    assert unhealthy(READY, ready=True, now=1001) is None


def test_silence_is_unhealthy() -> None:
    assert "no report for 20 s" in (unhealthy(READY, now=1020) or "")


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


def test_each_stage_has_its_own_file() -> None:
    assert health_file("cleaner") != health_file("extractor")
    assert health_file("cleaner", Path("told")) == Path("told")
