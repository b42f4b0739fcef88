"""The shipped stages with a clock in their functions. The folder on PYTHONPATH puts them in their places.

What a function takes is read where it runs, in the worker's own process, under the same load as everything around it.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

import copydesk.cleaner
import copydesk.coherence
import copydesk.extractor
from copydesk.stage import Stage

CLOCK = "COPYDESK_BENCH_CLOCK"
"""Names the file that holds the CPU time of all calls, in nanoseconds."""

FORMAT = struct.Struct("q")


def clocked(stage: Stage) -> Stage:
    """The stage; its function adds up its CPU time in the file."""

    def load(settings: msgspec.Struct) -> Callable[[Any], Any]:
        process = stage.load(settings)
        with Path(os.environ[CLOCK]).open("r+b") as file:
            taken = mmap.mmap(file.fileno(), FORMAT.size)
        total = 0

        def run(article: Any) -> Any:
            nonlocal total
            begin = time.process_time_ns()
            try:
                return process(article)
            finally:
                total += time.process_time_ns() - begin
                FORMAT.pack_into(taken, 0, total)

        return run

    return msgspec.structs.replace(stage, load=load)


def read_clock(path: Path) -> float:
    """CPU seconds that a stage's function has taken."""
    nanoseconds: int = FORMAT.unpack(path.read_bytes())[0]
    return nanoseconds / 1e9


cleaner = clocked(copydesk.cleaner.stage)
extractor = clocked(copydesk.extractor.stage)
coherence = clocked(copydesk.coherence.stage)
