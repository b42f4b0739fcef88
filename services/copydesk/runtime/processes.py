"""Processes: how they end, and what they keep."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import signal
import sys
from asyncio.subprocess import Process

_PR_SET_PDEATHSIG = 1  # linux/prctl.h

ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""For processes that hold a stage: one worker is one core. numpy would start a thread a core, and they would wait for
each other more than they compute."""


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends, however that happens (Linux; elsewhere nothing).

    Args:
        parent: The parent's process id, as the parent knows it (in a container it may well be 1).
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)


def keep_loaded() -> None:
    """Spare the garbage collector what was loaded up to now: modules and models stay anyway.

    A full collection goes through all that is not spared, 20 to 60 ms where a model is loaded, again and again.
    """
    gc.collect()
    gc.freeze()


async def end(process: Process, *, seconds: float) -> int:
    """Ask a process to end, make it after so many seconds; returns its exit status."""
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(seconds):
                await process.wait()
        except TimeoutError:
            process.kill()
    return await process.wait()
