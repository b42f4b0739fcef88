"""`copydesk health`: check that a worker makes progress; for health checks and probes of containers."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from copydesk.cli.parameters import complete_stages
from copydesk.cli.prerequisites import exit_with, load_settings
from copydesk.client.held_back import describe_number
from copydesk.runtime.exits import Exit
from copydesk.runtime.health import Health, health_file, read_health, unhealthy
from copydesk.stage import installed


@click.command(name="health")
@click.argument("stage", required=False, metavar="[STAGE]", shell_complete=complete_stages)
@click.option("--ready", is_flag=True, help="A worker that is starting or has halted is unhealthy, too.")
@click.option("--json", "as_json", is_flag=True, help="Print everything that the worker reported, as JSON.")
def command(stage: str | None, *, ready: bool, as_json: bool) -> None:
    """Check the health of a worker on this machine.

    Without STAGE it checks the only worker. A worker is unhealthy if it reported nothing for 15 s, or if work is
    waiting and nothing was processed for COPYDESK_STALL_SECONDS; the exit code is then 1. The command reads the file
    that the worker writes (COPYDESK_HEALTH_FILE).

    Example: copydesk health cleaner --ready
    """
    path = _find_file(stage, load_settings().health_file)
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
        click.echo(f"{health.stage}: {problem or _describe(health)}")
    raise SystemExit(Exit.REFUSED if problem else Exit.DONE)


def _describe(health: Health) -> str:
    state = f"{health.state}: {health.reason}" if health.reason else health.state
    described = f"{state} ({health.partitions} partitions, {health.in_hand} in hand)"
    if health.held_back_since is None:
        return described
    return f"{described}; {describe_number(health.held_back, 'its topic', health.held_back_since)}"


def _find_file(stage: str | None, configured: Path | None) -> Path:
    """Health file of a stage's worker, or of the only worker on this machine."""
    if configured is not None or stage is not None:
        return health_file(stage or "", configured)
    existing = [path for path in map(health_file, installed()) if path.exists()]
    if len(existing) > 1:
        raise click.UsageError(f"several workers run here: give the STAGE ({', '.join(installed())})")
    return existing[0] if existing else health_file(installed()[0] if installed() else "none")
