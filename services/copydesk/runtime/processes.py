"""Processes: how they are ended, and what they keep in memory."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
from asyncio.subprocess import Process

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

OUT_OF_MEMORY = 77
"""Exit status of a stage's process that ran into its memory limit."""

ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of processes that hold a stage: one worker uses one core. By default numpy starts a thread per core, and
the threads wait for each other longer than they compute."""


def die_with(parent: int) -> None:
    """Let the kernel kill this process when its parent ends, however that happens (Linux only).

    Args:
        parent: Process id of the parent, as the parent knows it. In a container it may be 1.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before the kernel was asked
        os._exit(1)


def keep_loaded() -> None:
    """Exclude everything loaded so far (modules, models) from garbage collection.

    A full collection visits all objects that are not excluded: 20 to 60 ms with a model loaded, again and again.
    """
    gc.collect()
    gc.freeze()


async def end(process: Process, *, seconds: float) -> int:
    """Terminate a process, kill it if it still runs after `seconds`, and return its exit status."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            process.kill()
    return await process.wait()
