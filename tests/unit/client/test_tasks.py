"""Tasks are cancelled even if they swallow the first cancellation."""

from __future__ import annotations

import asyncio

import pytest

from copydesk.client import tasks
from copydesk.client.tasks import cancel_tasks, run_until_first


async def test_a_task_that_swallows_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CANCEL_AGAIN_SECONDS", 0.01)
    swallowed = asyncio.Event()

    async def close_then_go_on() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:  # as aiokafka's client, which takes it for the end of a task of its own
            swallowed.set()
        await asyncio.sleep(60)

    task = asyncio.create_task(close_then_go_on())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await cancel_tasks(task)
    assert swallowed.is_set()
    assert task.cancelled()


async def test_errors_of_cancelled_tasks_are_dropped() -> None:
    async def fail() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise ValueError("while closing")

    task = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await cancel_tasks(task)
    assert isinstance(task.exception(), ValueError)


async def test_the_first_end_ends_all_and_its_error_is_raised() -> None:
    cancelled = asyncio.Event()

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    async def fail() -> None:
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        await run_until_first(wait(), fail())
    assert cancelled.is_set()
