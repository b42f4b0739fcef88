"""A PostgreSQL server of a test's own: in a temporary folder, on this machine's loopback only."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.brokers import free_ports
from harness.require import missing


def _programs() -> Path | None:
    """The folder with initdb and pg_ctl: on the PATH, or where Debian keeps them, the newest."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = [
        path for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if re.fullmatch(r"\d+", path.parts[-3])
    ]
    return max(versions, key=lambda path: int(path.parts[-3])).parent if versions else None


def _as_somebody() -> tuple[list[str], str]:
    """Prefix of a command that runs it as another user than root, which initdb refuses, and the name of that user."""
    if os.geteuid() != 0:
        return [], getpass.getuser()
    return ["runuser", "-u", "postgres", "--"], "postgres"


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database; the test is skipped without PostgreSQL's server."""
    programs = _programs()
    if programs is None:
        missing("postgresql", "there is no initdb (Debian: apt-get install postgresql)")
    before, user = _as_somebody()
    folder = tempfile.mkdtemp(prefix="copydesk-postgres-")  # not pytest's own: another user may not enter that
    port = free_ports(1)

    def do(program: str, *arguments: str) -> None:
        subprocess.run([*before, str(programs / program), "-D", f"{folder}/data", *arguments], check=True, timeout=90,
                       cwd=folder, stdout=subprocess.DEVNULL)  # fmt: skip

    try:
        if before:
            shutil.chown(folder, user)
        do("initdb", "-U", "copydesk", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        do("pg_ctl", "start", "-w", "-t", "60", "-l", f"{folder}/log", "-o", options)
        try:
            yield f"postgresql://copydesk@127.0.0.1:{port}/postgres"
        finally:
            do("pg_ctl", "stop", "-m", "immediate", "-w")
    finally:
        shutil.rmtree(folder)
