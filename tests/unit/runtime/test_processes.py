"""Processes end with who started them, and only then; what they loaded stays out of the collector's way."""

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


def test_the_collector_leaves_alone_what_was_loaded() -> None:
    code = (
        "import gc; from copydesk.runtime.processes import keep_loaded; loaded = [[]]; keep_loaded(); new = [[]]; "
        "seen = gc.get_objects(); "
        "raise SystemExit(any(one is loaded for one in seen) or not any(one is new for one in seen))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
