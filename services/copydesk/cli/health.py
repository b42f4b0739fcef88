"""`copydesk health`: check that a worker makes progress; for health checks and probes of containers."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from copydesk.cli.parameters import complete_stages
from copydesk.cli.prerequisites import exit_with, load_settings
from copydesk.client.held_back import describe_number
from copydesk.runtime.exits import Exit
from copydesk.runtime.health import Health, has_ended, health_files, read_health, unhealthy
from copydesk.runtime.private_folder import private_path
from copydesk.terminal_text import escape


@click.command(name="health")
@click.argument("stage", required=False, metavar="[STAGE]", shell_complete=complete_stages)
@click.option("--ready", is_flag=True, help="A worker that is starting or has halted is unhealthy, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything that the worker reported, as JSON.")
def command(stage: str | None, *, ready: bool, as_json: bool) -> None:
    """Check the health of the workers on this machine.

    Without STAGE it checks all of this user's workers, of a stage all of its workers. A worker is unhealthy if it
    reported nothing for 15 s, or if work is waiting and nothing was processed for COPYDESK_STALL_SECONDS; the exit code
    is then 1. The command reads the files that the workers write (COPYDESK_HEALTH_FILE).

    Example: copydesk health cleaner --ready
    """
    configured = load_settings().health_file
    problems = [_check(path, ready=ready, as_json=as_json) for path in _find_files(stage, configured)]
    raise SystemExit(Exit.REFUSED if any(problems) else Exit.DONE)


def _check(path: Path, *, ready: bool, as_json: bool) -> str | None:
    """Print the state of one worker; returns its problem, or None."""
    try:
        health = read_health(path)
    except FileNotFoundError:
        exit_with(
            Exit.REFUSED,
            f"no worker has written {path}: none runs, or COPYDESK_HEALTH_FILE is another one (`up` sets its own)",
        )
    except (OSError, msgspec.DecodeError) as error:
        exit_with(Exit.REFUSED, f"{path}: {error}")
    problem = unhealthy(health, ready=ready)
    if as_json:
        click.echo(msgspec.json.encode({"problem": problem, "worker": health}))
    else:
        click.echo(escape(f"{health.stage}: {problem or _describe(health)}, process {health.pid}"))
    return problem


def _describe(health: Health) -> str:
    state = f"{health.state}: {health.reason}" if health.reason else health.state
    described = f"{state} ({health.partitions} partitions, {health.in_hand} in hand)"
    if health.held_back_since is None:
        return described
    return f"{described}; {describe_number(health.held_back, 'its topic', health.held_back_since)}"


def _find_files(stage: str | None, configured: Path | None) -> list[Path]:
    """Health files to check: the configured one, else those of the workers that run, else those of killed ones."""
    if configured is not None:
        return [configured]
    try:
        files = health_files(stage)
    except PermissionError as error:
        exit_with(Exit.SETUP, f"{error.filename}: {error.strerror}")
    if not files:
        which = f"worker of {stage}" if stage else "worker"
        exit_with(
            Exit.REFUSED,
            f"no {which} has reported in {private_path()}: none runs, or with COPYDESK_HEALTH_FILE (`up` sets its own)",
        )
    return [path for path in files if not has_ended(path)] or files
