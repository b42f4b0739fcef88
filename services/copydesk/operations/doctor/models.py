"""Checks of a stage's models: published hashes, and whether they load."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import AsyncIterator
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path

import copydesk
from copydesk.operations.doctor.finding import Finding, State
from copydesk.operations.doctor.machine import format_bytes, read_proc
from copydesk.runtime.exits import Exit
from copydesk.runtime.settings import Settings
from copydesk.runtime.stage_process import LoadError, StageProcess
from copydesk.stage import Stage


async def check_models(settings: Settings, stage: Stage, *, wanted: bool) -> AsyncIterator[Finding]:
    """Check that the stage's models are as they were published, and that they load.

    Args:
        settings: Settings of a worker.
        stage: The stage.
        wanted: Whether missing packages are a failure.
    """
    check, fix = f"models of {stage.name}", f"pip install --force-reinstall 'copydesk[{stage.name}]'"
    for name in _pinned_distributions(stage):
        changed = changed_files(name)
        if changed is None:
            continue
        if changed:
            message = f"{name} is not as it was published: {', '.join(changed[:3])}"
            yield Finding(check=check, state="fail", message=message, fix=fix, exit=Exit.SETUP)
        else:
            message = f"{name} {distribution(name).version}, every hash as published"
            yield Finding(check=check, state="ok", message=message)
    for path in _model_files(stage):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        yield Finding(check=check, state="ok", message=f"{path.name}, sha256 {digest}")
    yield await _check_loading(settings, stage, wanted=wanted, check=check, fix=fix)


async def _check_loading(settings: Settings, stage: Stage, *, wanted: bool, check: str, fix: str) -> Finding:
    process = StageProcess(stage, settings)
    begin = time.monotonic()
    try:
        await process.start()
    except LoadError as error:
        not_installed = "ModuleNotFoundError" in str(error)
        state: State = "note" if not_installed and not wanted else "fail"
        return Finding(check=check, state=state, message=str(error), fix=fix, exit=Exit.SETUP)
    else:
        seconds = time.monotonic() - begin
        resident = read_proc(f"{process.pid}/status", "VmRSS") or 0
        message = f"loads in {seconds:.1f} s, takes {format_bytes(resident)}"
        return Finding(check=check, state="ok", message=message)
    finally:
        await process.stop()


def _pinned_distributions(stage: Stage) -> list[str]:
    """Distributions of which the stage's extra names exactly one version: the models."""
    pinned = re.compile(rf"""^([\w.-]+)==\S+\s*;\s*extra == ['"]{re.escape(stage.name)}['"]$""")
    try:
        return [match[1] for requirement in requires("copydesk") or () if (match := pinned.match(requirement))]
    except PackageNotFoundError:  # run from a checkout that is not installed
        return []


def changed_files(name: str) -> list[str] | None:
    """Files of an installed distribution whose hash is not the recorded one; None if it is not installed."""
    try:
        files = distribution(name).files or []
    except PackageNotFoundError:
        return None
    changed = []
    for file in files:
        if file.hash is None:
            continue
        try:
            digest = hashlib.new(file.hash.mode, Path(str(file.locate())).read_bytes()).digest()
        except OSError:
            changed.append(str(file))
            continue
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
            changed.append(str(file))
    return changed


def _model_files(stage: Stage) -> list[Path]:
    """Model files of copydesk's own that a stage reads; their cards hold the hashes."""
    home = Path(copydesk.__file__).parent
    if not stage.load.__module__.startswith("copydesk."):
        return []
    folders = [home / stage.name, *([home / "vectors"] if stage.name in {"cleaner", "coherence"} else [])]
    return [
        path for folder in folders for path in sorted(folder.rglob("*-[0-9]*.*")) if path.suffix in {".npz", ".json"}
    ]


__all__ = ["changed_files", "check_models"]
