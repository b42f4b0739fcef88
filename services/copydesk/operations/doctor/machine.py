"""Checks of this machine: environment variables, disk, memory, schemas."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import msgspec

from copydesk.contracts.schemas import render, schemas
from copydesk.contracts.topics import schemas_folder
from copydesk.operations.doctor.finding import Finding
from copydesk.runtime.private_folder import private_folder, private_path
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage

DISK_BYTES = 100 * 1024**2
"""Free bytes below which a disk is nearly full; a worker itself writes health files of a few hundred bytes."""

MEMORY_BYTES = 256 * 1024**2
"""Available memory below which no worker can run; the parent process alone takes about a third of this."""

SIMILARITY = 0.9
"""Similarity of two names, of 1, above which one is taken for a misspelt other.

COPYDESK_BROKER and COPYDESK_BROKERS have .97; no setting of the viewer is that similar to a worker's.
"""

CGROUP = Path("/sys/fs/cgroup/memory.max")
PROC = Path("/proc")


def check_variables(stages: Sequence[Stage], environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Environment variables that no setting reads and that look like a misspelt one: nothing else reports them."""
    known = {f"COPYDESK_{field.name.upper()}" for field in msgspec.structs.fields(Settings)}
    for stage in stages:
        if stage.settings is not None:
            prefix = f"COPYDESK_{stage.name.upper().replace('-', '_')}_"
            known |= {prefix + field.name.upper() for field in msgspec.structs.fields(stage.settings)}
    for variable in sorted(environ):
        name = variable.removesuffix("_FILE")
        if not variable.startswith("COPYDESK_") or variable in known or name in known:
            continue
        if similar := get_close_matches(name, known, n=1, cutoff=SIMILARITY):
            message = f"{variable}: no setting has this name"
            yield Finding(check="settings", state="note", message=message, fix=similar[0])


def check_disk(settings: Settings) -> Finding:
    """Check that the folder of the health file can be written and has space."""
    folder = settings.health_file.parent if settings.health_file else private_path()
    try:
        if settings.health_file is None:
            private_folder()
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
        free = shutil.disk_usage(folder).free
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror}"
        fix = "set COPYDESK_HEALTH_FILE (and TMPDIR) to a folder that can be written"
        return Finding(check="disk", state="fail", message=message, fix=fix)
    message = f"{format_bytes(free)} free in {folder}"
    if free < DISK_BYTES:
        return Finding(check="disk", state="fail", message=message, fix=f"make room: df -h {folder}")
    return Finding(check="disk", state="ok", message=message)


def check_memory(settings: Settings) -> Finding:
    """Check that there is enough memory, and that the container's limit is above that of the stage's process."""
    available, limit = read_proc("meminfo", "MemAvailable"), _container_limit()
    if available is None:
        return Finding(check="memory", state="note", message="this system does not say how much memory is available")
    message = f"{format_bytes(available)} available" + (f", {format_bytes(limit)} at most" if limit else "")
    if available < MEMORY_BYTES:
        return Finding(check="memory", state="fail", message=message, fix="free -m; fewer workers on this machine")
    if limit and settings.max_child_bytes and limit < settings.max_child_bytes:
        return Finding(
            check="memory",
            state="note",
            message=f"{message}: an article that takes more costs the whole worker, not its process alone "
            f"(COPYDESK_MAX_CHILD_BYTES is {format_bytes(settings.max_child_bytes)})",
            fix=f"COPYDESK_MAX_CHILD_BYTES={limit * 3 // 4}",
        )
    return Finding(check="memory", state="ok", message=message)


def check_schemas() -> Finding:
    """Check that the schema files are those of this version."""
    folder = schemas_folder()
    expected = schemas()
    wrong = [
        name
        for name, schema in expected.items()
        if not (folder / name).is_file() or (folder / name).read_bytes() != render(schema)
    ]
    if wrong:
        message = f"not as this version of copydesk writes them: {', '.join(wrong)}"
        fix = "copydesk schemas write (in a checkout), or install copydesk again"
        return Finding(check="schemas", state="fail", message=message, fix=fix)
    names = ", ".join(name.removesuffix(".schema.json") for name in expected)
    return Finding(check="schemas", state="ok", message=names)


def _container_limit() -> int | None:
    """Memory limit of the container in bytes, or None without a limit."""
    try:
        limit = CGROUP.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(limit) if limit.isdigit() else None


def read_proc(file: str, name: str) -> int | None:
    """Number of bytes under a name in a file of Linux's /proc; None on other systems."""
    try:
        text = (PROC / file).read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def format_bytes(count: int) -> str:
    """Number of bytes for people.

    >>> format_bytes(300 * 1024**2), format_bytes(3 * 1024**3)
    ('300 MiB', '3.0 GiB')
    """
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"


__all__ = ["check_disk", "check_memory", "check_schemas", "check_variables", "format_bytes", "read_proc"]
