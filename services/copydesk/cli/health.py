"""`copydesk health`: whether a worker makes progress. For containers' health checks and probes."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from copydesk.cli.groups import stages_that_begin
from copydesk.cli.setup import end, settings
from copydesk.runtime.exits import Exit
from copydesk.runtime.health import health_file, read_health, unhealthy
from copydesk.stage import installed


@click.command(name="health")
@click.argument("stage", required=False, metavar="[STAGE]", shell_complete=stages_that_begin)
@click.option("--ready", is_flag=True, help="Also unhealthy while it starts and once it has halted.")
@click.option("--json", "as_json", is_flag=True, help="All that the worker said.")
def command(stage: str | None, *, ready: bool, as_json: bool) -> None:
    """Ask the health of the worker of STAGE on this machine (or of the only one); exit 1 if it is unhealthy.

    Healthy is who makes progress: a worker is unhealthy when it said nothing for 15 s, or when work is waiting and
    nothing got done for COPYDESK_STALL_SECONDS. It reads the file that the worker writes (COPYDESK_HEALTH_FILE).

    Example: copydesk health cleaner --ready
    """
    path = _find(stage, settings().health_file)
    try:
        health = read_health(path)
    except FileNotFoundError:
        end(
            Exit.REFUSED,
            f"no worker tells its health in {path}: none runs, or COPYDESK_HEALTH_FILE is another (`up` has its own)",
        )
    except (OSError, msgspec.DecodeError) as error:
        end(Exit.REFUSED, f"{path}: {error}")
    problem = unhealthy(health, ready=ready)
    if as_json:
        click.echo(msgspec.json.encode({"problem": problem, "worker": health}))
    else:
        click.echo(
            f"{health.stage}: {problem or health.state} ({health.partitions} partitions, {health.in_hand} in hand)"
        )
    raise SystemExit(Exit.REFUSED if problem else Exit.DONE)


def _find(stage: str | None, told: Path | None) -> Path:
    if told is not None or stage is not None:
        return health_file(stage or "", told)
    there = [path for path in map(health_file, installed()) if path.exists()]
    if len(there) > 1:
        raise click.UsageError(f"several workers tell their health here: say which STAGE ({', '.join(installed())})")
    return there[0] if there else health_file(installed()[0] if installed() else "none")
