"""A finding of the doctor, and the exit code of all findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from copydesk.runtime.exits import Exit

State = Literal["ok", "note", "fail"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Result of one check."""

    check: str
    state: State
    message: str = msgspec.field(name="told")
    fix: str | None = msgspec.field(name="mend", default=None)
    """Command or setting that fixes the problem; None if there is nothing to fix."""

    exit: int = Exit.REFUSED
    """Exit code if this check failed."""


def exit_of(findings: Iterable[Finding]) -> Exit:
    """Exit code of all findings: broker out of reach goes before a wrong set-up, that before anything else."""
    failed = {finding.exit for finding in findings if finding.state == "fail"}
    return next((code for code in (Exit.BROKER, Exit.SETUP, Exit.REFUSED) if code in failed), Exit.DONE)


__all__ = ["Finding", "State", "exit_of"]
