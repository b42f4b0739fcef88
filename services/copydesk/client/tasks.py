"""Tasks that run side by side: cancel them, or run them until the first one ends."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

CANCEL_AGAIN_SECONDS = 1.0
"""Time after which a task that still runs is cancelled once more."""


async def cancel_tasks(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks and wait for their end; their errors are dropped.

    A single cancellation may be lost: aiokafka's client cancels and awaits tasks of its own while it closes, and takes
    the caller's cancellation for the end of those. So a task that goes on is cancelled again.
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=CANCEL_AGAIN_SECONDS)
    await asyncio.gather(*tasks, return_exceptions=True)


async def run_until_first(*coroutines: Coroutine[Any, Any, Any]) -> None:
    """Run coroutines until the first one ends, then cancel the others; raises the error of the first."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        await cancel_tasks(*tasks)


__all__ = ["cancel_tasks", "run_until_first"]
