"""Processes end with who started them, and only then."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def child(parent: int) -> int:
    """Exit code of a process that is told so about its parent; 7 if it lives on."""
    code = f"from copydesk.runtime.processes import die_with; die_with({parent}); raise SystemExit(7)"
    return subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode


def test_whose_parent_is_there_lives_on() -> None:
    assert child(os.getpid()) == 7


def test_whose_parent_is_gone_ends() -> None:
    assert child(os.getpid() + 1_000_000) == 1


def test_a_parent_may_be_the_first_process_of_a_container() -> None:
    inside = (
        "import os, subprocess, sys; assert os.getpid() == 1; from functools import partial; "
        "from copydesk.runtime.processes import die_with; "
        "done = subprocess.run([sys.executable, '-c', 'raise SystemExit(7)'], preexec_fn=partial(die_with, 1)); "
        "raise SystemExit(done.returncode)"
    )
    unshare = ["unshare", "--user", "--map-root-user", "--fork", "--pid", "--mount-proc"]
    if subprocess.run([*unshare, "true"], check=False, capture_output=True, timeout=30).returncode:
        pytest.skip("this machine allows no process namespace of one's own")
    done = subprocess.run([*unshare, sys.executable, "-c", inside], check=False, capture_output=True, timeout=60)
    assert done.returncode == 7, done.stderr.decode()
