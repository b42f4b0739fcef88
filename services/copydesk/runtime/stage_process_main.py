"""Main program of the stage's process: load the stage, then answer one request after the other.

The worker starts it as `python -m copydesk.runtime.stage_process_main STAGE PARENT_PID ANSWERS`, with the pipes as
standard input, standard output, and the file descriptor ANSWERS (see `frames.py`).
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from functools import partial
from typing import BinaryIO

import msgspec

from copydesk.runtime import execution
from copydesk.runtime.execution import ArticleError, Outcome
from copydesk.runtime.frames import (
    PIPE_BYTES,
    InputContext,
    read_answer,
    read_request,
    write_question,
    write_response,
)
from copydesk.runtime.processes import OUT_OF_MEMORY, die_with, keep_loaded
from copydesk.runtime.settings import Settings, read_settings, stage_settings
from copydesk.stage import Lookup, Memory, Stage, find


def main(name: str, parent: int, answers_fd: int) -> None:
    """Load the stage and process articles until the pipe closes.

    Args:
        name: Name of the stage.
        parent: Process id of the worker; this process ends with it.
        answers_fd: File descriptor of the pipe on which answers to questions come.
    """
    die_with(parent)  # also while an article runs that never ends
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the worker handles signals, and closes the pipe when it is done
    settings = read_settings()
    responses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write between the frames
    try:
        stage = find(name)
        process = execution.load(stage, stage_settings(stage))
    except Exception as error:  # noqa: BLE001 - whatever it is, the worker reports it
        reason = ArticleError(class_name=type(error).__name__, message=str(error))
        write_response(responses, Outcome(disposition="failed", error=reason), 0.0)
        sys.exit(1)
    keep_loaded()
    _limit_memory(settings)
    write_response(responses, Outcome(disposition="passed"), 0.0)
    requests = os.fdopen(os.dup(0), "rb", buffering=PIPE_BYTES)
    make_memory = partial(_make_memory, stage, _Asking(responses, os.fdopen(answers_fd, "rb")))
    try:
        while (request := read_request(requests)) is not None:
            began, clock = time.time_ns(), time.perf_counter()
            memory = make_memory(request.context) if stage.looks_up else None
            outcome = execution.run(stage, process, request.value, request.key, memory)
            if settings.tracing:
                outcome = msgspec.structs.replace(outcome, ran=(began, time.time_ns()))
            write_response(responses, outcome, time.perf_counter() - clock)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # at once: nothing that needs memory can run any more


class _Asking:
    """Looks up keys at the worker, which holds state and tables."""

    def __init__(self, questions: BinaryIO, answers: BinaryIO) -> None:
        self._questions = questions
        self._answers = answers

    def read(self, table: str, keys: list[bytes]) -> list[bytes | None]:
        write_question(self._questions, table, keys)
        try:
            return read_answer(self._answers)
        except ConnectionError:
            os._exit(0)  # no function of a stage may take the end of its worker for an article's fault


def _make_memory(stage: Stage, asking: _Asking, context: InputContext) -> Memory:
    """Memory of one article, which asks the worker."""
    return Memory(
        time=context.time,
        ingested=context.ingested,
        event=context.event,
        state=Lookup(partial(asking.read, "") if stage.state else lambda keys: [None] * len(keys)),
        tables={name: Lookup(partial(asking.read, name)) for name in stage.tables},
    )


def _limit_memory(settings: Settings) -> None:
    """Limit the data segment. Reserved address space (threads, arenas) costs nothing and is not limited.

    Called after loading, so that a low limit never keeps the models out.
    """
    if settings.max_child_bytes:
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (settings.max_child_bytes, hard))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
