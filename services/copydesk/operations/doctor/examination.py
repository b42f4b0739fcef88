"""All checks of the doctor, in their order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from copydesk.operations.doctor.broker import check_broker
from copydesk.operations.doctor.finding import Finding
from copydesk.operations.doctor.machine import check_disk, check_memory, check_schemas, check_variables
from copydesk.operations.doctor.models import check_models
from copydesk.runtime.settings import Settings
from copydesk.stage import Stage


async def examine(settings: Settings, stages: Sequence[Stage], *, all_wanted: bool) -> AsyncIterator[Finding]:
    """Yield every finding as soon as it is made.

    Args:
        settings: Settings that a worker would have here.
        stages: Stages to examine.
        all_wanted: Whether a stage whose packages are not installed is a failure.
    """
    yield Finding(check="settings", state="ok", message=repr(settings))
    for finding in check_variables(stages):
        yield finding
    yield check_disk(settings)
    yield check_memory(settings)
    yield check_schemas()
    for stage in stages:
        async for finding in check_models(settings, stage, wanted=all_wanted):
            yield finding
    async for finding in check_broker(settings, stages):
        yield finding


__all__ = ["examine"]
